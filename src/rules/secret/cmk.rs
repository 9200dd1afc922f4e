//! Keys of secrets.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret.cmk",
    title: "Secrets are encrypted with a key of your own",
    severity: Severity::Low,
    resource_types: &["AWS::SecretsManager::Secret"],
    why: "With the key of AWS nobody but AWS decides who may decrypt, and a secret cannot be shared with another account.",
    fix: "Set KmsKeyId to an AWS::KMS::Key.",
    see: "aws secretsmanager describe-secret --secret-id ID --query KmsKeyId",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for secret in context.deployment.of_type("AWS::SecretsManager::Secret") {
        match secret.read("KmsKeyId") {
            Read::Known(key) if key.as_text().as_deref() == Some("alias/aws/secretsmanager") => {
                judge.fail(secret, "KmsKeyId", "the key is that of AWS");
            }
            _ => judge.set(
                secret,
                "KmsKeyId",
                "is encrypted with a key of one's own",
                "the key is that of AWS",
            ),
        }
    }
}
