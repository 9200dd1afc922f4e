//! Versions of TLS.

use super::listeners;
use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.tls-policy-1.2+",
    title: "HTTPS and TLS listeners take TLS 1.2 or later",
    severity: Severity::High,
    resource_types: &["AWS::ElasticLoadBalancingV2::Listener"],
    why: "TLS 1.0 and 1.1 have known attacks and are withdrawn; without a policy a listener takes both.",
    fix: "Set SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06, or a later one.",
    see: "aws elbv2 describe-listeners --load-balancer-arn ARN --query 'Listeners[].[Port,SslPolicy]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for listener in listeners(context, judge, &["HTTPS", "TLS"]) {
        match listener.text("SslPolicy") {
            // Names say the least version they take. Source: Application Load Balancer guide, "Security policies".
            Read::Known(policy)
                if ["TLS13-1-2", "TLS13-1-3", "-TLS-1-2-", "-FS-1-2-"]
                    .iter()
                    .any(|v| policy.contains(v)) =>
            {
                judge.pass(listener, format!("{policy} takes TLS 1.2 or later"));
            }
            Read::Known(policy) => judge.fail(
                listener,
                "SslPolicy",
                format!("{policy} takes TLS before 1.2"),
            ),
            // The default of the API, and so of CloudFormation. Source: the same page.
            Read::Absent => judge.fail(
                listener,
                "",
                "without SslPolicy the listener takes ELBSecurityPolicy-2016-08, which has TLS 1.0",
            ),
            Read::Unknown(reason) => judge.unknown(listener, "SslPolicy", &reason),
        }
    }
}
