//! Zones.

use super::balancers;
use crate::model::{Read, Resource, Value};
use crate::rules::{Context, Judge, Rule, Severity};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.multi-az",
    title: "Load balancers stand in two availability zones or more",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
    why: "One zone that fails takes the whole service with it.",
    fix: "Name subnets of at least two zones under Subnets or SubnetMappings.",
    see: "aws elbv2 describe-load-balancers --query 'LoadBalancers[].[LoadBalancerName,AvailabilityZones[].ZoneName]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for balancer in balancers(context, judge, &["application", "network"]) {
        let (path, subnets) = match subnets(balancer) {
            Ok(Some(found)) => found,
            Ok(None) => {
                judge.unknown(balancer, "", "no subnets are named");
                continue;
            }
            Err(reason) => {
                judge.unknown(balancer, "Subnets", &reason);
                continue;
            }
        };
        // Subnets of this tree whose zones are written down may share one; others are taken for different zones.
        let zone =
            |subnet: &Value| match context.deployment.target(subnet)?.read("AvailabilityZone") {
                Read::Known(zone) => zone.pattern(),
                _ => None,
            };
        let zones: BTreeSet<String> = subnets
            .iter()
            .filter_map(|s| zone(s).or_else(|| s.pattern()))
            .collect();
        if zones.len() >= 2 {
            judge.pass(balancer, format!("{} zones", zones.len()));
        } else {
            judge.fail(balancer, path, "all of it stands in one zone");
        }
    }
}

/// The subnets, and the property that names them.
fn subnets(balancer: &Resource) -> Result<Option<(&'static str, Vec<&Value>)>, Arc<str>> {
    if let Some(list) = balancer.list("Subnets").optional()? {
        return Ok(Some(("Subnets", list.iter().collect())));
    }
    let Some(list) = balancer.list("SubnetMappings").optional()? else {
        return Ok(None);
    };
    let ids = list
        .iter()
        .map(|m| m.read("SubnetId").optional())
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some((
        "SubnetMappings",
        ids.into_iter().flatten().collect(),
    )))
}
