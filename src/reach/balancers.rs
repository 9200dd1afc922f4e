//! Listeners of load balancers, their target groups, and who is registered there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::id::{Id, unsure};
use super::{Endpoint, Index, Protocol};
use crate::model::{Address, Deployment, Read, Resource, Value};

const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";

/// One listener.
#[derive(Clone, Debug)]
pub struct Listener<'a> {
    /// The listener, or a classic load balancer that holds it.
    pub resource: &'a Resource,
    /// Its load balancer.
    pub balancer: Id,
    /// Protocols that it takes.
    pub protocols: Vec<Protocol>,
    /// Its port.
    pub port: Result<u16, Arc<str>>,
    /// Target groups that it, or one of its rules, forwards to, with the resource that says so.
    pub forwards: Vec<(Id, &'a Resource)>,
    /// Why it may not exist.
    pub gap: Option<Arc<str>>,
}

/// Who is registered with a target group.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Address of the endpoint.
    pub endpoint: Address,
    /// The port that is sent to.
    pub port: Result<u16, Arc<str>>,
    /// The resource that says so, and the property.
    pub by: (&'a Resource, String),
}

fn port(value: &Value, path: &str) -> Option<Result<u16, Arc<str>>> {
    match value.read_number(path) {
        Read::Known(number) => {
            Some(u16::try_from(number).map_err(|_| format!("{number} is no port").into()))
        }
        Read::Absent => None,
        Read::Unknown(reason) => Some(Err(reason)),
    }
}

/// What the actions of a listener or rule forward to.
fn forwards<'a>(
    deployment: &Deployment,
    resource: &'a Resource,
    property: &str,
) -> Vec<(Id, &'a Resource)> {
    let mut found = Vec::new();
    for action in resource.list(property).known().unwrap_or_default() {
        let one = action.get("TargetGroupArn");
        let many = action.read_list("ForwardConfig.TargetGroups").known();
        let many = many
            .unwrap_or_default()
            .iter()
            .filter_map(|g| g.get("TargetGroupArn"));
        found.extend(
            one.into_iter()
                .chain(many)
                .map(|v| (Id::of(deployment, v, TARGET_GROUP), resource)),
        );
    }
    found
}

pub(super) fn listeners<'a>(deployment: &'a Deployment, index: &Index<'a>) -> Vec<Listener<'a>> {
    let mut found = Vec::new();
    for resource in index.of(LISTENER) {
        let Some(balancer) = Id::at(deployment, resource, "LoadBalancerArn", BALANCER) else {
            continue;
        };
        let protocols = match resource.text("Protocol").known().as_deref() {
            Some("UDP" | "QUIC") => vec![Protocol::UDP],
            Some("TCP_UDP" | "TCP_QUIC") => vec![Protocol::TCP, Protocol::UDP],
            _ => vec![Protocol::TCP],
        };
        let mut targets = forwards(deployment, resource, "DefaultActions");
        for rule in index.of("AWS::ElasticLoadBalancingV2::ListenerRule") {
            let of = Id::at(deployment, rule, "ListenerArn", LISTENER);
            if of.as_ref().and_then(Id::here) == Some(&resource.address) {
                targets.extend(forwards(deployment, rule, "Actions"));
            }
        }
        found.push(Listener {
            resource,
            balancer,
            protocols,
            port: port(&resource.properties, "Port")
                .unwrap_or_else(|| Err("the listener has no port".into())),
            forwards: targets,
            gap: unsure(resource),
        });
    }
    for resource in index.of("AWS::ElasticLoadBalancing::LoadBalancer") {
        for entry in resource.list("Listeners").known().unwrap_or_default() {
            found.push(Listener {
                resource,
                balancer: Id::Here(resource.address.clone()),
                protocols: vec![Protocol::TCP],
                port: port(entry, "LoadBalancerPort")
                    .unwrap_or_else(|| Err("the listener has no port".into())),
                forwards: Vec::new(),
                gap: None,
            });
        }
    }
    found
}

pub(super) fn members<'a>(
    deployment: &'a Deployment,
    index: &Index<'a>,
    endpoints: &[Endpoint<'a>],
) -> BTreeMap<Address, Vec<Member<'a>>> {
    let mut found: BTreeMap<Address, Vec<Member<'a>>> = BTreeMap::new();
    let own_port = |group: &Address| {
        let group = deployment.get(group)?;
        port(&group.properties, "Port")
    };
    let none = || Err(Arc::from("the target's port is not known"));
    for endpoint in endpoints {
        let resource = endpoint.resource;
        let entries = resource.list("LoadBalancers").known().unwrap_or_default();
        for (i, entry) in entries.iter().enumerate() {
            let Some(value) = entry.get("TargetGroupArn") else {
                continue;
            };
            if let Id::Here(group) = Id::of(deployment, value, TARGET_GROUP) {
                let port = port(entry, "ContainerPort").or_else(|| own_port(&group));
                found.entry(group).or_default().push(Member {
                    endpoint: resource.address.clone(),
                    port: port.unwrap_or_else(none),
                    by: (resource, format!("LoadBalancers.{i}")),
                });
            }
        }
        let fleet = resource.list("TargetGroupARNs").known().unwrap_or_default();
        for (i, value) in fleet.iter().enumerate() {
            if let Id::Here(group) = Id::of(deployment, value, TARGET_GROUP) {
                let port = own_port(&group).unwrap_or_else(none);
                found.entry(group).or_default().push(Member {
                    endpoint: resource.address.clone(),
                    port,
                    by: (resource, format!("TargetGroupARNs.{i}")),
                });
            }
        }
    }
    for group in index.of(TARGET_GROUP) {
        let targets = group.list("Targets").known().unwrap_or_default();
        for (i, target) in targets.iter().enumerate() {
            let Some(address) = target.get("Id").and_then(|v| deployment.target(v)) else {
                continue;
            };
            let port = port(target, "Port").or_else(|| own_port(&group.address));
            found
                .entry(group.address.clone())
                .or_default()
                .push(Member {
                    endpoint: address.address.clone(),
                    port: port.unwrap_or_else(none),
                    by: (*group, format!("Targets.{i}")),
                });
        }
    }
    found
}
