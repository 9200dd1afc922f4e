//! Buckets and the public.

use crate::model::{Read, Resource};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "s3.public-access-block",
    title: "Buckets block public access in all four ways",
    severity: Severity::High,
    resource_types: &["AWS::S3::Bucket"],
    why: "One policy or one access list, written by mistake, makes a bucket readable to everybody. The default since April 2023 is to block, and it is lost as soon as a part is written down.",
    fix: "Set PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}.",
    see: "aws s3api get-public-access-block --bucket NAME",
    check,
};

const BLOCK: &str = "PublicAccessBlockConfiguration";

fn check(context: &Context<'_>, judge: &mut Judge) {
    for bucket in context.deployment.of_type("AWS::S3::Bucket") {
        match bucket.read(BLOCK) {
            Read::Absent => {
                judge.fail(bucket, "", "nothing says that public access is blocked, and buckets from before April 2023 do not");
            }
            Read::Unknown(reason) => judge.unknown(bucket, BLOCK, &reason),
            Read::Known(_) => parts(bucket, judge),
        }
    }
}

fn parts(bucket: &Resource, judge: &mut Judge) {
    let mut faults = Vec::new();
    for key in [
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    ] {
        match bucket.flag(&format!("{BLOCK}.{key}")).or_default(false) {
            Ok(true) => {}
            Ok(false) => faults.push(key),
            Err(reason) => return judge.unknown(bucket, &format!("{BLOCK}.{key}"), &reason),
        }
    }
    match faults.first() {
        None => judge.pass(bucket, "public access is blocked in all four ways"),
        Some(first) => judge.fail(
            bucket,
            &format!("{BLOCK}.{first}"),
            format!("{} not true", faults.join(", ")),
        ),
    }
}
