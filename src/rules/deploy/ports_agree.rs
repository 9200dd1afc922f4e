//! R11: one container name and port from task definition to security group.

use super::codedeploy_services;
use super::redirect_port::lets_in;
use crate::model::{Read, Resource, Value};
use crate::rules::{Context, Judge, Rule, Severity, Status};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.ports-agree",
    title: "Task definition, service, AppSpec, target group and security group agree on container and port",
    severity: Severity::High,
    resource_types: &["AWS::ECS::Service"],
    why: "One that differs, and the target group never becomes healthy, or CodeDeploy refuses the AppSpec.",
    fix: "ContainerName backend and ContainerPort 4000 in all of them.",
    see: "aws elbv2 describe-target-health",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for service in context.deployment.of_type("AWS::ECS::Service") {
        let Read::Known(entries) = service.list("LoadBalancers") else {
            continue;
        };
        let mut faults = Vec::new();
        for entry in entries {
            let (Read::Known(name), Read::Known(port)) = (
                entry.read_text("ContainerName"),
                entry.read_number("ContainerPort"),
            ) else {
                judge.unknown(
                    service,
                    "LoadBalancers",
                    "container name or port is not known",
                );
                continue;
            };
            if let Some(task) = task_of(context, service) {
                let containers = task
                    .list("ContainerDefinitions")
                    .known()
                    .unwrap_or_default();
                let container = containers
                    .iter()
                    .find(|c| c.read_text("Name").known().as_ref() == Some(&name));
                match container {
                    None => faults.push((
                        "LoadBalancers",
                        format!("{} has no container {name}", task.address),
                    )),
                    Some(container) => {
                        let ports = container
                            .read_list("PortMappings")
                            .known()
                            .unwrap_or_default();
                        if !ports
                            .iter()
                            .any(|p| p.read_number("ContainerPort") == Read::Known(port))
                        {
                            faults.push((
                                "LoadBalancers",
                                format!(
                                    "container {name} of {} does not open port {port}",
                                    task.address
                                ),
                            ));
                        }
                    }
                }
            }
            let target = entry
                .get("TargetGroupArn")
                .and_then(|t| context.deployment.target(t));
            if let Some(target) = target
                && target.number("Port").known().is_some_and(|p| p != port)
            {
                faults.push((
                    "LoadBalancers",
                    format!("{} sends to another port than {port}", target.address),
                ));
            }
            let groups = service
                .list("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups")
                .known()
                .unwrap_or_default();
            let groups: Vec<&Resource> = groups
                .iter()
                .filter_map(|g| context.deployment.target(g))
                .collect();
            if !groups.is_empty() && !groups.iter().any(|g| lets_in(context, g, port)) {
                faults.push((
                    "LoadBalancers",
                    format!("no security group of the tasks lets in port {port}"),
                ));
            }
        }
        judge.faults(service, faults, "container and port agree");
    }
    app_specs(context, judge);
}

fn task_of<'a>(context: &Context<'a>, service: &Resource) -> Option<&'a Resource> {
    let named: &Value = service.read("TaskDefinition").known()?;
    context
        .deployment
        .find(named, "AWS::ECS::TaskDefinition", "Family")
}

/// AppSpec files beside the templates, by the container that they name.
fn app_specs(context: &Context<'_>, judge: &mut Judge) {
    for asset in context
        .assets
        .iter()
        .filter(|a| a.path.ends_with("-appspec.yaml"))
    {
        let root = crate::model::Address::root();
        let fault = app_spec(context, &asset.text);
        match fault {
            None => judge.at(
                Status::Pass,
                &root,
                None,
                format!("{} agrees with a service", asset.path),
            ),
            Some(fault) => judge.at(
                Status::Fail,
                &root,
                None,
                format!("{}: {fault}", asset.path),
            ),
        }
    }
}

fn app_spec(context: &Context<'_>, text: &str) -> Option<String> {
    let document: serde_yaml::Value = match serde_yaml::from_str(text) {
        Ok(document) => document,
        Err(error) => return Some(format!("is no YAML: {error}")),
    };
    let info = &document["Resources"][0]["TargetService"]["Properties"]["LoadBalancerInfo"];
    let (Some(name), Some(port)) = (
        info["ContainerName"].as_str(),
        info["ContainerPort"].as_u64(),
    ) else {
        return Some("has no LoadBalancerInfo with ContainerName and ContainerPort".to_owned());
    };
    let mut services = codedeploy_services(context).peekable();
    // Without services (the first pass of a bootstrap) there is nothing to agree with.
    services.peek()?;
    let agrees = services
        .flat_map(|s| s.list("LoadBalancers").known().unwrap_or_default())
        .any(|entry| {
            entry.read_text("ContainerName").known().as_deref() == Some(name)
                && super::whole(entry, "ContainerPort") == Some(port)
        });
    (!agrees).then(|| format!("no service under CodeDeploy has container {name} with port {port}"))
}
