//! The security group that every VPC begins with.

use std::sync::Arc;

use crate::reach::{Endpoint, Id};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.default-sg-closed",
    title: "Nothing uses a VPC's default security group, and nothing is added to it",
    severity: Severity::Medium,
    resource_types: &["AWS::EC2::VPC"],
    why: "Who names no security group gets the default one, which lets in everything from its members and lets out everything. \
          CloudFormation cannot take its own rules away (Security Hub EC2.2 asks for that); judged here is that they matter to \
          nothing.",
    fix: "Name a group of its own for each resource, for example SecurityGroups: [!Ref TasksSecurityGroup], and remove the \
          default group's rules once: aws ec2 revoke-security-group-ingress and -egress.",
    see: "aws ec2 describe-security-groups --filters Name=group-name,Values=default --query \
          'SecurityGroups[].[VpcId,IpPermissions,IpPermissionsEgress]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let graph = context.reach();
    for vpc in context.deployment.of_type("AWS::EC2::VPC") {
        let id = Id::DefaultOf(vpc.address.clone());
        let mut answered = false;
        let rules = graph.groups.get(&id).map_or(&[][..], |g| &g.rules);
        for resource in rules
            .iter()
            .filter(|r| r.gap.is_none())
            .filter_map(|r| r.resource)
        {
            answered = true;
            let message = format!(
                "adds a rule to the default security group of {}",
                vpc.address
            );
            judge.fail(resource, "GroupId", message);
        }
        for endpoint in graph.users(&id) {
            answered = true;
            let message = format!("the default security group of {} protects it", vpc.address);
            judge.fail(endpoint.resource, "", message);
        }
        if answered {
            continue;
        }
        let inside = |e: &&Endpoint<'_>| {
            e.subnets.ids.iter().any(|s| {
                let subnet = s.here().and_then(|a| graph.network.subnets.get(a));
                subnet.is_some_and(|s| s.vpc == Some(Id::Here(vpc.address.clone())))
            })
        };
        let gap = |e: &Endpoint<'_>| -> Option<Arc<str>> {
            let any = e.groups.ids.iter().find_map(|id| match id {
                Id::Any(reason) => Some(Arc::clone(reason)),
                _ => None,
            });
            let reason = e.groups.gap.clone().or(any)?;
            Some(format!("the security groups of {}: {reason}", e.resource.address).into())
        };
        match graph.endpoints.iter().filter(inside).find_map(gap) {
            Some(reason) => judge.unknown(vpc, "", &reason),
            None => judge.pass(vpc, "nothing uses its default security group"),
        }
    }
}
