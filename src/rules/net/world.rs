//! What the rules about security groups share: which ports are open to the world, by which rules together, and the
//! path that it opens.

use std::sync::Arc;

use crate::model::{Read, Resource};
use crate::reach::{AddressSet, Bounds, Direction, Graph, Group, GroupRule, Hop, Protocol, Reach};
use crate::rules::{Context, Judge, Related};

/// A security group with the resources of the tree that are judged: itself, or the stand-alone rules of one that
/// stands elsewhere.
pub(super) struct Judged<'a> {
    pub(super) group: Group<'a>,
    pub(super) resources: Vec<&'a Resource>,
}

/// Every group for which the tree writes rules. Rules that it does not show are nobody's fault here.
pub(super) fn groups<'a>(context: &Context<'a>) -> Vec<Judged<'a>> {
    let groups = context.reach().groups.values();
    groups
        .map(|group| {
            let mut resources: Vec<&Resource> = group.resource.into_iter().collect();
            if resources.is_empty() {
                resources.extend(group.rules.iter().filter_map(|r| r.resource));
            }
            resources.dedup_by(|a, b| a.address == b.address);
            Judged {
                group: Group {
                    gap: None,
                    ..group.clone()
                },
                resources,
            }
        })
        .filter(|judged| !judged.resources.is_empty())
        .collect()
}

/// Ports that one rule, or several together, open to the world.
pub(super) struct Fault<'a> {
    pub(super) resource: &'a Resource,
    pub(super) path: String,
    pub(super) what: Vec<String>,
    pub(super) from: AddressSet,
    rules: Vec<GroupRule<'a>>,
    port: (Protocol, u16),
}

impl Fault<'_> {
    /// What the first of its rules says.
    pub(super) fn words(&self) -> String {
        self.rules.first().map(GroupRule::words).unwrap_or_default()
    }
}

/// An answer that is missing an input.
pub(super) struct Gap<'a> {
    pub(super) resource: &'a Resource,
    pub(super) path: String,
    pub(super) reason: Arc<str>,
    /// What the rule says.
    pub(super) words: String,
}

/// Faults and gaps of one group.
#[derive(Default)]
pub(super) struct Verdict<'a> {
    pub(super) faults: Vec<Fault<'a>>,
    pub(super) gaps: Vec<Gap<'a>>,
}

impl<'a> Verdict<'a> {
    /// Takes note of a port that is, or may be, open to the world.
    pub(super) fn port(
        &mut self,
        group: &Group<'a>,
        direction: Direction,
        protocol: Protocol,
        port: u16,
        what: &str,
    ) {
        let known = Bounds::exactly(AddressSet::internet().clone())
            .and(&group.lets(direction, protocol, port));
        let letting = |sure: bool| {
            group
                .letting(direction, protocol, port, AddressSet::internet())
                .filter(move |r| r.gap.is_none() == sure)
        };
        if known.low.is_world() {
            let rules: Vec<GroupRule<'a>> = letting(true).cloned().collect();
            let Some((resource, path)) = rules.first().and_then(place) else {
                return;
            };
            let same = |f: &&mut Fault<'a>| {
                f.resource.address == resource.address && f.path == path && f.from == known.low
            };
            match self.faults.iter_mut().find(same) {
                Some(fault) => fault.what.push(what.to_owned()),
                None => self.faults.push(Fault {
                    resource,
                    path,
                    what: vec![what.to_owned()],
                    from: known.low,
                    rules,
                    port: (protocol, port),
                }),
            }
        } else if known.high.is_world()
            && let Some((rule, reason)) =
                letting(false).find_map(|r| Some((r, Arc::clone(r.gap.as_ref()?))))
            && let Some((resource, path)) = place(rule)
        {
            let known = |g: &Gap<'a>| g.resource.address == resource.address && g.path == path;
            if !self.gaps.iter().any(known) {
                self.gaps.push(Gap {
                    resource,
                    path,
                    reason,
                    words: rule.words(),
                });
            }
        }
    }

    /// Writes the findings: faults, else gaps, else a pass for each resource judged.
    pub(super) fn say(
        self,
        context: &Context<'a>,
        judge: &mut Judge,
        judged: &Judged<'a>,
        passed: &str,
    ) {
        if self.faults.is_empty() && self.gaps.is_empty() {
            for resource in &judged.resources {
                judge.pass(resource, passed);
            }
        }
        for fault in self.faults {
            let words = fault.words();
            let (mut lines, mut related) = (Vec::new(), Vec::new());
            let together = fault.rules.len() > 1;
            for rule in fault.rules.iter().filter(|_| together) {
                let text = format!("{} from {}", rule.traffic, rule.addresses);
                lines.push(text.clone());
                related.extend(place(rule).map(|(r, path)| Related {
                    span: r.place(&path),
                    message: text,
                }));
            }
            let (more, places) = opened(context.reach(), &judged.group, fault.port);
            lines.extend(more);
            related.extend(places);
            let from = fault.from.on_the_internet();
            let message = format!("{} is open to {from}", fault.what.join(", "));
            judge.fail_by(fault.resource, &fault.path, message, lines, related);
            judge.says(words);
        }
        for gap in self.gaps {
            judge.unknown(gap.resource, &gap.path, &gap.reason);
            judge.says(gap.words);
        }
    }
}

