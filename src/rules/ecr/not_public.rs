//! Who may use images.

use crate::rules::iam::document::{each_statement, of};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecr.not-public",
    title: "No image repository is public",
    severity: Severity::High,
    resource_types: &["AWS::ECR::PublicRepository", "AWS::ECR::Repository"],
    why: "Images hold code, names of hosts, and too often secrets.",
    fix: "Use AWS::ECR::Repository, and name the accounts under Principal of RepositoryPolicyText.",
    see: "aws ecr get-repository-policy --repository-name NAME; aws ecr-public describe-repositories",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for repository in context.deployment.of_type("AWS::ECR::PublicRepository") {
        judge.fail(repository, "", "the repository is public");
    }
    let documents = of(context, "AWS::ECR::Repository", "RepositoryPolicyText");
    each_statement(&documents, judge, "who is let in is named", |statement| {
        statement.lets_in_everybody("everybody may use the images")
    });
}
