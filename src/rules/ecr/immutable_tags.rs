//! Tags that stay with their image.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecr.immutable-tags",
    title: "Tags of images cannot be moved",
    severity: Severity::Medium,
    resource_types: &["AWS::ECR::Repository"],
    why: "Who can push can replace the image behind a tag that was tested and approved.",
    fix: "Set ImageTagMutability: IMMUTABLE; for tags that have to move, such as the environment that an image serves, IMMUTABLE_WITH_EXCLUSION and a filter for those alone.",
    see: "aws ecr describe-repositories --query 'repositories[].[repositoryName,imageTagMutability]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for repository in context.deployment.of_type("AWS::ECR::Repository") {
        let allowed = ["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"];
        let filters = "ImageTagMutabilityExclusionFilters";
        let list = repository.list(filters).known().unwrap_or_default();
        let everything = list.iter().position(|f| {
            f.read_text("ImageTagMutabilityExclusionFilterValue")
                .known()
                .as_deref()
                == Some("*")
        });
        match everything {
            Some(i) => judge.fail(
                repository,
                &format!("{filters}.{i}"),
                "the exclusion lets every tag move",
            ),
            None => judge.word(
                repository,
                "ImageTagMutability",
                &allowed,
                "MUTABLE",
                "tags can be moved to another image",
            ),
        }
    }
}