/// Where a rule names its other end; the rule itself where AWS made it.
pub(super) fn place<'a>(rule: &GroupRule<'a>) -> Option<(&'a Resource, String)> {
    let resource = rule.resource?;
    let base = if rule.path.is_empty() {
        String::new()
    } else {
        format!("{}.", rule.path)
    };
    let path = [
        "CidrIp",
        "CidrIpv6",
        "SourcePrefixListId",
        "DestinationPrefixListId",
    ]
    .iter()
    .map(|key| format!("{base}{key}"))
    .find(|path| resource.read(path) != Read::Absent)
    .unwrap_or_else(|| rule.path.clone());
    Some((resource, path))
}

/// The paths that a group's open port makes, or why it makes none.
fn opened(
    graph: &Graph<'_>,
    group: &Group<'_>,
    port: (Protocol, u16),
) -> (Vec<String>, Vec<Related>) {
    let (mut lines, mut related, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for endpoint in graph.users(&group.id) {
        let address = endpoint.resource.address.as_str();
        let (more, places) = path_to(&graph.direct(endpoint), address, Some(port));
        if places.is_empty() {
            closed.extend(more);
        } else {
            lines.extend(more);
            related.extend(places);
        }
    }
    // Who is not reached matters where nobody is.
    if lines.is_empty() {
        lines = closed;
    }
    if lines.is_empty() {
        lines.push("nothing of this stack tree is seen to use the group".to_owned());
    }
    (lines, related)
}

/// A path to a resource in evidence: the first that holds a port, else why there is none.
pub(in crate::rules) fn path_to(
    reach: &Reach,
    address: &str,
    port: Option<(Protocol, u16)>,
) -> (Vec<String>, Vec<Related>) {
    let wanted = |p: &&crate::reach::Path| port.is_none_or(|(k, n)| p.traffic.holds(k, n));
    if let Some(path) = reach.paths.iter().find(wanted) {
        return hops(&path.hops);
    }
    let why = reach
        .gaps
        .first()
        .map(|gap| format!("whether the internet reaches {address} is not known: {gap}"))
        .or_else(|| {
            let reason = reach.closed.first()?;
            Some(format!(
                "the internet does not reach {address} now: {reason}"
            ))
        });
    let none = || format!("the internet does not reach {address} there");
    (vec![why.unwrap_or_else(none)], Vec::new())
}

/// Hops as lines of evidence and related places.
pub(in crate::rules) fn hops(hops: &[Hop]) -> (Vec<String>, Vec<Related>) {
    let lines = hops.iter().map(|h| format!("→ {}", h.text)).collect();
    let related = hops
        .iter()
        .filter_map(|h| {
            Some(Related {
                span: h.span?,
                message: h.text.clone(),
            })
        })
        .collect();
    (lines, related)
}
