//! `deploy.*`: what has to fit together for a deployment to work.

mod architecture;
mod codedeploy_service;
mod deployment_time;
mod ecr_policy;
mod name_length;
mod oidc_subject;
mod packaged;
mod parameter_file;
mod ports_agree;
mod redirect_port;
mod spot_mix;
mod template_size;
mod transform_limits;

use rust_decimal::Decimal;

use super::{Context, Rule};
use crate::model::{Read, Resource, Value};

pub(super) static RULES: &[&Rule] = &[
    &architecture::RULE,
    &codedeploy_service::RULE,
    &deployment_time::RULE,
    &ecr_policy::RULE,
    &name_length::RULE,
    &oidc_subject::RULE,
    &packaged::RULE,
    &parameter_file::RULE,
    &ports_agree::RULE,
    &redirect_port::RULE,
    &spot_mix::RULE,
    &template_size::RULE,
    &transform_limits::RULE,
];

/// The services under a CodeDeploy controller.
fn codedeploy_services<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Resource> {
    let services = context.deployment.of_type("AWS::ECS::Service");
    services
        .filter(|s| s.text("DeploymentController.Type").known().as_deref() == Some("CODE_DEPLOY"))
}

/// Whether a value means a resource: by reference, or by its known name.
fn means(value: &Value, resource: &Resource, name: &str) -> bool {
    value
        .references()
        .iter()
        .any(|r| r.address == resource.address)
        || (value.as_text().is_some() && value.as_text() == resource.text(name).known())
}

/// The deployment group that names a service.
fn group_of<'a>(context: &Context<'a>, service: &Resource) -> Option<&'a Resource> {
    context.deployment.of_type("AWS::CodeDeploy::DeploymentGroup").find(|group| {
        let entries = group.list("ECSServices").known().unwrap_or_default();
        entries.iter().any(|e| matches!(e.read("ServiceName"), Read::Known(name) if means(name, service, "ServiceName")))
    })
}

/// A whole number of a value.
fn whole(value: &Value, path: &str) -> Option<u64> {
    let number: Decimal = value.read_number(path).known()?;
    u64::try_from(number).ok()
}
