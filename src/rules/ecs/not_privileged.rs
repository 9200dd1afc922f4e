//! Privileges.

use super::each_container;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.not-privileged",
    title: "No container is privileged",
    severity: Severity::Critical,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "A privileged container is root on its host: it reads what every other container there holds.",
    fix: "Leave Privileged out; add the one capability that is needed under LinuxParameters.Capabilities.",
    see: "aws ecs describe-task-definition --task-definition FAMILY --query 'taskDefinition.containerDefinitions[].[name,privileged]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_container(context, judge, "no container is privileged", |container| {
        let privileged = container.read_bool("Privileged").or_default(false)?;
        Ok(privileged.then(|| ("Privileged", "runs as root of its host".to_owned())))
    });
}
