//! Queues at rest.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "sqs.encrypted",
    title: "Queues are encrypted",
    severity: Severity::Medium,
    resource_types: &["AWS::SQS::Queue"],
    why: "Messages wait on disk, and often carry personal data.",
    fix: "Leave SqsManagedSseEnabled out or true, or set KmsMasterKeyId to a key of your own.",
    see: "aws sqs get-queue-attributes --queue-url URL --attribute-names SqsManagedSseEnabled KmsMasterKeyId",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for queue in context.deployment.of_type("AWS::SQS::Queue") {
        match queue.read("KmsMasterKeyId") {
            Read::Known(_) => judge.pass(queue, "is encrypted with a KMS key"),
            Read::Unknown(reason) => judge.unknown(queue, "KmsMasterKeyId", &reason),
            // Queues are encrypted with SQS's own key unless told otherwise. Source: AWS Compute Blog, "Announcing
            // server-side encryption with Amazon SQS-managed encryption keys (SSE-SQS) by default".
            Read::Absent => judge.flag(
                queue,
                "SqsManagedSseEnabled",
                true,
                true,
                "is encrypted with SQS's own key",
                "encryption is turned off and no KMS key is set",
            ),
        }
    }
}
