//! What a change does to an estimate, and what moved each amount.
//!
//! Both sides have the same prices, usage and rate. The way from base to head is walked in steps, one changed
//! parameter at a time in the order of their names, the templates last: each step's difference is its cause's, so
//! that the causes of an amount sum to it without residue.

mod findings;

pub use findings::{Compared, compare};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::estimate::Estimate;
use crate::model::Address;
use crate::pricing::{Range, Usd};

/// One environment's difference.
#[derive(Clone, Debug)]
pub struct Delta {
    /// The environment.
    pub environment: Arc<str>,
    /// Before, a month.
    pub base: Range<Usd>,
    /// After, a month.
    pub head: Range<Usd>,
    /// What changed, by address.
    pub changes: Vec<Change>,
}

/// One resource's difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// The resource.
    pub address: Address,
    /// Its type.
    pub resource_type: Arc<str>,
    /// What happened to it.
    pub kind: Kind,
    /// After less before, a month.
    pub delta: Range<Usd>,
    /// What moved the amount, in the order of the steps.
    pub causes: Vec<Cause>,
}

/// What happened to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It has a price only after.
    Added,
    /// It had a price only before.
    Removed,
    /// Its amount changed.
    Changed,
    /// Something of it was priced before and is not any more: no saving, whatever the amount says.
    NowUnpriced,
}

impl Kind {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Removed => "removed",
            Kind::Changed => "changed",
            Kind::NowUnpriced => "now-unpriced",
        }
    }
}

/// One step and its part of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// For example `parameter SpotPercentage`.
    pub what: String,
    /// Value before; empty where a step has none.
    pub from: String,
    /// Value after.
    pub to: String,
    /// Its part of the difference, a month.
    pub delta: Range<Usd>,
}

/// One step of the way from base to head.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it changes.
    pub what: String,
    /// Value before.
    pub from: String,
    /// Value after.
    pub to: String,
    /// The estimate after it.
    pub estimate: Estimate,
}

/// The difference along the steps; the last step's estimate is the head's.
pub fn diff(base: &Estimate, steps: &[Step]) -> Delta {
    let head = steps.last().map_or(base, |s| &s.estimate);
    let before = amounts(base);
    let after = amounts(head);
    let mut causes: BTreeMap<&Address, Vec<Cause>> = BTreeMap::new();
    let mut last = amounts(base);
    for step in steps {
        let next = amounts(&step.estimate);
        for address in last.keys().chain(next.keys()) {
            let amount = |side: &BTreeMap<&Address, (Arc<str>, Range<Usd>)>| {
                side.get(*address).map(|a| a.1).unwrap_or_default()
            };
            let delta = amount(&next) - amount(&last);
            let list = causes.entry(address).or_default();
            let counted = list.last().is_some_and(|c: &Cause| c.what == step.what);
            if delta != Range::default() && !counted {
                list.push(Cause {
                    what: step.what.clone(),
                    from: step.from.clone(),
                    to: step.to.clone(),
                    delta,
                });
            }
        }
        last = next;
    }
    let gap = |estimate: &Estimate, address: &Address| {
        estimate
            .unpriced
            .iter()
            .filter(|u| u.address == *address)
            .count()
    };
    let mut addresses: Vec<&Address> = before.keys().chain(after.keys()).copied().collect();
    addresses.sort();
    addresses.dedup();
    let mut changes = Vec::new();
    for address in addresses {
        let (old, new) = (before.get(address), after.get(address));
        let delta = new.map(|n| n.1).unwrap_or_default() - old.map(|o| o.1).unwrap_or_default();
        let more_gaps = gap(head, address) > gap(base, address);
        let kind = match (old, new) {
            (Some(_), _) if more_gaps => Kind::NowUnpriced,
            (None, Some(_)) => Kind::Added,
            (Some(_), None) => Kind::Removed,
            _ if delta == Range::default() => continue,
            _ => Kind::Changed,
        };
        let resource_type = new
            .or(old)
            .map(|a| Arc::clone(&a.0))
            .unwrap_or_else(|| Arc::from(""));
        let causes = causes.remove(address).unwrap_or_default();
        changes.push(Change {
            address: address.clone(),
            resource_type,
            kind,
            delta,
            causes,
        });
    }
    Delta {
        environment: Arc::clone(&head.environment),
        base: base.monthly(),
        head: head.monthly(),
        changes,
    }
}

fn amounts(estimate: &Estimate) -> BTreeMap<&Address, (Arc<str>, Range<Usd>)> {
    estimate
        .resources
        .iter()
        .map(|r| (&r.address, (Arc::clone(&r.resource_type), r.monthly())))
        .collect()
}
