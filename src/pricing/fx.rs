//! Dated exchange rates: given by the user, never fetched.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::Usd;

/// A currency with the rate in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// ISO 4217 code.
    pub code: String,
    /// US dollars for one unit.
    pub usd_per_unit: Decimal,
    /// `YYYY-MM-DD`; empty for the US dollar.
    pub date: String,
    /// Where the rate is from; empty for the US dollar.
    pub source: String,
}

/// What is wrong with a rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{given}' is no exchange rate; write CODE=USD_PER_UNIT@YYYY-MM-DD, for example GBP=1.34@2026-10-30"
)]
pub struct FxError {
    given: String,
}

impl Currency {
    /// The US dollar.
    pub fn usd() -> Self {
        Currency {
            code: "USD".into(),
            usd_per_unit: Decimal::ONE,
            date: String::new(),
            source: String::new(),
        }
    }

    /// A rate from the command line: `GBP=1.34@2026-10-30` is 1.34 US dollars for a pound.
    ///
    /// # Errors
    /// [`FxError`] with an example.
    pub fn parse(text: &str) -> Result<Self, FxError> {
        let error = || FxError {
            given: text.to_owned(),
        };
        let (code, rest) = text.split_once('=').ok_or_else(error)?;
        let (rate, date) = rest.split_once('@').ok_or_else(error)?;
        let usd_per_unit = Decimal::from_str(rate).map_err(|_| error())?;
        let code_ok = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
        let format = time::macros::format_description!("[year]-[month]-[day]");
        if !code_ok || usd_per_unit <= Decimal::ZERO || time::Date::parse(date, format).is_err() {
            return Err(error());
        }
        Ok(Currency {
            code: code.into(),
            usd_per_unit,
            date: date.into(),
            source: "command line".into(),
        })
    }

    /// An amount in this currency, unrounded.
    pub fn convert(&self, amount: Usd) -> Decimal {
        if self.usd_per_unit == Decimal::ONE {
            amount.0
        } else {
            amount.0 / self.usd_per_unit
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_rate_and_refuses_others() {
        let gbp = Currency::parse("GBP=1.34@2026-10-30").expect("a rate");
        // 134 dollars at 1.34 are 100 pounds.
        assert_eq!(gbp.convert(Usd(Decimal::from(134))), Decimal::from(100));
        for wrong in [
            "GBP",
            "GBP=1.34",
            "GBP=x@2026-10-30",
            "GBP=0@2026-10-30",
            "gbp=1@2026-10-30",
            "GBP=1@30.10.2026",
        ] {
            assert!(Currency::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn amount_times_rate_is_constant(cents in 0i64..100_000_000, rate in 50i64..300) {
            let currency = Currency { usd_per_unit: Decimal::new(rate, 2), ..Currency::usd() };
            let amount = Usd(Decimal::new(cents, 2));
            let back = currency.convert(amount) * currency.usd_per_unit;
            prop_assert!((back - amount.0).abs() < Decimal::new(1, 15));
        }
    }
}
