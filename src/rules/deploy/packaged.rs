//! R12: nested templates are packaged before they are deployed.

use crate::model::{Address, Read};
use crate::rules::{Context, Judge, Rule, Severity, Status};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.packaged",
    title: "Scripts and workflows package a template with local nested templates before they deploy it",
    severity: Severity::High,
    resource_types: &["AWS::CloudFormation::Stack"],
    why: "CloudFormation takes a TemplateURL in S3 only; a local path works after `aws cloudformation package`.",
    fix: "aws cloudformation package --template-file main.yaml --s3-bucket BUCKET --output-template-file packaged.yaml",
    see: "The change set fails with 'TemplateURL must be a supported URL'.",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let local = context.deployment.of_type("AWS::CloudFormation::Stack").any(|stack| {
        matches!(stack.text("TemplateURL"), Read::Known(url) if !url.starts_with("https://"))
    });
    if !local {
        return;
    }
    for asset in context.assets {
        // A mention in a comment deploys nothing.
        let code: String = asset
            .text
            .lines()
            .filter(|l| !l.trim_start().starts_with('#'))
            .collect::<Vec<_>>()
            .join("\n");
        let deploys = [
            "cloudformation deploy",
            "cloudformation create-change-set",
            "cloudformation create-stack",
            "cloudformation update-stack",
        ]
        .iter()
        .any(|call| code.contains(call));
        if !deploys {
            continue;
        }
        let (status, message) = if code.contains("cloudformation package") {
            (
                Status::Pass,
                format!("{} packages before it deploys", asset.path),
            )
        } else {
            (
                Status::Fail,
                format!(
                    "{} deploys local nested templates without packaging them",
                    asset.path
                ),
            )
        };
        judge.at(status, &Address::root(), None, message);
    }
}
