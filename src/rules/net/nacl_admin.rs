//! Network ACLs that let the world in on ports for administration.

use std::sync::Arc;

use crate::model::Resource;
use crate::reach::{Acl, AddressSet, Bounds, Direction, Protocol};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.nacl-admin-open",
    title: "No network ACL lets the world in on SSH or RDP",
    severity: Severity::Medium,
    resource_types: &["AWS::EC2::NetworkAcl"],
    why: "A network ACL is the second lock: who writes one should close with it what no security group may open. Entries count in \
          the order of their numbers, so a deny before the allow passes. The default ACL, which lets everything through, is \
          not judged.",
    fix: "Deny the ports before the entry that allows the rest: RuleNumber: 90, Protocol: 6, PortRange: {From: 22, To: 22}, \
          RuleAction: deny, CidrBlock: 0.0.0.0/0.",
    see: "aws ec2 describe-network-acls --query 'NetworkAcls[?!IsDefault].[NetworkAclId,Entries]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for acl in context.reach().network.acls.values() {
        let Some(resource) = acl.resource else {
            continue;
        };
        one(resource, acl, judge);
    }
}

fn one(resource: &Resource, acl: &Acl<'_>, judge: &mut Judge) {
    let mut gap: Option<Arc<str>> = None;
    let mut faults: Vec<(&Resource, Vec<String>)> = Vec::new();
    for (port, name) in [(22, "SSH"), (3389, "RDP")] {
        let known = Bounds::exactly(AddressSet::internet().clone()).and(&acl.lets(
            Direction::In,
            Protocol::TCP,
            port,
        ));
        if known.low.is_world() {
            let entry = acl.allowing(Direction::In, Protocol::TCP, port, &known.low);
            let place = entry.and_then(|e| e.resource).unwrap_or(resource);
            let what = format!("port {port} ({name})");
            match faults.iter_mut().find(|(r, _)| r.address == place.address) {
                Some((_, ports)) => ports.push(what),
                None => faults.push((place, vec![what])),
            }
        } else if known.high.is_world() {
            gap = gap.or_else(|| known.gaps.first().cloned());
        }
    }
    match (faults.is_empty(), gap) {
        (true, None) => judge.pass(resource, "SSH and RDP are closed to the world"),
        (true, Some(reason)) => judge.unknown(resource, "", &reason),
        (false, _) => {
            for (place, ports) in faults {
                let message = format!(
                    "{} lets the world in on {}",
                    resource.address,
                    ports.join(", ")
                );
                judge.fail(place, "CidrBlock", message);
            }
        }
    }
}
