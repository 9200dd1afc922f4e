//! `deploy.*`: what has to fit together for a deployment to work.

pub(super) mod architecture;
pub(super) mod codedeploy_service;
pub(super) mod deployment_time;
pub(super) mod ecr_policy;
pub(super) mod name_length;
pub(super) mod oidc_subject;
pub(super) mod packaged;
pub(super) mod parameter_file;
pub(super) mod ports_agree;
pub(super) mod redirect_port;
pub(super) mod spot_mix;
pub(super) mod template_size;
pub(super) mod transform_limits;

use rust_decimal::Decimal;

use super::Context;
use crate::model::{Read, Resource, Value};

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
