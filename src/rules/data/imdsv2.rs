//! The metadata service.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ec2.imdsv2",
    title: "Instances answer metadata requests with a session token only",
    severity: Severity::High,
    resource_types: &[
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
        "AWS::AutoScaling::LaunchConfiguration",
    ],
    why: "With version 1 of the metadata service a single forged request from inside (SSRF) reads the credentials of the instance role.",
    fix: "Set MetadataOptions: {HttpTokens: required}, on an instance or under LaunchTemplateData.",
    see: "aws ec2 describe-instances --query 'Reservations[].Instances[].[InstanceId,MetadataOptions.HttpTokens]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let deployment = context.deployment;
    let failed = "HttpTokens is not required: version 1 of the metadata service answers";
    for (kind, path) in [
        (
            "AWS::EC2::LaunchTemplate",
            "LaunchTemplateData.MetadataOptions.HttpTokens",
        ),
        (
            "AWS::AutoScaling::LaunchConfiguration",
            "MetadataOptions.HttpTokens",
        ),
    ] {
        for resource in deployment.of_type(kind) {
            judge.word(resource, path, &["required"], "optional", failed);
        }
    }
    for instance in deployment.of_type("AWS::EC2::Instance") {
        let by_template = matches!(instance.read("LaunchTemplate"), Read::Known(_));
        let own = matches!(instance.read("MetadataOptions"), Read::Known(_));
        // What a launch template says is judged there, if it is one of this stack tree.
        match instance.read("LaunchTemplate.LaunchTemplateId") {
            Read::Known(id) if !own && deployment.target(id).is_some() => {}
            _ if by_template && !own => {
                judge.unknown(
                    instance,
                    "LaunchTemplate",
                    "the launch template is not in this stack tree",
                );
            }
            _ => judge.word(
                instance,
                "MetadataOptions.HttpTokens",
                &["required"],
                "optional",
                failed,
            ),
        }
    }
}
