//! Topics at rest.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "sns.encrypted",
    title: "Topics are encrypted",
    severity: Severity::Medium,
    resource_types: &["AWS::SNS::Topic"],
    why: "Messages are kept on disk until they are delivered; without a key nothing but access to the service protects them.",
    fix: "Set KmsMasterKeyId: alias/aws/sns, or a key of your own whose policy lets the publishers use it.",
    see: "aws sns get-topic-attributes --topic-arn ARN --query Attributes.KmsMasterKeyId",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for topic in context.deployment.of_type("AWS::SNS::Topic") {
        judge.set(
            topic,
            "KmsMasterKeyId",
            "is encrypted with a KMS key",
            "no KMS key encrypts the messages",
        );
    }
}
