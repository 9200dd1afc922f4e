//! Platform versions.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.platform-latest",
    title: "Fargate services run on the latest platform version",
    severity: Severity::Medium,
    resource_types: &["AWS::ECS::Service"],
    why: "An old platform version misses fixes of kernel and runtime, and is retired at short notice.",
    fix: "Leave PlatformVersion out, or set LATEST.",
    see: "aws ecs describe-services --cluster CLUSTER --services NAME --query 'services[].platformVersion'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for service in context.deployment.of_type("AWS::ECS::Service") {
        // Linux is at 1.4.0 and Windows at 1.0.0. Source: AWS Security Hub, control ECS.10. 1.0.0 was once Linux too, but is gone.
        let failed = "the platform version is not the latest";
        judge.word(
            service,
            "PlatformVersion",
            &["LATEST", "1.4.0", "1.0.0"],
            "LATEST",
            failed,
        );
    }
}
