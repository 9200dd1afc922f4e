//! What belongs to a budget, and how much it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Side;
use super::budget::Scope;
use crate::model::{Address, Deployment, Read, Value};
use crate::policy::matches;
use crate::pricing::{Range, Usd};

/// What a scope measures on one side.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// The sum, a month.
    pub(super) total: Range<Usd>,
    /// Its parts.
    pub(super) parts: BTreeMap<Address, Range<Usd>>,
    /// How much of each address in it has no price.
    pub(super) unpriced: BTreeMap<Address, usize>,
    /// Why it is not known whether something belongs to it.
    pub(super) gaps: Vec<String>,
}

impl Measured {
    /// Whether there is anything in it.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.unpriced.is_empty() && self.gaps.is_empty()
    }
}

pub(super) fn measure(scope: &Scope, side: &Side<'_>) -> Measured {
    let mut measured = Measured::default();
    for resource in &side.estimate.resources {
        if !belongs(scope, side, &resource.address, &mut measured.gaps) {
            continue;
        }
        let items = resource.line_items.iter().filter(|item| match scope {
            Scope::Service(code) => matches(code, &item.service),
            _ => true,
        });
        let mut items = items.peekable();
        if items.peek().is_none() {
            continue;
        }
        let amount: Range<Usd> = items.map(|item| item.monthly).sum();
        measured.total = measured.total + amount;
        let now = side.now(&resource.address).clone();
        measured.parts.insert(now, amount);
    }
    for gap in &side.estimate.unpriced {
        let now = side.now(&gap.address);
        let own = match scope {
            // A gap has no line item, so that its service is known only where another part has a price.
            Scope::Service(_) => measured.parts.contains_key(now),
            _ => belongs(scope, side, &gap.address, &mut measured.gaps),
        };
        if own {
            *measured.unpriced.entry(now.clone()).or_default() += 1;
        }
    }
    measured.gaps.dedup();
    measured
}

fn belongs(scope: &Scope, side: &Side<'_>, address: &Address, gaps: &mut Vec<String>) -> bool {
    match scope {
        Scope::Environment | Scope::Service(_) => true,
        Scope::Resource(pattern) => {
            let now = side.now(address).as_str();
            let inside = now.strip_prefix(pattern.as_str());
            matches(pattern, now) || inside.is_some_and(|rest| rest.starts_with('/'))
        }
        Scope::Tag(key, value) => match tag(side.deployment, address, key) {
            Read::Known(own) => *own == **value,
            Read::Absent => false,
            Read::Unknown(reason) => {
                gaps.push(format!(
                    "whether {address} has tag {key}={value} is not known: {reason}"
                ));
                false
            }
        },
    }
}

/// Properties that hold tags. Most types have `Tags`; source of the others: the CloudFormation reference of
/// AWS::EFS::FileSystem and AWS::Route53::HostedZone.
const PROPERTIES: [&str; 3] = ["Tags", "FileSystemTags", "HostedZoneTags"];

/// A resource's tag: its own, else that of the nearest stack around it, which CloudFormation passes on.
/// Source: CloudFormation reference, AWS::CloudFormation::Stack, `Tags`.
fn tag(deployment: Option<&Deployment>, address: &Address, key: &str) -> Read<Arc<str>> {
    let Some(deployment) = deployment else {
        return Read::Absent;
    };
    let mut at = address.clone();
    while at != Address::root() {
        if let Some(resource) = deployment.get(&at) {
            for property in PROPERTIES {
                match resource.read(property) {
                    Read::Absent => {}
                    Read::Unknown(reason) => return Read::Unknown(reason),
                    Read::Known(tags) => match entry(tags, key) {
                        Read::Absent => {}
                        found => return found,
                    },
                }
            }
        }
        at = at.stack();
    }
    Read::Absent
}

/// The value of a key in `[{Key, Value}]` or, as some types have it, a mapping. Of two entries of one key the last counts.
fn entry(tags: &Value, key: &str) -> Read<Arc<str>> {
    let Some(items) = tags.as_list() else {
        return match tags.get(key) {
            Some(_) => tags.read_text(key),
            None => Read::Absent,
        };
    };
    let mut found = Read::Absent;
    for item in items {
        match item.read_text("Key") {
            Read::Known(own) if *own == *key => found = item.read_text("Value"),
            // The name of a tag that nobody knows may be the one asked for.
            Read::Unknown(reason) if matches!(found, Read::Absent) => {
                found = Read::Unknown(reason);
            }
            _ => {}
        }
    }
    found
}
