//! Versions and access logs.

use crate::model::{Read, Resource, Value};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "s3.versioning-logging",
    title: "Buckets keep old versions, and log who reads them",
    severity: Severity::Low,
    resource_types: &["AWS::S3::Bucket"],
    why: "Without versions one faulty program or stolen credential overwrites everything; without a log nobody can say what was read.",
    fix: "Set VersioningConfiguration: {Status: Enabled} with a lifecycle rule for old versions, and LoggingConfiguration to a bucket for logs.",
    see: "aws s3api get-bucket-versioning --bucket NAME; aws s3api get-bucket-logging --bucket NAME",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let buckets = || context.deployment.of_type("AWS::S3::Bucket");
    for bucket in buckets() {
        judge.word(
            bucket,
            "VersioningConfiguration.Status",
            &["Enabled"],
            "",
            "old versions are not kept",
        );
        if !is_log_bucket(context, bucket) {
            judge.set(
                bucket,
                "LoggingConfiguration",
                "access is logged",
                "nobody logs who reads the bucket",
            );
        }
    }
}

/// A bucket that receives logs: its own would make more of them.
fn is_log_bucket(context: &Context<'_>, bucket: &Resource) -> bool {
    let means = |value: &Value| {
        value
            .references()
            .iter()
            .any(|r| r.address == bucket.address)
    };
    let by_bucket = context.deployment.of_type("AWS::S3::Bucket").any(|other| {
        matches!(other.read("LoggingConfiguration.DestinationBucketName"), Read::Known(v) if means(v))
    });
    let by_balancer = context
        .deployment
        .of_type("AWS::ElasticLoadBalancingV2::LoadBalancer")
        .any(|balancer| {
            let attributes = balancer
                .list("LoadBalancerAttributes")
                .known()
                .unwrap_or_default();
            attributes.iter().any(|a| {
                a.read_text("Key").known().as_deref() == Some("access_logs.s3.bucket")
                    && matches!(a.read("Value"), Read::Known(v) if means(v))
            })
        });
    by_bucket || by_balancer
}
