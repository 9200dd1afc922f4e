//! `alb.*`: load balancers and their listeners.

mod access_logs;
mod acm_certificate;
mod deletion_protection;
mod desync_mitigation;
mod drop_invalid_headers;
mod http_redirects;
mod internet_facing;
mod multi_az;
mod tls_policy;
mod waf;

use std::sync::Arc;

use super::Rule;
use super::{Context, Judge};
use crate::model::{Read, Resource};

pub(super) static RULES: &[&Rule] = &[
    &access_logs::RULE,
    &acm_certificate::RULE,
    &deletion_protection::RULE,
    &desync_mitigation::RULE,
    &drop_invalid_headers::RULE,
    &http_redirects::RULE,
    &internet_facing::RULE,
    &multi_az::RULE,
    &tls_policy::RULE,
    &waf::RULE,
];

/// The load balancers of some types; one without a type is an application load balancer. One whose type is not known may
/// be one of them, and is said to be unknown.
fn balancers<'a>(context: &Context<'a>, judge: &mut Judge, types: &[&str]) -> Vec<&'a Resource> {
    let all = "AWS::ElasticLoadBalancingV2::LoadBalancer";
    of(context, judge, all, "Type", "application", types)
}

/// The resources of a type whose property is one of some words.
fn of<'a>(
    context: &Context<'a>,
    judge: &mut Judge,
    resource_type: &'static str,
    property: &str,
    default: &str,
    words: &[&str],
) -> Vec<&'a Resource> {
    let mut found = Vec::new();
    for resource in context.deployment.of_type(resource_type) {
        match resource.text(property).or_default(Arc::from(default)) {
            Ok(word) if words.contains(&&*word) => found.push(resource),
            Ok(_) => {}
            Err(reason) => judge.unknown(resource, property, &reason),
        }
    }
    found
}

/// An attribute of a load balancer, with its place in the list.
fn attribute(balancer: &Resource, key: &str) -> (String, Read<Arc<str>>) {
    let list = "LoadBalancerAttributes";
    let items = match balancer.list(list) {
        Read::Known(items) => items,
        Read::Absent => return (list.to_owned(), Read::Absent),
        Read::Unknown(reason) => return (list.to_owned(), Read::Unknown(reason)),
    };
    let mut gap = None;
    for (i, item) in items.iter().enumerate() {
        match item.read_text("Key") {
            Read::Known(name) if &*name == key => {
                return (format!("{list}.{i}.Value"), item.read_text("Value"));
            }
            Read::Unknown(reason) => gap = Some(reason),
            _ => {}
        }
    }
    (list.to_owned(), gap.map_or(Read::Absent, Read::Unknown))
}

/// Judges an attribute that must have one of the given values; `default` is what AWS takes where it is not set.
fn attribute_is(
    judge: &mut Judge,
    balancer: &Resource,
    key: &str,
    allowed: &[&str],
    default: &str,
    failed: &str,
) {
    let (path, value) = attribute(balancer, key);
    match value.or_default(Arc::from(default)) {
        Ok(value) if allowed.contains(&&*value) => {
            judge.pass(balancer, format!("{key} is {value}"))
        }
        Ok(_) => judge.fail(balancer, &path, failed),
        Err(reason) => judge.unknown(balancer, &path, &reason),
    }
}

/// Listeners of the given protocols. One of a gateway load balancer has none. One whose protocol is not known is said to
/// be unknown.
fn listeners<'a>(
    context: &Context<'a>,
    judge: &mut Judge,
    protocols: &[&str],
) -> Vec<&'a Resource> {
    let all = "AWS::ElasticLoadBalancingV2::Listener";
    of(context, judge, all, "Protocol", "", protocols)
}
