//! Where something is: the addresses of its subnets, as far as they are known.

use std::sync::Arc;

use super::{AddressSet, Bounds};

/// The addresses of one or several subnets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// Blocks that are known.
    pub sure: AddressSet,
    /// All that it may be: the known blocks, and for others the VPC's.
    pub within: AddressSet,
    /// Why some block is not known.
    pub gap: Option<Arc<str>>,
}

impl Located {
    /// A known block.
    pub(super) fn known(block: AddressSet) -> Self {
        Located {
            sure: block.clone(),
            within: block,
            gap: None,
        }
    }

    /// A block that is not known, inside another.
    pub(super) fn somewhere(within: AddressSet, gap: Arc<str>) -> Self {
        Located {
            sure: AddressSet::default(),
            within,
            gap: Some(gap),
        }
    }

    /// Both together.
    #[must_use]
    pub(super) fn and(self, other: &Located) -> Self {
        Located {
            sure: self.sure.union(&other.sure),
            within: self.within.union(&other.within),
            gap: self.gap.or_else(|| other.gap.clone()),
        }
    }

    /// Whether some address of it is let through.
    ///
    /// # Errors
    /// The missing input.
    pub(super) fn meets(&self, open: &Bounds) -> Result<bool, Arc<str>> {
        let none = |a: &AddressSet, b: &AddressSet| a.intersect(b).is_empty();
        if !none(&self.sure, &open.low) {
            return Ok(true);
        }
        if none(&self.within, &open.high) {
            return Ok(false);
        }
        match (&self.gap, open.gaps.first()) {
            // Wherever in there it is, it is let through.
            (Some(_), _) if self.within.minus(&open.low).is_empty() => Ok(true),
            (Some(gap), _) | (None, Some(gap)) => Err(Arc::clone(gap)),
            (None, None) => Ok(false),
        }
    }
}
