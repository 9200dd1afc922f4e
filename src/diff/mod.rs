//! What a change does to an environment: amounts with what moved each, and findings.
//!
//! Both sides have the same prices, usage and rate. The way from base to head is walked in single edits (a parameter,
//! a mapping's entry, a condition, a property, a resource) in a fixed order; what an amount changes by in a step is that
//! step's part, so that the causes of an amount sum to it without residue.

mod cause;
mod edits;
mod findings;
mod lines;
mod moved;

pub use findings::{Compared, FindingChanges, changed_findings, compare};
pub use lines::LineChange;
pub use moved::Moves;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::estimate::{Estimate, PricedResource};
use crate::model::{Address, Deployment};
use crate::pricing::{Range, Usd};
use crate::resolve::Snapshot;
use crate::source::SourceMap;

/// One side of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The evaluated environment.
    pub deployment: &'a Deployment,
    /// Its estimate.
    pub estimate: &'a Estimate,
    /// What its evaluation took in.
    pub snapshot: &'a Snapshot,
}

/// Prices the wanted resources of a deployment.
pub type Price<'a> = dyn Fn(&Deployment, &dyn Fn(&Address) -> bool) -> Estimate + 'a;

/// What both sides have in common.
#[derive(Clone, Copy)]
pub struct Common<'a> {
    /// Where things stand, of both sides.
    pub sources: &'a SourceMap,
    /// Prices the wanted resources of a deployment as both sides were priced.
    pub price: &'a Price<'a>,
}

/// One environment's difference.
#[derive(Clone, Debug)]
pub struct Delta {
    /// The environment.
    pub environment: Arc<str>,
    /// What happened to the environment as a whole.
    pub kind: Kind,
    /// Before, a month.
    pub base: Range<Usd>,
    /// After, a month.
    pub head: Range<Usd>,
    /// How much could not be priced before, and after.
    pub unpriced: (usize, usize),
    /// What changed, by address after the change.
    pub changes: Vec<Change>,
    /// Findings that are new or fixed.
    pub findings: FindingChanges,
}

/// One resource's difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// The resource, by its address after the change.
    pub address: Address,
    /// Its address before, where that was another one.
    pub renamed_from: Option<Address>,
    /// Its type.
    pub resource_type: Arc<str>,
    /// What happened to it.
    pub kind: Kind,
    /// Before, a month.
    pub base: Range<Usd>,
    /// After, a month.
    pub head: Range<Usd>,
    /// After less before, a month.
    pub delta: Range<Usd>,
    /// What moved the amount, in the order of the steps; the parts sum to the difference.
    pub causes: Vec<Cause>,
    /// The line items that changed.
    pub lines: Vec<LineChange>,
    /// Why something of it has no price now that had one, or was not there, before.
    pub newly_unpriced: Vec<String>,
    /// Why something of it had no price before.
    pub newly_priced: Vec<String>,
}

/// What happened to a resource, or to an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is there only after.
    Added,
    /// It was there only before.
    Removed,
    /// It is there before and after.
    Changed,
}

impl Kind {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Removed => "removed",
            Kind::Changed => "changed",
        }
    }
}

/// One step and its part of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// For example `parameter SpotPercentage` or `property Ecs/BackendService DesiredCount`.
    pub what: String,
    /// Value before; empty where a step has none.
    pub from: String,
    /// Value after; empty likewise.
    pub to: String,
    /// Its part of the difference, a month.
    pub delta: Range<Usd>,
}

impl Delta {
    /// After less before, a month.
    pub fn delta(&self) -> Range<Usd> {
        self.head - self.base
    }

    /// The part of the difference that is known: without the lines that lost or gained their price.
    pub fn comparable(&self) -> Range<Usd> {
        self.delta() - self.changes.iter().map(Change::gap).sum()
    }
}

impl Change {
    /// The part of the difference that is known: a line without a price now is no saving, and one that had none is no
    /// increase.
    pub fn comparable(&self) -> Range<Usd> {
        self.delta - self.gap()
    }

    /// What lines contribute that are priced on one side only because the other has no price.
    fn gap(&self) -> Range<Usd> {
        let (lost, gained) = (
            !self.newly_unpriced.is_empty(),
            !self.newly_priced.is_empty(),
        );
        let lines = self.lines.iter().filter(|l| match l.kind {
            Kind::Removed => lost && self.kind == Kind::Changed,
            Kind::Added => gained && self.kind == Kind::Changed,
            Kind::Changed => false,
        });
        lines.map(|l| l.head - l.base).sum()
    }
}

/// The difference of an environment in which nothing is different.
pub fn unchanged(estimate: &Estimate) -> Delta {
    let point = Point::of(estimate, &Moves::default());
    Delta {
        environment: Arc::clone(&estimate.environment),
        kind: Kind::Changed,
        base: point.total(),
        head: point.total(),
        unpriced: (point.gaps.len(), point.gaps.len()),
        changes: Vec::new(),
        findings: FindingChanges::default(),
    }
}

