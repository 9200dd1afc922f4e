//! Request smuggling.

use super::{attribute_is, balancers};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.desync-mitigation",
    title: "Load balancers guard against request smuggling",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
    why: "In monitor mode requests that two servers would read differently are let through.",
    fix: "Leave routing.http.desync_mitigation_mode at defensive, or set strictest.",
    see: "aws elbv2 describe-load-balancer-attributes --load-balancer-arn ARN --query \"Attributes[?Key=='routing.http.desync_mitigation_mode']\"",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for balancer in balancers(context, judge, &["application"]) {
        attribute_is(
            judge,
            balancer,
            "routing.http.desync_mitigation_mode",
            &["defensive", "strictest"],
            "defensive",
            "ambiguous requests are let through",
        );
    }
}
