//! Deletion.

use super::{attribute_is, balancers};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.deletion-protection",
    title: "Load balancers cannot be deleted by mistake",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
    why: "A new load balancer has another name in DNS and another address; the service is away until both are changed.",
    fix: "Add {Key: deletion_protection.enabled, Value: \"true\"} to LoadBalancerAttributes.",
    see: "aws elbv2 describe-load-balancer-attributes --load-balancer-arn ARN --query \"Attributes[?Key=='deletion_protection.enabled']\"",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for balancer in balancers(context, judge, &["application", "network"]) {
        attribute_is(
            judge,
            balancer,
            "deletion_protection.enabled",
            &["true"],
            "false",
            "the load balancer can be deleted",
        );
    }
}
