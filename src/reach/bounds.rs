//! What is known of a set of addresses: those surely in it, those that may be, and the missing input.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::AddressSet;

/// A set between two bounds. Where they differ, `gaps` names what is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Surely in the set.
    pub low: AddressSet,
    /// In the set at most; holds `low`.
    pub high: AddressSet,
    /// The missing inputs, one phrase each.
    pub gaps: BTreeSet<Arc<str>>,
}

impl Bounds {
    /// A known set.
    pub fn exactly(set: AddressSet) -> Self {
        Bounds {
            low: set.clone(),
            high: set,
            gaps: BTreeSet::new(),
        }
    }

    /// Known to be empty.
    pub fn nothing() -> Self {
        Bounds::default()
    }

    /// Every address.
    pub fn everything() -> Self {
        Bounds::exactly(AddressSet::all())
    }

    /// At most a set, for want of an input.
    pub fn maybe(set: AddressSet, gap: impl Into<Arc<str>>) -> Self {
        Bounds {
            low: AddressSet::default(),
            high: set,
            gaps: BTreeSet::from([gap.into()]),
        }
    }

    /// Every address, or none, or for want of an input nobody knows which.
    pub fn of(known: &Result<bool, Arc<str>>, set: &AddressSet) -> Self {
        match known {
            Ok(true) => Bounds::exactly(set.clone()),
            Ok(false) => Bounds::nothing(),
            Err(gap) => Bounds::maybe(set.clone(), Arc::clone(gap)),
        }
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Bounds {
            low: self.low.union(&other.low),
            high: self.high.union(&other.high),
            gaps: self.gaps.union(&other.gaps).cloned().collect(),
        }
        .settled()
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Bounds {
            low: self.low.intersect(&other.low),
            high: self.high.intersect(&other.high),
            gaps: self.gaps.union(&other.gaps).cloned().collect(),
        }
        .settled()
    }

    /// Drops gaps that no longer matter.
    fn settled(mut self) -> Self {
        if self.low == self.high {
            self.gaps.clear();
        }
        self
    }
}
