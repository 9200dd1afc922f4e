//! Load balancers that face the internet because nobody said otherwise.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.internet-facing-declared",
    title: "A load balancer says whether it faces the internet",
    severity: Severity::Medium,
    resource_types: &[
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancing::LoadBalancer",
    ],
    why: "Without Scheme a load balancer is internet-facing. One that was meant for the inside is then open, and no reviewer saw \
          a line that says so.",
    fix: "Scheme: internal, or Scheme: internet-facing where it is meant.",
    see: "aws elbv2 describe-load-balancers --query 'LoadBalancers[].[LoadBalancerName,Scheme]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for resource_type in RULE.resource_types {
        for balancer in context.deployment.of_type(resource_type) {
            if balancer.text("Type").known().as_deref() == Some("gateway") {
                continue;
            }
            match balancer.text("Scheme") {
                Read::Known(scheme) => judge.pass(balancer, format!("Scheme is {scheme}")),
                Read::Absent => {
                    judge.fail(balancer, "", "Scheme is not set, so it faces the internet");
                }
                Read::Unknown(reason) => judge.unknown(balancer, "Scheme", &reason),
            }
        }
    }
}
