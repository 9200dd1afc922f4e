//! Buckets at rest.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "s3.encryption",
    title: "Buckets say with which key they encrypt",
    severity: Severity::Low,
    resource_types: &["AWS::S3::Bucket"],
    why: "S3 encrypts every object with its own key since January 2023; a bucket that says nothing leaves the choice to the default, and an auditor without an answer.",
    fix: "Set BucketEncryption with SSEAlgorithm: aws:kms and a key of your own, or AES256 where a service that delivers there wants it.",
    see: "aws s3api get-bucket-encryption --bucket NAME",
    check,
};

const RULES: &str = "BucketEncryption.ServerSideEncryptionConfiguration";

fn check(context: &Context<'_>, judge: &mut Judge) {
    for bucket in context.deployment.of_type("AWS::S3::Bucket") {
        match bucket.list(RULES) {
            Read::Known([]) | Read::Absent => {
                judge.fail(bucket, "", "nothing says how objects are encrypted")
            }
            Read::Unknown(reason) => judge.unknown(bucket, RULES, &reason),
            Read::Known(_) => {
                let path = format!("{RULES}.0.ServerSideEncryptionByDefault.SSEAlgorithm");
                let allowed = ["aws:kms", "aws:kms:dsse", "AES256"];
                judge.word(
                    bucket,
                    &path,
                    &allowed,
                    "",
                    "the algorithm is none that S3 knows",
                );
            }
        }
    }
}
