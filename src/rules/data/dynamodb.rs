//! Tables: recovery and keys.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "dynamodb.pitr-kms",
    title: "Tables can be restored to any second, and are encrypted with a KMS key",
    severity: Severity::Medium,
    resource_types: &["AWS::DynamoDB::Table"],
    why: "Without point-in-time recovery a faulty deployment loses what was written since the last backup; the key that DynamoDB owns cannot be controlled or audited.",
    fix: "Set PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true} and SSESpecification: {SSEEnabled: true, SSEType: KMS}.",
    see: "aws dynamodb describe-continuous-backups --table-name NAME; aws dynamodb describe-table --table-name NAME --query Table.SSEDescription",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for table in context.deployment.of_type("AWS::DynamoDB::Table") {
        judge.flag(
            table,
            "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
            true,
            false,
            "can be restored to any second",
            "point-in-time recovery is off",
        );
        judge.flag(
            table,
            "SSESpecification.SSEEnabled",
            true,
            false,
            "is encrypted with a KMS key",
            "the key is the one that DynamoDB owns",
        );
    }
}
