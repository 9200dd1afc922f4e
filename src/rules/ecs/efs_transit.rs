//! File systems in transit.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.efs-transit-encryption",
    title: "Tasks reach their file systems over TLS",
    severity: Severity::High,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "Files travel in the clear between the task and the file system.",
    fix: "Set EFSVolumeConfiguration: {TransitEncryption: ENABLED}.",
    see: "aws ecs describe-task-definition --task-definition FAMILY --query 'taskDefinition.volumes[].efsVolumeConfiguration.transitEncryption'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for task in context.deployment.of_type("AWS::ECS::TaskDefinition") {
        match task.list("Volumes") {
            Read::Absent => {}
            Read::Unknown(reason) => judge.unknown(task, "Volumes", &reason),
            Read::Known(volumes) => {
                for (i, volume) in volumes.iter().enumerate() {
                    if !matches!(volume.read("EFSVolumeConfiguration"), Read::Absent) {
                        let path = format!("Volumes.{i}.EFSVolumeConfiguration.TransitEncryption");
                        // Off by default. Source: CloudFormation reference, AWS::ECS::TaskDefinition EFSVolumeConfiguration.
                        judge.word(
                            task,
                            &path,
                            &["ENABLED"],
                            "DISABLED",
                            "files travel without encryption",
                        );
                    }
                }
            }
        }
    }
}
