//! R4: a redirect that can be reached.

use rust_decimal::Decimal;

use crate::model::{Read, Resource};
use crate::reach::{Direction, Id, Protocol};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.redirect-port",
    title: "The load balancer's security groups let in the port that a listener redirects",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::Listener"],
    why: "Who types the name without https waits for an answer that never comes.",
    fix: "Add an ingress rule for port 80 to the load balancer's security group.",
    see: "curl -I http://DOMAIN",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for listener in context
        .deployment
        .of_type("AWS::ElasticLoadBalancingV2::Listener")
    {
        let actions = listener.list("DefaultActions").known().unwrap_or_default();
        let redirects = actions
            .iter()
            .any(|a| a.read_text("Type").known().as_deref() == Some("redirect"));
        if !redirects {
            continue;
        }
        let port = match listener.number("Port") {
            Read::Known(port) => port,
            Read::Absent => continue,
            Read::Unknown(reason) => {
                judge.unknown(listener, "Port", &reason);
                continue;
            }
        };
        let balancer = listener
            .read("LoadBalancerArn")
            .known()
            .and_then(|v| context.deployment.target(v));
        let Some(balancer) = balancer else {
            judge.unknown(
                listener,
                "LoadBalancerArn",
                "the load balancer is not in this stack tree",
            );
            continue;
        };
        let groups = balancer.list("SecurityGroups").known().unwrap_or_default();
        let found: Vec<&Resource> = groups
            .iter()
            .filter_map(|g| context.deployment.target(g))
            .collect();
        if found.len() < groups.len() || groups.is_empty() {
            judge.unknown(
                listener,
                "LoadBalancerArn",
                "a security group of the load balancer is not in this stack tree",
            );
        } else if found.iter().any(|group| lets_in(context, group, port)) {
            judge.pass(listener, format!("port {port} can be reached"));
        } else {
            judge.fail(
                listener,
                "Port",
                format!(
                    "no security group of {} lets in port {port}",
                    balancer.address
                ),
            );
        }
    }
}

/// Whether a security group has any ingress rule, inline or stand-alone, for a TCP port.
pub(super) fn lets_in(context: &Context<'_>, group: &Resource, port: Decimal) -> bool {
    let group = context.reach().groups.get(&Id::Here(group.address.clone()));
    let port = u16::try_from(port);
    group.zip(port.ok()).is_some_and(|(group, port)| {
        let mut rules = group.rules.iter();
        rules.any(|r| r.gap.is_none() && r.holds(Direction::In, Protocol::TCP, port))
    })
}
