//! R3: services that CodeDeploy can deploy.

use super::{codedeploy_services, group_of};
use crate::model::{Read, Resource, Value};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.codedeploy-service",
    title: "A service under CodeDeploy names a family, no strategy and two target groups of one deployment group",
    severity: Severity::High,
    resource_types: &["AWS::ECS::Service"],
    why: "ECS refuses a stack update that changes the task definition or strategy of such a service, and CodeDeploy needs a pair of target groups behind a listener.",
    fix: "TaskDefinition: !Sub isms-backend-${Environment}; leave out LaunchType, CapacityProviderStrategy and DeploymentCircuitBreaker.",
    see: "aws deploy get-deployment-group; aws ecs describe-services",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for service in codedeploy_services(context) {
        let mut faults: Vec<(&str, String)> = Vec::new();
        match service.read("TaskDefinition") {
            Read::Known(value) => match value.as_text() {
                Some(family) if !family.contains(':') => {}
                _ => faults.push((
                    "TaskDefinition",
                    "TaskDefinition is a revision; name the family only".to_owned(),
                )),
            },
            Read::Absent => faults.push(("", "there is no TaskDefinition".to_owned())),
            Read::Unknown(reason) => judge.unknown(service, "TaskDefinition", &reason),
        }
        let set = |path: &str| !matches!(service.read(path), Read::Absent);
        if set("LaunchType") && set("CapacityProviderStrategy") {
            faults.push((
                "LaunchType",
                "LaunchType and CapacityProviderStrategy exclude each other".to_owned(),
            ));
        }
        if service.flag("DeploymentConfiguration.DeploymentCircuitBreaker.Enable")
            == Read::Known(true)
        {
            let path = "DeploymentConfiguration.DeploymentCircuitBreaker.Enable";
            faults.push((
                path,
                "the circuit breaker works with rolling updates only".to_owned(),
            ));
        }
        match group_of(context, service) {
            None => faults.push((
                "ServiceName",
                "no deployment group names the service".to_owned(),
            )),
            Some(group) => faults.extend(
                target_groups(context, service, group).map(|fault| ("LoadBalancers", fault)),
            ),
        }
        judge.faults(service, faults, "CodeDeploy can deploy the service");
    }
}

/// The first fault among target groups, pair and listener.
fn target_groups(context: &Context<'_>, service: &Resource, group: &Resource) -> Option<String> {
    let blue = service
        .list("LoadBalancers")
        .known()?
        .first()?
        .get("TargetGroupArn")?;
    let pairs = group
        .list("LoadBalancerInfo.TargetGroupPairInfoList")
        .known()
        .unwrap_or_default();
    let members: Vec<&Value> = pairs
        .iter()
        .flat_map(|p| p.read_list("TargetGroups").known().unwrap_or_default())
        .filter_map(|t| t.get("Name"))
        .collect();
    if members.len() != 2 {
        return Some(format!(
            "{} has {} target groups in its pair, not 2",
            group.address,
            members.len()
        ));
    }
    let find = |value: &Value| {
        context
            .deployment
            .find(value, "AWS::ElasticLoadBalancingV2::TargetGroup", "Name")
    };
    let blue = find(blue)?;
    let pair: Vec<&Resource> = members.into_iter().filter_map(find).collect();
    if pair.len() == 2 && pair[0].address == pair[1].address {
        return Some(format!(
            "both target groups of {} are {}",
            group.address, pair[0].address
        ));
    }
    if !pair.iter().any(|t| t.address == blue.address) {
        return Some(format!(
            "{} is not in the pair of {}",
            blue.address, group.address
        ));
    }
    if let Some(target) = pair
        .iter()
        .find(|t| t.text("TargetType").known().as_deref() != Some("ip"))
    {
        return Some(format!("{} is not of target type ip", target.address));
    }
    let listens = context.deployment.resources.values().any(|r| {
        matches!(
            &*r.resource_type,
            "AWS::ElasticLoadBalancingV2::Listener" | "AWS::ElasticLoadBalancingV2::ListenerRule"
        ) && r
            .properties
            .references()
            .iter()
            .any(|target| target.address == blue.address)
    });
    (!listens).then(|| format!("no listener forwards to {}", blue.address))
}
