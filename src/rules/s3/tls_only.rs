//! Buckets in transit.

use crate::model::{Read, Resource};
use crate::rules::iam::document::{Document, of};
use crate::rules::iam::pattern::{any, is_any};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "s3.tls-only",
    title: "Buckets refuse requests without TLS",
    severity: Severity::Medium,
    resource_types: &["AWS::S3::Bucket"],
    why: "S3 answers plain HTTP too; a program that is set up wrongly sends data and signatures in the clear.",
    fix: "Add to the bucket policy: Effect: Deny, Principal: \"*\", Action: s3:*, Resource: [!GetAtt Bucket.Arn, !Sub \"${Bucket.Arn}/*\"], Condition: {Bool: {aws:SecureTransport: \"false\"}}.",
    see: "aws s3api get-bucket-policy --bucket NAME",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for bucket in context.deployment.of_type("AWS::S3::Bucket") {
        let policies: Vec<Document<'_>> = of(context, "AWS::S3::BucketPolicy", "PolicyDocument")
            .into_iter()
            .filter(|policy| match policy.resource.read("Bucket") {
                Read::Known(name) => context
                    .deployment
                    .find(name, "AWS::S3::Bucket", "BucketName")
                    .is_some_and(|b| b.address == bucket.address),
                _ => false,
            })
            .collect();
        let mut answer = Ok(false);
        for policy in &policies {
            match denies(policy, bucket) {
                Ok(true) => answer = Ok(true),
                Err(reason) if answer == Ok(false) => answer = Err(reason),
                _ => {}
            }
        }
        match answer {
            Ok(true) => judge.pass(bucket, "requests without TLS are refused"),
            Ok(false) => judge.fail(bucket, "", "no bucket policy refuses requests without TLS"),
            Err(reason) => judge.unknown(bucket, "", &reason),
        }
    }
}

/// Whether a policy denies everybody every action on a bucket and its objects without TLS.
fn denies(policy: &Document<'_>, bucket: &Resource) -> Result<bool, Arc<str>> {
    for statement in policy.statements()? {
        let deny = any(&statement.terms("Effect")?.unwrap_or_default(), |e| {
            e == "Deny"
        })?;
        // A second condition makes the denial smaller.
        let conditions = statement.conditions()?;
        let plain = matches!(conditions.as_slice(), [c] if c.key == "aws:securetransport"
            && matches!(c.operator.as_str(), "Bool" | "BoolIfExists")
            && c.values.iter().any(|v| v.text.eq_ignore_ascii_case("false")));
        let everybody = statement
            .principals()?
            .iter()
            .any(|(_, term, _)| is_any(&term.text));
        let actions = any(&statement.terms("Action")?.unwrap_or_default(), |a| {
            is_any(a) || a.eq_ignore_ascii_case("s3:*")
        })?;
        let resources = statement.terms("Resource")?.unwrap_or_default();
        let own = format!("${{{}.Arn}}", bucket.address);
        let name = bucket.text("BucketName").known();
        let covers = |r: &str, end: &str| {
            r == "*"
                || r == format!("{own}{end}")
                || r.strip_suffix(end).is_some_and(|r| {
                    name.as_ref()
                        .is_some_and(|n| r.ends_with(&format!(":::{n}")))
                })
                || (r.contains(&format!("${{{}}}", bucket.address)) && r.ends_with(end))
        };
        if deny && plain && everybody && actions && any(&resources, |r| covers(r, "/*"))? {
            return Ok(true);
        }
    }
    Ok(false)
}
