//! What people and programs see: one file a format.

pub mod actuals;
pub mod check;
pub mod comment;
pub mod diagnostics;
pub mod diff;
pub mod estimate_csv;
pub mod estimate_json;
pub mod estimate_markdown;
pub mod estimate_table;
pub mod evidence;
pub mod explain;
pub mod export;
pub mod gate;
pub mod graph;
pub mod html;

mod markdown;
pub mod price_changes;
pub mod prices;
pub mod reach;
pub mod rules;
pub(crate) mod services;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::estimate::Estimate;
use crate::pricing::{Currency, PriceBook, Usd};
use crate::source::SourceMap;

/// What every report of an estimate is made of.
#[derive(Clone, Copy)]
pub struct EstimateReport<'a> {
    /// One for each environment, in order.
    pub estimates: &'a [Estimate],
    /// Where things stand.
    pub sources: &'a SourceMap,
    /// The currency to print.
    pub currency: &'a Currency,
    /// The prices used.
    pub book: &'a PriceBook,
    /// Whether free allowances were counted.
    pub free_tier: bool,
}

/// An amount for people: two places, half-up, thousands apart.
fn money(amount: Usd, currency: &Currency) -> String {
    grouped(currency.convert(amount))
}

fn grouped(amount: Decimal) -> String {
    let rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{:.2}", rounded.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() {
        "-"
    } else {
        ""
    };
    format!("{sign}{out}.{cents}")
}

/// A quantity for people: up to three places.
fn quantity(amount: Decimal) -> String {
    amount
        .round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero)
        .normalize()
        .to_string()
}

/// An exact amount for programs.
fn exact(amount: Decimal) -> String {
    amount.normalize().to_string()
}

/// The lines under every estimate: what the figures are and are not.
fn conditions(report: &EstimateReport<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let currency = report.currency;
    if currency.code == "USD" {
        lines.push("currency: USD".to_owned());
    } else {
        lines.push(format!(
            "currency: {} at {} USD, {}, {}",
            currency.code, currency.usd_per_unit, currency.date, currency.source
        ));
    }
    lines.push("tax: excluded".to_owned());
    let free = if report.free_tier {
        "counted, as if this environment had them alone"
    } else {
        "not counted"
    };
    lines.push(format!("list prices on demand, a month of 730 hours; free allowances {free}; lines may not add due to rounding"));
    let mut regions: Vec<&str> = report.estimates.iter().map(|e| &*e.region).collect();
    regions.dedup();
    for region in regions {
        if let Some(date) = report.book.publication_date(region) {
            lines.push(format!(
                "price book: {region}, newest row {date}, {}",
                report.book.source()
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_half_up_and_grouped() {
        for (amount, expected) in [
            ("0.005", "0.01"),
            ("-0.005", "-0.01"),
            ("1234567.894", "1,234,567.89"),
            ("-0.001", "0.00"),
            ("999.995", "1,000.00"),
        ] {
            assert_eq!(
                grouped(amount.parse().expect("a number")),
                expected,
                "{amount}"
            );
        }
    }
}
