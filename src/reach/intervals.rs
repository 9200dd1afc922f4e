//! Sets of whole numbers as sorted, disjoint, non-adjacent closed intervals.

/// A set of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Intervals(Vec<(u128, u128)>);

impl Intervals {
    /// All numbers from `first` to `last`, both included; none if `first` is the greater.
    pub fn of(first: u128, last: u128) -> Self {
        Intervals(if first <= last {
            vec![(first, last)]
        } else {
            Vec::new()
        })
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The intervals, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.0.iter().copied()
    }

    /// How many numbers; the greatest number there is where there are more.
    pub fn size(&self) -> u128 {
        self.0
            .iter()
            .map(|(a, b)| (b - a).saturating_add(1))
            .fold(0, u128::saturating_add)
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<(u128, u128)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => merged.push((first, last)),
            }
        }
        Intervals(merged)
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let (mut i, mut j, mut both) = (0, 0, Vec::new());
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                both.push((first, last));
            }
            if a.1 < b.1 { i += 1 } else { j += 1 }
        }
        Intervals(both)
    }

    /// What is in this one alone.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for &(first, last) in &self.0 {
            let mut at = Some(first);
            for &(gone, until) in &other.0 {
                let Some(start) = at else { break };
                if until < start {
                    continue;
                }
                if gone > last {
                    break;
                }
                if gone > start {
                    left.push((start, gone - 1));
                }
                at = until.checked_add(1).filter(|next| *next <= last);
            }
            if let Some(start) = at {
                left.push((start, last));
            }
        }
        Intervals(left)
    }
}

#[cfg(test)]
mod tests {
    use super::Intervals;
    use proptest::prelude::*;

    /// Sets of small numbers beside their intervals.
    fn sets() -> impl Strategy<Value = (u64, Intervals)> {
        prop::collection::vec((0u32..64, 0u32..10), 0..6).prop_map(|parts| {
            let mut bits = 0u64;
            let mut set = Intervals::default();
            for (first, length) in parts {
                let last = (first + length).min(63);
                (first..=last).for_each(|n| bits |= 1 << n);
                set = set.union(&Intervals::of(u128::from(first), u128::from(last)));
            }
            (bits, set)
        })
    }

    fn bits(set: &Intervals) -> u64 {
        set.iter()
            .flat_map(|(a, b)| a..=b)
            .fold(0, |bits, n| bits | 1 << n)
    }

    proptest! {
        #[test]
        fn agrees_with_a_bit_for_each_number((a, x) in sets(), (b, y) in sets()) {
            prop_assert_eq!(bits(&x), a);
            prop_assert_eq!(bits(&x.union(&y)), a | b);
            prop_assert_eq!(bits(&x.intersect(&y)), a & b);
            prop_assert_eq!(bits(&x.minus(&y)), a & !b);
            prop_assert_eq!(x.size(), u128::from(a.count_ones()));
        }

        #[test]
        fn one_set_has_one_form((_, x) in sets(), (_, y) in sets(), (_, z) in sets()) {
            prop_assert_eq!(x.union(&y), y.union(&x));
            prop_assert_eq!(x.union(&y).union(&z), x.union(&y.union(&z)));
            prop_assert_eq!(x.union(&x), x.clone());
            prop_assert_eq!(x.minus(&y).union(&x.intersect(&y)), x);
        }
    }

    #[test]
    fn the_ends_of_the_number_line_do_not_overflow() {
        let all = Intervals::of(0, u128::MAX);
        assert_eq!(all.size(), u128::MAX);
        assert!(all.minus(&all).is_empty());
        assert_eq!(Intervals::of(0, 7).union(&Intervals::of(8, u128::MAX)), all);
        assert!(Intervals::of(3, 2).is_empty());
    }
}
