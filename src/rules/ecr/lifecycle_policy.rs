//! Images that expire.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecr.lifecycle-policy",
    title: "Repositories expire images that nothing needs",
    severity: Severity::Low,
    resource_types: &["AWS::ECR::Repository"],
    why: "Old images keep their vulnerabilities and their price; every push adds to both.",
    fix: "Set LifecyclePolicy: {LifecyclePolicyText: …} that keeps what environments run and the last few builds.",
    see: "aws ecr get-lifecycle-policy --repository-name NAME",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for repository in context.deployment.of_type("AWS::ECR::Repository") {
        judge.set(
            repository,
            "LifecyclePolicy.LifecyclePolicyText",
            "images expire",
            "images are kept for ever",
        );
    }
}
