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

    proptest! {
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
