//! R9: tasks and images of one architecture.

use std::sync::Arc;

use crate::model::{Address, Read};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.architecture",
    title: "Task definitions run on the architecture that UseGraviton2 says, which images are built for",
    severity: Severity::High,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "An image of the other architecture ends with 'exec format error', and no task becomes healthy.",
    fix: "CpuArchitecture: !If [Graviton, ARM64, X86_64]; the workflow reads UseGraviton2 from the same parameter file.",
    see: "docker manifest inspect IMAGE; aws ecs describe-task-definition",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let root = context.deployment.stacks.get(&Address::root());
    let Some(graviton) = root
        .and_then(|s| s.parameters.get("UseGraviton2"))
        .and_then(|v| v.as_text())
    else {
        return;
    };
    let wanted = if &*graviton == "true" {
        "ARM64"
    } else {
        "X86_64"
    };
    for task in context.deployment.of_type("AWS::ECS::TaskDefinition") {
        let path = "RuntimePlatform.CpuArchitecture";
        let found: Read<Arc<str>> = match task.text(path) {
            Read::Absent => Read::Known("X86_64".into()),
            other => other,
        };
        match found {
            Read::Known(found) if &*found == wanted => {
                judge.pass(task, format!("runs on {wanted}, as the images"))
            }
            Read::Known(found) => judge.fail(
                task,
                path,
                format!("runs on {found}; UseGraviton2 is {graviton}: images are {wanted}"),
            ),
            Read::Unknown(reason) => judge.unknown(task, path, &reason),
            Read::Absent => {}
        }
    }
}
