//! Access logs.

use super::{attribute_is, balancers};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.access-logs",
    title: "Load balancers log every request",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
    why: "Without the log nobody can say who asked for what, or when an attack began.",
    fix: "Add access_logs.s3.enabled and access_logs.s3.bucket to LoadBalancerAttributes, and a bucket policy that lets the service deliver.",
    see: "aws elbv2 describe-load-balancer-attributes --load-balancer-arn ARN --query \"Attributes[?Key=='access_logs.s3.enabled']\"",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for balancer in balancers(context, judge, &["application", "network"]) {
        attribute_is(
            judge,
            balancer,
            "access_logs.s3.enabled",
            &["true"],
            "false",
            "requests are not logged",
        );
    }
}
