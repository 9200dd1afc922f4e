//! The forecast in the forms that other tools read.

pub mod bcm;
pub mod focus;

use rust_decimal::Decimal;

/// Decimal places of an exported quantity, at most: a thousand-millionth of a unit.
const PLACES: u32 = 9;

/// A quantity with so many places that its product with `price` needs no rounding, and that product.
///
/// A decimal holds 96 bits and 28 places; within them a product of two is exact. Beyond, at more than a thousand
/// billion units of a price of fifteen digits, the cost is rounded like every other decimal.
pub(crate) fn exact_cost(price: Decimal, quantity: Decimal) -> (Decimal, Decimal) {
    let price = price.normalize();
    for places in (0..=PLACES).rev() {
        let rounded = quantity.round_dp(places).normalize();
        let fits = price.scale() + rounded.scale() <= Decimal::MAX_SCALE
            && price
                .mantissa()
                .checked_mul(rounded.mantissa())
                .is_some_and(|m| m.unsigned_abs() < 1 << 96);
        if fits {
            return (rounded, (price * rounded).normalize());
        }
    }
    let rounded = quantity.round().normalize();
    (rounded, price.saturating_mul(rounded).normalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_cost_is_the_product_to_the_last_digit(
            price in 0i64..1_000_000_000, scale in 0u32..=14,
            quantity in 0i64..1_000_000_000_000_000, places in 0u32..=18,
        ) {
            let (price, quantity) = (Decimal::new(price, scale), Decimal::new(quantity, places));
            let (rounded, cost) = exact_cost(price, quantity);
            prop_assert!((rounded - quantity).abs() <= Decimal::new(5, 10), "cut after nine places");
            // In whole numbers: price and quantity as integers at scale 14 and 9.
            let whole = |d: Decimal, scale: u32| d.mantissa() * 10i128.pow(scale - d.scale());
            let (p, q) = (price.normalize(), rounded);
            if let Some(product) = whole(p, 14).checked_mul(whole(q, 9)) {
                let shown = cost.normalize();
                let lift = 10i128.checked_pow(23 - shown.scale()).and_then(|t| shown.mantissa().checked_mul(t));
                prop_assert_eq!(Some(product), lift);
            }
        }
    }

    #[test]
    fn thirds_are_cut_so_that_the_product_is_exact() {
        let third = Decimal::ONE / Decimal::from(3);
        let (quantity, cost) = exact_cost(Decimal::new(12, 2), third);
        // 0.12 × 0.333333333 = 0.03999999996
        assert_eq!(quantity.to_string(), "0.333333333");
        assert_eq!(cost.to_string(), "0.03999999996");
    }
}
