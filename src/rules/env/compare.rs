//! Production beside the other environments: rules that hold there and not here, and settings that are lower.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::WEAKER;
use crate::model::{Address, Deployment, Read, Resource};
use crate::rules::{EnvironmentFindings, Judge, Status};

/// Numbers of which more protects more, though each may pass its own rule.
const MORE_IS_STRONGER: [(&str, &str); 8] = [
    ("AWS::RDS::DBCluster", "BackupRetentionPeriod"),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod"),
    ("AWS::Logs::LogGroup", "RetentionInDays"),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "MinCapacity"),
    ("AWS::KMS::Key", "PendingWindowInDays"),
    (
        "AWS::ElastiCache::ReplicationGroup",
        "SnapshotRetentionLimit",
    ),
    ("AWS::DocDB::DBCluster", "BackupRetentionPeriod"),
    ("AWS::AutoScaling::AutoScalingGroup", "MinSize"),
];

/// Types whose being there protects something.
const PROTECTS: [&str; 9] = [
    "AWS::WAFv2::WebACLAssociation",
    "AWS::EC2::FlowLog",
    "AWS::Backup::BackupSelection",
    "AWS::CloudTrail::Trail",
    "AWS::GuardDuty::Detector",
    "AWS::Config::ConfigurationRecorder",
    "AWS::CloudWatch::Alarm",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::RotationSchedule",
];

/// Whether a name means production.
fn is_production(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let any = |wanted: &[&str]| words.iter().any(|w| wanted.contains(w));
    any(&["prod", "production", "prd", "live"]) && !any(&["pre", "non", "not"])
}

/// Judges the strict environments beside the others; the findings are added to the strict ones'. Nothing is said where
/// there is no other environment.
pub fn compare(
    deployments: &[Deployment],
    results: &mut [EnvironmentFindings],
    strict: Option<&[String]>,
) {
    let is_strict =
        |name: &str| strict.map_or_else(|| is_production(name), |s| s.iter().any(|n| n == name));
    let outcomes: Vec<BTreeMap<(&'static str, Address), Status>> =
        results.iter().map(outcomes).collect();
    for own in 0..deployments.len().min(results.len()) {
        if !is_strict(&deployments[own].environment) {
            continue;
        }
        let mut judge = Judge::new(&WEAKER);
        let mut others = Vec::new();
        for other in (0..deployments.len()).filter(|o| !is_strict(&deployments[*o].environment)) {
            others.push(deployments[other].environment.to_string());
            rules(
                &deployments[own],
                &deployments[other],
                &results[own],
                &outcomes[other],
                &mut judge,
            );
            settings(&deployments[own], &deployments[other], &mut judge);
            missing(&deployments[own], &deployments[other], &mut judge);
        }
        let mut found = judge.finish();
        if found.is_empty() && !others.is_empty() {
            let mut judge = Judge::new(&WEAKER);
            let message = format!("nothing is weaker than in {}", others.join(", "));
            judge.at(Status::Pass, &Address::root(), None, message);
            found = judge.finish();
        }
        results[own].findings.extend(found);
    }
}

/// The worst answer of each rule about each resource.
fn outcomes(result: &EnvironmentFindings) -> BTreeMap<(&'static str, Address), Status> {
    let mut worst = BTreeMap::new();
    for finding in &result.findings {
        let entry = worst
            .entry((finding.rule, finding.address.clone()))
            .or_insert(finding.status);
        if finding.status != Status::Pass {
            *entry = finding.status;
        }
    }
    worst
}

/// Rules that hold for a resource in the other environment and are broken here.
fn rules(
    own: &Deployment,
    other: &Deployment,
    result: &EnvironmentFindings,
    outcomes: &BTreeMap<(&'static str, Address), Status>,
    judge: &mut Judge,
) {
    // Whether a deployment works is no protection; those rules speak for themselves.
    let is_protection = |rule: &str| !rule.starts_with("deploy.") && !rule.starts_with("policy.");
    let faults = result
        .findings
        .iter()
        .filter(|f| f.status == Status::Fail && is_protection(f.rule));
    for fault in faults {
        let Some(resource) = own.get(&fault.address) else {
            continue;
        };
        if outcomes.get(&(fault.rule, fault.address.clone())) == Some(&Status::Pass) {
            let message = format!(
                "{} holds in {} and not here: {}",
                fault.rule, other.environment, fault.message
            );
            judge.fail(resource, &fault.property, message);
        }
    }
}

/// Numbers that are lower here.
fn settings(own: &Deployment, other: &Deployment, judge: &mut Judge) {
    for (kind, property) in MORE_IS_STRONGER {
        for resource in own.of_type(kind) {
            let Some(there) = other.get(&resource.address) else {
                continue;
            };
            let number = |r: &Resource| r.number(property);
            match (number(resource), number(there)) {
                (Read::Known(here), Read::Known(more)) if here < more => {
                    judge.fail(
                        resource,
                        property,
                        weaker(property, &here.to_string(), other, more),
                    );
                }
                // A log group without a retention keeps its events for ever.
                (Read::Absent, Read::Known(more)) if property != "RetentionInDays" => {
                    judge.fail(resource, "", weaker(property, "not set", other, more));
                }
                (Read::Unknown(reason), Read::Known(_)) => {
                    judge.unknown(resource, property, &reason)
                }
                _ => {}
            }
        }
    }
}

fn weaker(property: &str, here: &str, other: &Deployment, more: Decimal) -> String {
    format!("{property} is {here}, and {more} in {}", other.environment)
}

/// Protecting resources that only the other environment has.
fn missing(own: &Deployment, other: &Deployment, judge: &mut Judge) {
    for resource in other
        .resources
        .values()
        .filter(|r| PROTECTS.contains(&&*r.resource_type))
    {
        let maybe = resource
            .condition
            .as_ref()
            .is_some_and(|c| c.unknown.is_some());
        if own.get(&resource.address).is_none() && !maybe {
            let off = own.off.iter().find(|o| o.address == resource.address);
            let why = off.map_or("does not exist here".to_owned(), |o| {
                format!("condition {} is false here", o.condition)
            });
            let message = format!(
                "{} ({}) exists in {}; {why}",
                resource.address, resource.resource_type, other.environment
            );
            judge.at(
                Status::Fail,
                &resource.address,
                off.map(|o| o.key_span),
                message,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_production() {
        for name in ["production", "prod", "eu-prod", "Live", "prod_2"] {
            assert!(is_production(name), "{name}");
        }
        for name in [
            "staging",
            "preproduction",
            "pre-production",
            "nonprod",
            "product-demo",
            "dev",
        ] {
            assert!(!is_production(name), "{name}");
        }
    }
}
