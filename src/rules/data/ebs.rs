//! Volumes at rest.

use crate::model::{Read, Resource};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ebs.encrypted",
    title: "Volumes are encrypted",
    severity: Severity::High,
    resource_types: &[
        "AWS::EC2::Volume",
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
    ],
    why: "A snapshot of a volume that is not encrypted can be shared or copied as it is.",
    fix: "Set Encrypted: true on the volume or under BlockDeviceMappings[].Ebs, or turn encryption by default on for the account and say so in a waiver.",
    see: "aws ec2 describe-volumes --query 'Volumes[?!Encrypted].VolumeId'; aws ec2 get-ebs-encryption-by-default",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for volume in context.deployment.of_type("AWS::EC2::Volume") {
        one(volume, "Encrypted", "SnapshotId", judge);
    }
    for (kind, list) in [
        ("AWS::EC2::Instance", "BlockDeviceMappings"),
        (
            "AWS::EC2::LaunchTemplate",
            "LaunchTemplateData.BlockDeviceMappings",
        ),
    ] {
        for resource in context.deployment.of_type(kind) {
            match resource.list(list) {
                Read::Absent => {}
                Read::Unknown(reason) => judge.unknown(resource, list, &reason),
                Read::Known(mappings) => {
                    for (i, mapping) in mappings.iter().enumerate() {
                        // An instance store has no Ebs; it is encrypted by its hardware or not at all.
                        if !matches!(mapping.read("Ebs"), Read::Absent) {
                            let ebs = format!("{list}.{i}.Ebs");
                            one(
                                resource,
                                &format!("{ebs}.Encrypted"),
                                &format!("{ebs}.SnapshotId"),
                                judge,
                            );
                        }
                    }
                }
            }
        }
    }
}

/// A volume from a snapshot is encrypted as the snapshot is, unless it says more.
fn one(resource: &Resource, flag: &str, snapshot: &str, judge: &mut Judge) {
    match (resource.flag(flag), resource.read(snapshot)) {
        (Read::Absent, Read::Known(_) | Read::Unknown(_)) => {
            judge.unknown(
                resource,
                snapshot,
                "the volume is encrypted if its snapshot is",
            );
        }
        _ => judge.flag(
            resource,
            flag,
            true,
            false,
            "is encrypted",
            "the volume is not encrypted",
        ),
    }
}
