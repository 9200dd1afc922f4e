//! Groups that let in everything.

use std::collections::BTreeSet;

use super::world::{groups, place};
use crate::model::{Read, Value};
use crate::reach::{Direction, Traffic};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.sg-ingress-all-ports",
    title: "Security groups let in named ports, not all",
    severity: Severity::High,
    resource_types: &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
    why: "All protocols, or a range that holds 1024 to 65535, opens what somebody starts next year. A group may let in \
          everything from itself: the members of a cluster trust each other.",
    fix: "Write one rule for each port that is served, for example IpProtocol: tcp, FromPort: 443, ToPort: 443.",
    see: "aws ec2 describe-security-groups --filters Name=ip-permission.protocol,Values=-1 --query \
          'SecurityGroups[].[GroupId,IpPermissions]'",
    check,
};

/// Whether a rule's first and last port are the same value, known or not.
fn one_port(rule: &Value) -> bool {
    let known = rule.read_text("IpProtocol").known();
    let ports = matches!(known.as_deref(), Some("tcp" | "udp" | "6" | "17"));
    ports && rule.get("FromPort").is_some() && rule.get("FromPort") == rule.get("ToPort")
}

fn check(context: &Context<'_>, judge: &mut Judge) {
    for judged in groups(context) {
        let group = &judged.group;
        let (mut faults, mut silent) = (BTreeSet::new(), false);
        for rule in &group.rules {
            let itself = rule.group.as_ref() == Some(&group.id) && rule.addresses.is_empty();
            let Some(resource) = rule.resource.filter(|_| rule.direction == Direction::In) else {
                continue;
            };
            if itself {
                continue;
            }
            // The other end may be missing; the ports count by themselves.
            let value = if rule.path.is_empty() {
                Read::Known(&resource.properties)
            } else {
                resource.read(&rule.path)
            };
            let traffic = match value {
                // One port, whichever it is.
                Read::Known(value) if one_port(value) => continue,
                Read::Known(value) if value.as_map().is_some() => Traffic::of_rule(value),
                Read::Known(value) => Err(value.describe().into()),
                Read::Absent => continue,
                Read::Unknown(reason) => Err(reason),
            };
            match traffic {
                Ok(traffic) if traffic.is_everything() => {
                    let from = match (&rule.group, rule.addresses.is_empty()) {
                        (Some(_), true) => "a security group".to_owned(),
                        _ if rule.gap.is_some() => "an address that is not known".to_owned(),
                        _ => rule.addresses.to_string(),
                    };
                    faults.insert(rule.path.clone());
                    let path = if rule.path.is_empty() {
                        "IpProtocol".to_owned()
                    } else {
                        format!("{}.IpProtocol", rule.path)
                    };
                    judge.fail(resource, &path, format!("{traffic} from {from}"));
                    judge.says(rule.words());
                }
                Ok(_) => {}
                Err(reason) => {
                    silent = true;
                    judge.unknown(resource, &rule.path, &reason);
                    judge.says(rule.words());
                }
            }
        }
        if faults.is_empty() {
            // Ranges that are everything together.
            let world = group
                .opens(Direction::In)
                .into_iter()
                .find(|o| o.traffic.is_everything() && o.from.low.is_world());
            if let Some(open) = world
                && let Some((resource, path)) = group.rules.iter().find_map(place)
            {
                let message = format!("{} from {} by several rules", open.traffic, open.from.low);
                judge.fail(resource, &path, message);
            } else if !silent {
                for resource in &judged.resources {
                    judge.pass(resource, "only named ports are open");
                }
            }
        }
    }
}
