//! `ecs.*`: tasks and services.

mod container_insights;
mod efs_transit;
mod exec_logging;
mod log_config;
mod no_host_namespace;
mod non_root_user;
mod not_privileged;
mod platform_latest;
mod public_ip;
mod readonly_rootfs;
mod secrets_not_in_env;

use std::sync::Arc;

use super::Rule;
use super::{Context, Judge};
use crate::model::{Read, Value};

pub(super) static RULES: &[&Rule] = &[
    &container_insights::RULE,
    &efs_transit::RULE,
    &exec_logging::RULE,
    &log_config::RULE,
    &no_host_namespace::RULE,
    &public_ip::RULE,
    &non_root_user::RULE,
    &not_privileged::RULE,
    &platform_latest::RULE,
    &readonly_rootfs::RULE,
    &secrets_not_in_env::RULE,
];

/// What is wrong with one container: the property below it and a message; `Err` where an input is missing.
type Fault = Result<Option<(&'static str, String)>, Arc<str>>;

/// Judges every container of every task definition; one answer a container that is not fine, else one for all.
fn each_container(
    context: &Context<'_>,
    judge: &mut Judge,
    passed: &str,
    fault: impl Fn(&Value) -> Fault,
) {
    let list = "ContainerDefinitions";
    for task in context.deployment.of_type("AWS::ECS::TaskDefinition") {
        let containers = match task.list(list) {
            Read::Known(containers) => containers,
            Read::Absent => continue,
            Read::Unknown(reason) => {
                judge.unknown(task, list, &reason);
                continue;
            }
        };
        let mut fine = true;
        for (i, container) in containers.iter().enumerate() {
            let name = container
                .read_text("Name")
                .known()
                .unwrap_or_else(|| Arc::from("?"));
            match fault(container) {
                Ok(None) => {}
                Ok(Some((path, message))) => {
                    fine = false;
                    judge.fail(
                        task,
                        &format!("{list}.{i}.{path}"),
                        format!("container {name}: {message}"),
                    );
                }
                Err(reason) => {
                    fine = false;
                    judge.unknown(
                        task,
                        &format!("{list}.{i}"),
                        &format!("container {name}: {reason}"),
                    );
                }
            }
        }
        if fine {
            judge.pass(task, passed);
        }
    }
}
