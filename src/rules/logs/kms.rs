//! Keys of log groups.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "logs.kms",
    title: "Log groups are encrypted with a KMS key",
    severity: Severity::Low,
    resource_types: &["AWS::Logs::LogGroup"],
    why: "Logs hold addresses, names and tokens that slipped through; with the key of CloudWatch Logs nobody can see or stop who reads them.",
    fix: "Set KmsKeyId to a key whose policy lets logs.REGION.amazonaws.com use it for this log group.",
    see: "aws logs describe-log-groups --query 'logGroups[?!kmsKeyId].logGroupName'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for group in context.deployment.of_type("AWS::Logs::LogGroup") {
        judge.set(
            group,
            "KmsKeyId",
            "is encrypted with a KMS key",
            "no KMS key encrypts the log group",
        );
    }
}
