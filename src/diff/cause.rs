//! Which step moved which amount.

use std::collections::{BTreeMap, BTreeSet};

use super::edits::Way;
use super::{Cause, Common, Kind, Moves, Point, Side};
use crate::model::Address;
use crate::pricing::{Range, Usd};

type Causes = BTreeMap<Address, Vec<Cause>>;

/// More steps than this with one effect are counted, not named.
const MAX_NAMED: usize = 3;

/// Everything of an environment that is new or gone has that one cause.
pub(super) fn whole(environment: &str, kind: Kind, before: &Point, after: &Point) -> Causes {
    let mut causes = Causes::new();
    for address in before.amounts.keys().chain(after.amounts.keys()) {
        let cause = Cause {
            what: format!("environment {environment}"),
            from: String::new(),
            to: kind.as_str().to_owned(),
            delta: after.amount(address) - before.amount(address),
        };
        causes.insert(address.clone(), vec![cause]);
    }
    causes
}

/// Divides the differences of `wanted` among the steps between two sides. Stretches of the way at whose ends the
/// amounts are the same are not walked; one that cannot be divided without losing a price on the way is one cause.
pub(super) fn attribute(
    base: &Side<'_>,
    head: &Side<'_>,
    ends: (Point, Point),
    wanted: &BTreeSet<Address>,
    moves: &Moves,
    common: &Common<'_>,
) -> Causes {
    if wanted.is_empty() {
        return Causes::new();
    }
    let way = Way::between(base, head, moves, common.sources);
    let mut walk = Walk {
        known: ends.0.gaps.union(&ends.1.gaps).cloned().collect(),
        points: BTreeMap::from([(0, Some(ends.0)), (way.steps.len().max(1), Some(ends.1))]),
        way,
        wanted,
        moves,
        common,
        causes: Causes::new(),
    };
    let last = walk.way.steps.len().max(1);
    walk.between(0, last);
    walk.causes
}

struct Walk<'a> {
    way: Way,
    wanted: &'a BTreeSet<Address>,
    moves: &'a Moves,
    common: &'a Common<'a>,
    /// Gaps of either end.
    known: BTreeSet<(Address, String)>,
    /// After so many steps; `None` where the way is not whole.
    points: BTreeMap<usize, Option<Point>>,
    causes: Causes,
}

impl Walk<'_> {
    fn between(&mut self, from: usize, to: usize) {
        let differs = self
            .wanted
            .iter()
            .any(|a| self.amount(from, a) != self.amount(to, a));
        if !differs {
            return;
        }
        let middle = usize::midpoint(from, to);
        // The middle, then what is next to it.
        let mut places: Vec<usize> = (from + 1..to).collect();
        places.sort_by_key(|p| p.abs_diff(middle));
        match places.into_iter().find(|p| self.is_whole(*p)) {
            Some(place) => {
                self.between(from, place);
                self.between(place, to);
            }
            None => self.record(from, to),
        }
    }

    /// Whether everything that is priced at both ends, or at one, has its price after so many steps.
    fn is_whole(&mut self, place: usize) -> bool {
        if !self.points.contains_key(&place) {
            let deployment = self.way.after(place).evaluate(self.common.sources);
            let point = deployment.map(|d| {
                let wanted = |a: &Address| self.wanted.contains(self.moves.after(a));
                let estimate = (self.common.price)(&d, &wanted);
                Point::of(&estimate, self.moves)
            });
            let whole = point.filter(|p| {
                let mut new = p.gaps.difference(&self.known);
                new.all(|(address, _)| !self.wanted.contains(address))
            });
            self.points.insert(place, whole);
        }
        matches!(self.points.get(&place), Some(Some(_)))
    }

    fn amount(&self, place: usize, address: &Address) -> Range<Usd> {
        let point = self.points.get(&place).and_then(Option::as_ref);
        point.map(|p| p.amount(address)).unwrap_or_default()
    }

    fn record(&mut self, from: usize, to: usize) {
        let labels: Vec<_> = self
            .way
            .steps
            .iter()
            .take(to)
            .skip(from)
            .map(|s| &s.label)
            .collect();
        let joined = |part: &dyn Fn(&super::edits::Label) -> &str| {
            let texts: Vec<&str> = labels.iter().take(MAX_NAMED).map(|l| part(l)).collect();
            texts.join(", ")
        };
        let mut what = joined(&|l| &l.what);
        if labels.len() > MAX_NAMED {
            what = format!("{what} and {} more", labels.len() - MAX_NAMED);
        }
        if labels.is_empty() {
            // Two inputs without a difference and two prices: never with a pure evaluation.
            what = "not known".to_owned();
        }
        let (old, new) = (joined(&|l| &l.from), joined(&|l| &l.to));
        for address in self.wanted {
            let delta = self.amount(to, address) - self.amount(from, address);
            if delta != Range::default() {
                let cause = Cause {
                    what: what.clone(),
                    from: old.clone(),
                    to: new.clone(),
                    delta,
                };
                self.causes.entry(address.clone()).or_default().push(cause);
            }
        }
    }
}