/// Compares an environment before and after; one of the sides may not be there at all.
pub fn diff(
    base: Option<&Side<'_>>,
    head: Option<&Side<'_>>,
    moves: &Moves,
    common: &Common<'_>,
) -> Delta {
    let before = base.map(|b| Point::of(b.estimate, moves));
    let after = head.map(|h| Point::of(h.estimate, moves));
    let kind = match (base, head) {
        (None, _) => Kind::Added,
        (_, None) => Kind::Removed,
        _ => Kind::Changed,
    };
    let environment = match (head, base) {
        (Some(side), _) | (None, Some(side)) => Arc::clone(&side.deployment.environment),
        (None, None) => Arc::from(""),
    };
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let mut changes = changes(base, head, &before, &after, moves);
    let moved: BTreeSet<Address> = changes
        .iter()
        .filter(|c| c.delta != Range::default())
        .map(|c| c.address.clone())
        .collect();
    let mut causes = match (base, head) {
        (Some(base), Some(head)) => cause::attribute(
            base,
            head,
            (before.clone(), after.clone()),
            &moved,
            moves,
            common,
        ),
        _ => cause::whole(&environment, kind, &before, &after),
    };
    for change in &mut changes {
        change.causes = causes.remove(&change.address).unwrap_or_default();
    }
    Delta {
        environment,
        kind,
        base: before.total(),
        head: after.total(),
        unpriced: (before.gaps.len(), after.gaps.len()),
        changes,
        findings: FindingChanges::default(),
    }
}

/// Decimal places of amounts that are compared: up to 10¹⁰ every sum and difference of them is exact in the 28 digits
/// of a decimal, so that the causes sum to their amount without a residue.
pub const PLACES: u32 = 18;

fn kept(range: Range<Usd>) -> Range<Usd> {
    range.map(|amount| Usd(amount.0.round_dp(PLACES)))
}

/// Amounts and gaps of one estimate, by the address after the change.
#[derive(Clone, Debug, Default)]
struct Point {
    amounts: BTreeMap<Address, Range<Usd>>,
    gaps: BTreeSet<(Address, String)>,
}

impl Point {
    fn of(estimate: &Estimate, moves: &Moves) -> Point {
        let mut point = Point::default();
        for resource in &estimate.resources {
            let amount = kept(resource.monthly());
            let entry = point
                .amounts
                .entry(moves.after(&resource.address).clone())
                .or_default();
            *entry = *entry + amount;
        }
        for gap in &estimate.unpriced {
            let address = moves.after(&gap.address).clone();
            point.gaps.insert((address, gap.reason.clone()));
        }
        point
    }

    fn amount(&self, address: &Address) -> Range<Usd> {
        self.amounts.get(address).copied().unwrap_or_default()
    }

    fn total(&self) -> Range<Usd> {
        self.amounts.values().copied().sum()
    }
}

fn changes(
    base: Option<&Side<'_>>,
    head: Option<&Side<'_>>,
    before: &Point,
    after: &Point,
    moves: &Moves,
) -> Vec<Change> {
    let stacks = moves
        .iter()
        .map(|(_, new)| new)
        .filter(|new| head.is_some_and(|h| h.deployment.stacks.contains_key(*new)));
    let mut addresses: BTreeSet<&Address> =
        before.amounts.keys().chain(after.amounts.keys()).collect();
    addresses.extend(before.gaps.iter().chain(&after.gaps).map(|(a, _)| a));
    addresses.extend(stacks);
    let (mut old_priced, mut new_priced) = (by_address(base), by_address(head));
    let mut found = Vec::new();
    for address in addresses {
        let old = moves.before(address);
        let (priced_before, priced_after) = (old_priced.remove(old), new_priced.remove(address));
        let lines = lines::changed(priced_before, priced_after);
        let reasons = |here: &Point, there: &Point| -> Vec<String> {
            let own = here
                .gaps
                .iter()
                .filter(|g| g.0 == *address && !there.gaps.contains(*g));
            own.map(|(_, reason)| reason.clone()).collect()
        };
        let (newly_unpriced, newly_priced) = (reasons(after, before), reasons(before, after));
        let renamed_from = (old != address).then(|| old.clone());
        let shown_move = renamed_from.is_some() && !moves.with_stack(address);
        if lines.is_empty() && newly_unpriced.is_empty() && newly_priced.is_empty() && !shown_move {
            continue;
        }
        let there = |side: Option<&Side<'_>>, at: &Address, priced: bool| {
            priced || side.is_some_and(|s| s.deployment.get(at).is_some())
        };
        let kind = match (
            there(base, old, priced_before.is_some()),
            there(head, address, priced_after.is_some()),
        ) {
            (false, _) => Kind::Added,
            (_, false) => Kind::Removed,
            _ => Kind::Changed,
        };
        // What is gone has no price to get.
        let newly_priced = match kind {
            Kind::Removed => Vec::new(),
            Kind::Added | Kind::Changed => newly_priced,
        };
        found.push(Change {
            address: address.clone(),
            renamed_from,
            resource_type: type_of(head, address)
                .or_else(|| type_of(base, old))
                .or_else(|| {
                    priced_after
                        .or(priced_before)
                        .map(|p| Arc::clone(&p.resource_type))
                })
                .unwrap_or_else(|| Arc::from("")),
            kind,
            base: before.amount(address),
            head: after.amount(address),
            delta: after.amount(address) - before.amount(address),
            causes: Vec::new(),
            lines,
            newly_unpriced,
            newly_priced,
        });
    }
    found
}

fn by_address<'a>(side: Option<&Side<'a>>) -> BTreeMap<&'a Address, &'a PricedResource> {
    let resources = side.map(|s| s.estimate.resources.as_slice());
    let resources = resources.unwrap_or_default().iter();
    resources.map(|r| (&r.address, r)).collect()
}

fn type_of(side: Option<&Side<'_>>, address: &Address) -> Option<Arc<str>> {
    let resource = side?.deployment.get(address)?;
    Some(Arc::clone(&resource.resource_type))
}
