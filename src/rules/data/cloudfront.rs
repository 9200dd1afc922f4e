//! Distributions and their viewers.

use crate::model::{Read, Resource};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "cloudfront.https",
    title: "Distributions serve over HTTPS, with TLS 1.2 or later",
    severity: Severity::High,
    resource_types: &["AWS::CloudFront::Distribution"],
    why: "What is fetched over plain HTTP can be read and changed on its way.",
    fix: "Set ViewerProtocolPolicy: redirect-to-https on every cache behaviour, and MinimumProtocolVersion: TLSv1.2_2021 with a certificate of your own.",
    see: "aws cloudfront get-distribution-config --id ID --query 'DistributionConfig.[DefaultCacheBehavior.ViewerProtocolPolicy,ViewerCertificate]'",
    check,
};

const CONFIG: &str = "DistributionConfig";

fn check(context: &Context<'_>, judge: &mut Judge) {
    for distribution in context.deployment.of_type("AWS::CloudFront::Distribution") {
        let behaviours = match distribution.list(&format!("{CONFIG}.CacheBehaviors")) {
            Read::Known(list) => list.len(),
            Read::Absent => 0,
            Read::Unknown(reason) => {
                judge.unknown(distribution, CONFIG, &reason);
                continue;
            }
        };
        let mut paths = vec![format!(
            "{CONFIG}.DefaultCacheBehavior.ViewerProtocolPolicy"
        )];
        paths.extend(
            (0..behaviours).map(|i| format!("{CONFIG}.CacheBehaviors.{i}.ViewerProtocolPolicy")),
        );
        for path in paths {
            let failed = "viewers may use plain HTTP";
            judge.word(
                distribution,
                &path,
                &["https-only", "redirect-to-https"],
                "",
                failed,
            );
        }
        version(distribution, judge);
    }
}

/// With CloudFront's own certificate the policy is TLSv1, whatever the template says. Source: Amazon CloudFront API
/// Reference, ViewerCertificate, MinimumProtocolVersion.
fn version(distribution: &Resource, judge: &mut Judge) {
    let certificate = format!("{CONFIG}.ViewerCertificate");
    let path = format!("{certificate}.MinimumProtocolVersion");
    let own = |key: &str| distribution.read(&format!("{certificate}.{key}"));
    match (own("AcmCertificateArn"), own("IamCertificateId")) {
        (Read::Known(_), _) | (_, Read::Known(_)) => {}
        (Read::Unknown(reason), _) | (_, Read::Unknown(reason)) => {
            return judge.unknown(distribution, &certificate, &reason);
        }
        (Read::Absent, Read::Absent) => {
            return judge.fail(
                distribution,
                &certificate,
                "with CloudFront's own certificate viewers may use TLS 1.0",
            );
        }
    }
    match distribution.text(&path) {
        Read::Known(version)
            if version.starts_with("TLSv1.2") || version.starts_with("TLSv1.3") =>
        {
            judge.pass(distribution, format!("viewers need {version}"));
        }
        Read::Known(version) => {
            judge.fail(distribution, &path, format!("viewers may use {version}"))
        }
        Read::Absent => judge.fail(distribution, &certificate, "no least TLS version is set"),
        Read::Unknown(reason) => judge.unknown(distribution, &path, &reason),
    }
}
