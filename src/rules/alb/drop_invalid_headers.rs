//! Invalid headers.

use super::{attribute_is, balancers};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.drop-invalid-headers",
    title: "Load balancers drop headers that are not valid HTTP",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
    why: "A header that the load balancer and the application read differently smuggles requests past the rules.",
    fix: "Add {Key: routing.http.drop_invalid_header_fields.enabled, Value: \"true\"} to LoadBalancerAttributes.",
    see: "aws elbv2 describe-load-balancer-attributes --load-balancer-arn ARN --query \"Attributes[?Key=='routing.http.drop_invalid_header_fields.enabled']\"",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for balancer in balancers(context, judge, &["application"]) {
        attribute_is(
            judge,
            balancer,
            "routing.http.drop_invalid_header_fields.enabled",
            &["true"],
            "false",
            "headers that are not valid HTTP reach the targets",
        );
    }
}
