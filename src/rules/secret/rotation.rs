//! Rotation of secrets.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret.rotation",
    title: "Secrets are rotated",
    severity: Severity::Medium,
    resource_types: &["AWS::SecretsManager::Secret"],
    why: "A secret that never changes is known to everybody who ever worked here, and to every copy of a log.",
    fix: "Add an AWS::SecretsManager::RotationSchedule; a password of a database is best left to RDS (ManageMasterUserPassword), which rotates it.",
    see: "aws secretsmanager describe-secret --secret-id ID --query RotationEnabled",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for secret in context.deployment.of_type("AWS::SecretsManager::Secret") {
        let mut gap = None;
        let schedule = context
            .deployment
            .of_type("AWS::SecretsManager::RotationSchedule")
            .find(|schedule| match schedule.read("SecretId") {
                Read::Known(id) => context
                    .deployment
                    .find(id, "AWS::SecretsManager::Secret", "Name")
                    .is_some_and(|s| s.address == secret.address),
                Read::Unknown(reason) => {
                    gap = Some(reason);
                    false
                }
                Read::Absent => false,
            });
        match (schedule, gap) {
            (Some(schedule), _) => judge.pass(secret, format!("{} rotates it", schedule.address)),
            (None, Some(reason)) => judge.unknown(secret, "", &reason),
            (None, None) => judge.fail(secret, "", "nothing rotates it"),
        }
    }
}
