//! File systems of containers.

use super::each_container;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.readonly-rootfs",
    title: "Containers cannot write to their own file system",
    severity: Severity::Medium,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "Who gets in can leave a program there that runs on.",
    fix: "Set ReadonlyRootFilesystem: true, and mount volumes where the program has to write.",
    see: "aws ecs describe-task-definition --task-definition FAMILY --query 'taskDefinition.containerDefinitions[].[name,readonlyRootFilesystem]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_container(
        context,
        judge,
        "root file systems are read-only",
        |container| {
            let read_only = container
                .read_bool("ReadonlyRootFilesystem")
                .or_default(false)?;
            Ok((!read_only).then(|| {
                (
                    "ReadonlyRootFilesystem",
                    "can write to its root file system".to_owned(),
                )
            }))
        },
    );
}
