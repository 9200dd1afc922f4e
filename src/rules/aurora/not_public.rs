//! Databases with public addresses.

use crate::reach::Public;
use crate::rules::net::path_to;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.not-public",
    title: "Databases have no public address",
    severity: Severity::Critical,
    resource_types: &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
    why: "With a public address a database is one route and one security group's rule away from the internet. Where \
          PubliclyAccessible is not set, RDS takes true for what is no Aurora and has no subnet group.",
    fix: "PubliclyAccessible: false, and a DBSubnetGroupName of private subnets.",
    see: "aws rds describe-db-instances --query 'DBInstances[?PubliclyAccessible].DBInstanceIdentifier'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let graph = context.reach();
    for endpoint in &graph.endpoints {
        let resource = endpoint.resource;
        if !RULE.resource_types.contains(&&*resource.resource_type) {
            continue;
        }
        match &endpoint.v4 {
            Public::Yes(path, said) => {
                let (lines, related) =
                    path_to(&graph.direct(endpoint), resource.address.as_str(), None);
                judge.fail_by(resource, path, said.as_str(), lines, related);
            }
            Public::Unknown(reason) | Public::UnknownWhereV6(reason) => {
                judge.unknown(resource, "PubliclyAccessible", reason);
            }
            Public::No(reason) => judge.pass(resource, reason.as_str()),
            Public::BySubnet => {}
        }
    }
}
