//! Tags that stay with their image.

use crate::model::Read;
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
        let list = match repository.list(filters).or_default(&[]) {
            Ok(list) => list,
            Err(reason) => {
                judge.unknown(repository, filters, &reason);
                continue;
            }
        };
        let mut gap = None;
        let everything =
            list.iter().position(
                |f| match f.read_text("ImageTagMutabilityExclusionFilterValue") {
                    Read::Known(value) => &*value == "*",
                    Read::Absent => false,
                    Read::Unknown(reason) => {
                        gap = Some(reason);
                        false
                    }
                },
            );
        match (everything, gap) {
            (Some(i), _) => judge.fail(
                repository,
                &format!("{filters}.{i}"),
                "the exclusion lets every tag move",
            ),
            (None, Some(reason)) => judge.unknown(repository, filters, &reason),
            (None, None) => judge.word(
                repository,
                "ImageTagMutability",
                &allowed,
                "MUTABLE",
                "tags can be moved to another image",
            ),
        }
    }
}
