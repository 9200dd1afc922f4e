//! Scans of images.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecr.scan-on-push",
    title: "Images are scanned when they are pushed",
    severity: Severity::Medium,
    resource_types: &["AWS::ECR::Repository"],
    why: "A known vulnerability in a base image runs in production until somebody looks.",
    fix: "Set ImageScanningConfiguration: {ScanOnPush: true}, or a registry-wide AWS::ECR::RegistryScanningConfiguration.",
    see: "aws ecr describe-repositories --query 'repositories[?!imageScanningConfiguration.scanOnPush].repositoryName'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let registry = context
        .deployment
        .of_type("AWS::ECR::RegistryScanningConfiguration")
        .next();
    for repository in context.deployment.of_type("AWS::ECR::Repository") {
        match registry {
            // The registry's configuration takes the repositories' place. Source: Amazon ECR User Guide, "Scan images".
            Some(registry) => judge.pass(
                repository,
                format!("{} scans the registry", registry.address),
            ),
            None => judge.flag(
                repository,
                "ImageScanningConfiguration.ScanOnPush",
                true,
                false,
                "images are scanned when they are pushed",
                "nothing scans pushed images",
            ),
        }
    }
}
