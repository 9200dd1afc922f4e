//! Exact sums of amounts that exports write as text or as floating-point numbers.

use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

/// Places after the point. Bills have ten to twelve; what is finer is rounded once, when it is read.
const PLACES: u32 = 12;
#[cfg(any(test, feature = "bill"))]
const SCALE: i128 = 1_000_000_000_000;

/// A number of up to twelve places, for sums of many: additions are exact and their order does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fixed(i128);

impl Fixed {
    /// A floating-point number, which is how Parquet exports store amounts: its exact value, rounded once. No
    /// floating-point arithmetic takes part. `None` for what is no number or has no place.
    #[cfg(any(test, feature = "bill"))]
    pub(super) fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let exponent_bits = i32::try_from((bits >> 52) & 0x7ff).ok()?;
        let fraction = i128::from(bits & ((1 << 52) - 1));
        // The value is mantissa × 2^exponent.
        let (mantissa, exponent) = match exponent_bits {
            0 => (fraction, -1074),
            n => (fraction | (1 << 52), n - 1075),
        };
        let scaled = mantissa * SCALE;
        let magnitude = if exponent >= 0 {
            // 53 bits of mantissa and 40 of the scale leave 34.
            if exponent > 33 {
                return None;
            }
            scaled << exponent
        } else if exponent < -126 {
            0
        } else {
            let half = 1_i128 << (-exponent - 1);
            (scaled + half) >> -exponent
        };
        Some(Self(if value.is_sign_negative() {
            -magnitude
        } else {
            magnitude
        }))
    }

    /// A number as text, with or without an exponent; an empty text is nothing.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::default());
        }
        let number = Decimal::from_str(text)
            .or_else(|_| Decimal::from_scientific(text))
            .ok()?;
        Self::from_decimal(number)
    }

    pub(super) fn from_decimal(number: Decimal) -> Option<Self> {
        let mut number =
            number.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero);
        number.rescale(PLACES);
        // A number too large for twelve places keeps a smaller scale.
        (number.scale() == PLACES).then(|| Self(number.mantissa()))
    }

    /// A whole number of units of `10^-scale`.
    #[cfg(feature = "bill")]
    pub(super) fn from_scaled(value: i128, scale: i8) -> Option<Self> {
        let scale = u32::try_from(scale).ok()?;
        Self::from_decimal(Decimal::try_from_i128_with_scale(value, scale).ok()?)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    /// The sum; the largest there is where it does not fit.
    pub(super) fn decimal(self) -> Decimal {
        Decimal::try_from_i128_with_scale(self.0, PLACES)
            .map_or(Decimal::MAX, |number| number.normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: f64) -> Option<String> {
        Fixed::from_f64(value).map(|f| f.decimal().to_string())
    }

    #[test]
    fn floats_become_what_was_written() {
        for (value, expected) in [
            (0.1, "0.1"),
            (-0.0372500000, "-0.03725"),
            (78_840_000.0, "78840000"),
            (1e-12, "0.000000000001"),
            (1e-13, "0"),
            (0.0, "0"),
            (5e-324, "0"),
        ] {
            assert_eq!(text(value).as_deref(), Some(expected), "{value}");
        }
        for wrong in [f64::NAN, f64::INFINITY, 1e30] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_million_tenths_are_a_hundred_thousand() {
        let mut sum = Fixed::default();
        for _ in 0..1_000_000 {
            sum.add(Fixed::from_f64(0.1).expect("a number"));
        }
        assert_eq!(sum.decimal(), Decimal::from(100_000));
    }

    #[test]
    fn text_is_read_with_exponents_and_refused_otherwise() {
        for (given, expected) in [("", "0"), (" 1.5 ", "1.5"), ("-2.5E-7", "-0.00000025")] {
            let read = Fixed::from_text(given).map(|f| f.decimal().to_string());
            assert_eq!(read.as_deref(), Some(expected), "{given}");
        }
        for wrong in ["x", "1,5", "--1"] {
            assert_eq!(Fixed::from_text(wrong), None, "{wrong}");
        }
    }

    proptest! {
        /// A decimal of nine places comes back from its nearest float.
        #[test]
        fn decimals_survive_floats(nanos in -1_000_000_000_000i64..1_000_000_000_000) {
            let decimal = Decimal::new(nanos, 9);
            let float: f64 = decimal.to_string().parse().expect("a number");
            let back = Fixed::from_f64(float).expect("in range").decimal();
            prop_assert!((back - decimal).abs() <= Decimal::new(1, 12), "{back} {decimal}");
        }

        #[test]
        fn no_float_panics(bits in any::<u64>()) {
            let _ = Fixed::from_f64(f64::from_bits(bits)).map(Fixed::decimal);
        }
    }
}
