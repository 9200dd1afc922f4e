//! `AWS::ElasticLoadBalancingV2::LoadBalancer`.
//!
//! Source: Elastic Load Balancing pricing: hours and, for an Application Load Balancer, capacity units (LCU): the
//! highest of new connections / 25 a second, active connections / 3,000 a minute, GB / 1 an hour, rule evaluations /
//! 1,000 a second. An address in each subnet costs what a public IPv4 address costs since 2024-02-01.

use rust_decimal::Decimal;

use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::Resource;
use crate::pricing::{HOURS_PER_MONTH, Range};

pub(in crate::estimate) fn load_balancer(
    _: &Context<'_>,
    balancer: &Resource,
    lines: &mut Lines<'_>,
) {
    let Some(kind) = lines.known(balancer.text("Type"), "application".into()) else {
        return;
    };
    let (label, operation) = match &*kind {
        "application" => ("Application Load Balancer", "LoadBalancing:Application"),
        "network" => ("Network Load Balancer", "LoadBalancing:Network"),
        "gateway" => ("Gateway Load Balancer", "LoadBalancing:Gateway"),
        _ => return lines.gap(format!("load balancers of type '{kind}' are not modelled")),
    };
    lines.add(Line {
        name: label,
        service: "AWSELB",
        usage: "LoadBalancerUsage",
        operation: Some(operation),
        quantity: Lines::hours(1),
        assumptions: vec!["runs all month".to_owned()],
    });
    if &*kind == "application" {
        capacity_units(lines);
    } else {
        lines.gap(format!(
            "capacity units of a {label}: the formula is not modelled"
        ));
    }
    let Some(scheme) = lines.known(balancer.text("Scheme"), "internet-facing".into()) else {
        return;
    };
    if &*scheme == "internet-facing" && &*kind != "gateway" {
        addresses(balancer, lines);
    }
}

fn capacity_units(lines: &mut Lines<'_>) {
    let keys = [
        "new_connections",
        "active_connections",
        "processed_bytes_gb",
        "rule_evaluations",
    ];
    let given = keys.map(|key| lines.figure(key));
    if given.iter().all(Option::is_none) {
        return lines.gap(format!(
            "capacity units (LCU): no usage figure; give {} in the usage file",
            keys.join(", ")
        ));
    }
    let [new, active, gb, rules] = given.map(Option::unwrap_or_default);
    let highest = |new: Decimal, active: Decimal, gb: Decimal, rules: Decimal| {
        (new / Decimal::from(25))
            .max(active / Decimal::from(3000))
            .max(gb / HOURS_PER_MONTH)
            .max(rules / Decimal::from(1000))
    };
    let units = Range {
        min: highest(new.min, active.min, gb.min, rules.min),
        expected: highest(new.expected, active.expected, gb.expected, rules.expected),
        max: highest(new.max, active.max, gb.max, rules.max),
    };
    lines.add(Line {
        name: "capacity units (LCU)",
        service: "AWSELB",
        usage: "LCUUsage",
        operation: Some("LoadBalancing:Application"),
        quantity: units.map(|u| times(u, HOURS_PER_MONTH)),
        assumptions: vec![format!(
            "highest of {}/25 new connections a second, {}/3000 active a minute, {}/730 GB an hour, {}/1000 rule evaluations a second; the busiest hours cost more than this average",
            new.expected, active.expected, gb.expected, rules.expected
        )],
    });
}

fn addresses(balancer: &Resource, lines: &mut Lines<'_>) {
    let subnets = balancer.list("Subnets").optional().and_then(|s| match s {
        Some(subnets) => Ok(Some(subnets)),
        None => balancer.list("SubnetMappings").optional(),
    });
    let count = match subnets {
        Ok(Some(subnets)) => Decimal::from(subnets.len()),
        Ok(None) => return lines.gap("public IPv4 addresses: the load balancer has no Subnets"),
        Err(reason) => return lines.gap(format!("public IPv4 addresses: {reason}")),
    };
    let hours = times(count, HOURS_PER_MONTH);
    lines.add(Line {
        name: "public IPv4 addresses",
        service: "AmazonVPC",
        usage: "PublicIPv4:InUseAddress",
        operation: None,
        quantity: Range {
            min: hours,
            expected: hours,
            max: times(hours, Decimal::TWO),
        },
        assumptions: vec![format!(
            "one in each of {count} subnets; max: twice as many when the load balancer grows"
        )],
    });
}
