//! Certificates.

use super::listeners;
use crate::model::{Read, Resource, Value};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.acm-certificate",
    title: "HTTPS and TLS listeners have a certificate of Certificate Manager",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::Listener"],
    why: "Certificate Manager renews its certificates; one that was uploaded to IAM expires on a night when nobody watches.",
    fix: "Set Certificates: [{CertificateArn: …}] to an AWS::CertificateManager::Certificate.",
    see: "aws elbv2 describe-listener-certificates --listener-arn ARN",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for listener in listeners(context, judge, &["HTTPS", "TLS"]) {
        let certificates = match listener.list("Certificates") {
            Read::Known([]) | Read::Absent => {
                judge.fail(listener, "", "the listener has no certificate");
                continue;
            }
            Read::Known(list) => list,
            Read::Unknown(reason) => {
                judge.unknown(listener, "Certificates", &reason);
                continue;
            }
        };
        for (i, certificate) in certificates.iter().enumerate() {
            let path = format!("Certificates.{i}.CertificateArn");
            match certificate.read("CertificateArn") {
                Read::Known(arn) => one(context, listener, &path, arn, judge),
                Read::Absent => judge.fail(listener, &path, "the certificate has no ARN"),
                Read::Unknown(reason) => judge.unknown(listener, &path, &reason),
            }
        }
    }
}

fn one(context: &Context<'_>, listener: &Resource, path: &str, arn: &Value, judge: &mut Judge) {
    let made_here = context
        .deployment
        .target(arn)
        .map(|r| &*r.resource_type == "AWS::CertificateManager::Certificate");
    let text = arn.pattern().unwrap_or_default();
    let service = text.split(':').nth(2);
    match (made_here, service) {
        (Some(true), _) | (None, Some("acm")) => {
            judge.pass(listener, "the certificate is of Certificate Manager")
        }
        (Some(false), _) | (None, Some("iam")) => judge.fail(
            listener,
            path,
            "the certificate is not of Certificate Manager",
        ),
        _ => judge.unknown(
            listener,
            path,
            "whose certificate it is cannot be told before deployment",
        ),
    }
}
