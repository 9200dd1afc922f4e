//! Graduated tiers.

use rust_decimal::Decimal;

use super::{Range, Rates, Row};

/// How much of a quantity falls into each tier. Ranges are half-open, `[begin, end)`, in the price's unit.
pub fn apply(rates: &Rates, quantity: Range<Decimal>) -> Vec<(&Row, Range<Decimal>)> {
    rates
        .tiers
        .iter()
        .map(|tier| {
            let inside = |q: Decimal| {
                let top = tier.end.map_or(q, |end| q.min(end));
                (top - tier.begin).max(Decimal::ZERO)
            };
            (tier, quantity.map(inside))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::PriceBook;
    use proptest::prelude::*;

    fn egress() -> Rates {
        let book = PriceBook::embedded();
        book.rates(
            "AWSDataTransfer",
            "eu-west-2",
            "EUW2-DataTransfer-Out-Bytes",
            Some(""),
        )
        .expect("a price")
    }

    fn cost(rates: &Rates, gb: Decimal) -> Decimal {
        apply(rates, Range::flat(gb))
            .iter()
            .map(|(row, q)| row.price * q.expected)
            .sum()
    }

    #[test]
    fn twelve_terabytes_out_of_london() {
        // 10,240 GB × 0.09 + 2,048 GB × 0.085 = 921.60 + 174.08
        assert_eq!(
            cost(&egress(), Decimal::from(12_288)),
            Decimal::new(109_568, 2)
        );
    }

    /// One to five tiers of falling price, the last without an end.
    fn falling() -> impl Strategy<Value = Rates> {
        proptest::collection::vec((1u32..1_000, 1u32..100), 1..6).prop_map(|steps| {
            let model = egress().first().clone();
            let mut price: u32 = steps.iter().map(|(_, fall)| fall).sum();
            let (mut begin, last) = (Decimal::ZERO, steps.len() - 1);
            let mut tiers = Vec::new();
            for (i, (width, fall)) in steps.into_iter().enumerate() {
                let end = begin + Decimal::from(width);
                tiers.push(Row {
                    begin,
                    end: (i < last).then_some(end),
                    price: Decimal::new(price.into(), 3),
                    ..model.clone()
                });
                begin = end;
                price -= fall;
            }
            Rates { tiers }
        })
    }

    proptest! {
        #[test]
        fn any_falling_tiers_are_continuous_growing_and_concave(
            rates in falling(), a in 0u32..600_000, b in 0u32..600_000,
        ) {
            let (a, b) = (Decimal::new(a.into(), 2), Decimal::new(b.into(), 2));
            let parts: Decimal = apply(&rates, Range::flat(a)).iter().map(|(_, q)| q.expected).sum();
            prop_assert_eq!(parts, a, "every unit falls into one tier");
            // Continuous: one hundredth more costs at most a hundredth of the dearest tier.
            let step = cost(&rates, a + Decimal::new(1, 2)) - cost(&rates, a);
            prop_assert!(step >= Decimal::ZERO && step <= rates.first().price * Decimal::new(1, 2));
            prop_assert!(cost(&rates, a) + cost(&rates, b) >= cost(&rates, a + b));
        }

        #[test]
        fn continuous_growing_and_concave(a in 0u32..400_000, b in 0u32..400_000) {
            let rates = egress();
            let (a, b) = (Decimal::from(a), Decimal::from(b));
            let sum: Decimal = apply(&rates, Range::flat(a)).iter().map(|(_, q)| q.max).sum();
            prop_assert_eq!(sum, a);
            prop_assert!(cost(&rates, a + Decimal::ONE) >= cost(&rates, a));
            prop_assert!(cost(&rates, a) + cost(&rates, b) >= cost(&rates, a + b));
        }

        #[test]
        fn homogeneous_in_prices(gb in 0u32..400_000, factor in 0u32..50) {
            let rates = egress();
            let (gb, factor) = (Decimal::from(gb), Decimal::from(factor));
            prop_assert_eq!(cost(&rates.scaled(factor), gb), cost(&rates, gb) * factor);
        }
    }
}
