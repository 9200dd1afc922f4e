//! Rotation.

use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "kms.rotation",
    title: "Keys are rotated every year",
    severity: Severity::Medium,
    resource_types: &["AWS::KMS::Key"],
    why: "What one key encrypts grows without bound, and so does the loss if its material leaks.",
    fix: "Set EnableKeyRotation: true.",
    see: "aws kms get-key-rotation-status --key-id ID",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for key in context.deployment.of_type("AWS::KMS::Key") {
        // Only symmetric encryption keys with material of KMS's own can be rotated. Source: AWS KMS Developer Guide,
        // "Enable automatic key rotation".
        let spec = key
            .text("KeySpec")
            .or_default(Arc::from("SYMMETRIC_DEFAULT"));
        let origin = key.text("Origin").or_default(Arc::from("AWS_KMS"));
        match (spec, origin) {
            (Err(reason), _) => judge.unknown(key, "KeySpec", &reason),
            (_, Err(reason)) => judge.unknown(key, "Origin", &reason),
            (Ok(spec), Ok(origin)) if &*spec != "SYMMETRIC_DEFAULT" || &*origin != "AWS_KMS" => {
                judge.pass(key, "is of a kind that cannot be rotated");
            }
            _ => judge.flag(
                key,
                "EnableKeyRotation",
                true,
                false,
                "is rotated",
                "the key is never rotated",
            ),
        }
    }
}
