//! Namespaces.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.no-host-namespace",
    title: "Tasks share no namespace with their host",
    severity: Severity::High,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "In the host's network, process or IPC namespace a container sees, and can talk to, everything else on the host.",
    fix: "Set NetworkMode: awsvpc, and leave PidMode and IpcMode out or set task.",
    see: "aws ecs describe-task-definition --task-definition FAMILY --query 'taskDefinition.[networkMode,pidMode,ipcMode]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for task in context.deployment.of_type("AWS::ECS::TaskDefinition") {
        let mut fine = true;
        for (property, what) in [
            ("NetworkMode", "network"),
            ("PidMode", "processes"),
            ("IpcMode", "memory"),
        ] {
            match task.text(property) {
                Read::Known(mode) if &*mode == "host" => {
                    fine = false;
                    judge.fail(
                        task,
                        property,
                        format!("containers share the host's {what}"),
                    );
                }
                Read::Unknown(reason) => {
                    fine = false;
                    judge.unknown(task, property, &reason);
                }
                _ => {}
            }
        }
        if fine {
            judge.pass(task, "no namespace is the host's");
        }
    }
}
