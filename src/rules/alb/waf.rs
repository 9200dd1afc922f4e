//! Web ACLs.

use super::balancers;
use crate::model::{Read, Resource};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.waf",
    title: "A web ACL stands before every load balancer on the internet",
    severity: Severity::Medium,
    resource_types: &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
    why: "Known attacks and floods reach the application unfiltered.",
    fix: "Add an AWS::WAFv2::WebACLAssociation whose ResourceArn is the load balancer.",
    see: "aws wafv2 get-web-acl-for-resource --resource-arn ARN",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for balancer in balancers(context, judge, &["application"]) {
        match balancer
            .text("Scheme")
            .or_default(Arc::from("internet-facing"))
        {
            Ok(scheme) if &*scheme == "internal" => judge.pass(balancer, "is internal"),
            Ok(_) => associated(context, balancer, judge),
            Err(reason) => judge.unknown(balancer, "Scheme", &reason),
        }
    }
}

fn associated(context: &Context<'_>, balancer: &Resource, judge: &mut Judge) {
    let mut gap = None;
    for kind in [
        "AWS::WAFv2::WebACLAssociation",
        "AWS::WAFRegional::WebACLAssociation",
    ] {
        for association in context.deployment.of_type(kind) {
            match association.read("ResourceArn") {
                Read::Known(arn)
                    if arn
                        .references()
                        .iter()
                        .any(|r| r.address == balancer.address) =>
                {
                    // An association that may not exist protects only perhaps.
                    match association
                        .condition
                        .as_ref()
                        .and_then(|c| c.unknown.clone())
                    {
                        None => {
                            return judge.pass(
                                balancer,
                                format!("{} puts a web ACL before it", association.address),
                            );
                        }
                        Some(reason) => gap = Some(reason),
                    }
                }
                Read::Unknown(reason) => gap = Some(reason),
                _ => {}
            }
        }
    }
    match gap {
        Some(reason) => judge.unknown(balancer, "", &reason),
        None => judge.fail(
            balancer,
            "",
            "no web ACL of this stack tree stands before it",
        ),
    }
}
