//! R5: names that AWS takes.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.name-length",
    title: "Names are no longer than AWS takes, after the environment is put in",
    severity: Severity::High,
    resource_types: &[
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::IAM::Role",
    ],
    why: "A name that fits for staging can be too long for production; linters read the template and not the value.",
    fix: "Shorten the pattern: isms-frontend-${Environment}-green has 30 characters in production.",
    see: "The stack's events name the resource and the limit.",
    check,
};

/// Type, property and most characters. Source: the services' API references.
const LIMITS: [(&str, &str, usize); 6] = [
    ("AWS::CodeDeploy::Application", "ApplicationName", 100),
    (
        "AWS::CodeDeploy::DeploymentGroup",
        "DeploymentGroupName",
        100,
    ),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name", 32),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name", 32),
    ("AWS::IAM::Role", "RoleName", 64),
    ("AWS::RDS::DBCluster", "DBClusterIdentifier", 63),
];

fn check(context: &Context<'_>, judge: &mut Judge) {
    for (kind, property, most) in LIMITS {
        for resource in context.deployment.of_type(kind) {
            match resource.text(property) {
                Read::Known(name) if name.chars().count() > most => judge.fail(
                    resource,
                    property,
                    format!(
                        "{property} '{name}' has {} characters; AWS takes {most}",
                        name.chars().count()
                    ),
                ),
                Read::Known(name) => judge.pass(resource, format!("'{name}' fits")),
                Read::Absent => {}
                Read::Unknown(reason) => judge.unknown(resource, property, &reason),
            }
        }
    }
}
