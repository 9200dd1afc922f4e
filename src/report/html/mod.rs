//! One page for people: no request leaves it, it works from a file and without scripts.
//!
//! Every value goes through maud, which escapes it; only the style sheet and the script of this folder are put in as
//! they stand, in `page.rs`. One file a section.

mod changes;
mod chart;
mod drivers;
mod findings;
mod gate;
mod items;
mod notes;
mod page;
mod prices;
mod ranges;
mod reach;
mod services;
mod summary;
mod table;

use std::io::{self, Write};

use rust_decimal::Decimal;
use time::Date;

use super::gate::GateReport;
use super::{EstimateReport, grouped, quantity};
use crate::diff::Delta;
use crate::estimate::{Estimate, Swing};
use crate::model::Deployment;
use crate::pricing::{Currency, Range, Usd};
use crate::rules::EnvironmentFindings;
use crate::usage::Usage;

/// What a page is made of. What is `None` or empty has no section.
pub struct Page<'a> {
    /// Estimates, prices, currency, sources.
    pub estimate: EstimateReport<'a>,
    /// The usage figures, one set for each estimate.
    pub usages: &'a [Usage],
    /// What usage moves, one list for each estimate.
    pub swings: &'a [Vec<Swing>],
    /// What the rules found, one for each estimate.
    pub findings: Option<&'a [EnvironmentFindings]>,
    /// The verdict over budgets and findings.
    pub gate: Option<GateReport<'a>>,
    /// The environments, for the drawing of who reaches what.
    pub deployments: &'a [Deployment],
    /// What changed, and since what.
    pub changes: Option<(&'a str, &'a [Delta])>,
    /// Files beside the page, with what they are.
    pub files: &'a [(&'static str, &'static str)],
    /// The day for the age of prices.
    pub today: Date,
}

impl Page<'_> {
    /// An amount for people, with its currency.
    fn money(&self, amount: Usd) -> String {
        money(amount, self.estimate.currency)
    }

    /// An amount with its sign: `+£1.00`, `−£1.00`, `£0.00`.
    fn signed(&self, amount: Usd) -> String {
        let text = self.money(amount);
        if amount > Usd::ZERO {
            format!("+{text}")
        } else {
            text
        }
    }
}

/// The whole page.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, page: &Page<'_>) -> io::Result<()> {
    out.write_all(page::render(page).as_bytes())
}

fn money(amount: Usd, currency: &Currency) -> String {
    let text = grouped(currency.convert(amount));
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("−", rest),
        None => ("", text.as_str()),
    };
    match currency.code.as_str() {
        "GBP" => format!("{sign}£{text}"),
        "USD" => format!("{sign}${text}"),
        "EUR" => format!("{sign}€{text}"),
        code => format!("{sign}{code} {text}"),
    }
}

/// A quantity for people: thousands apart, up to three places.
fn count(amount: Decimal) -> String {
    let text = quantity(amount);
    let (whole, places) = match text.split_once('.') {
        Some((whole, places)) => (whole, format!(".{places}")),
        None => (text.as_str(), String::new()),
    };
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("", whole),
    };
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    format!("{sign}{}{places}", groups.join(","))
}

/// A count with its noun: `1 fault`, `2 faults`.
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A change in percent of what was before, with a true minus sign.
fn change(base: Usd, delta: Usd) -> String {
    super::diff::percent(base, delta).replace('-', "−")
}

/// Part of a whole in percent, at most two places; nothing of nothing is nothing.
fn percent(part: Usd, whole: Usd) -> Decimal {
    if whole.0.is_zero() {
        return Decimal::ZERO;
    }
    let share = part.0.checked_div(whole.0).unwrap_or_default();
    share.saturating_mul(Decimal::ONE_HUNDRED).round_dp(2)
}

/// Percent with one place.
fn share(part: Usd, whole: Usd) -> String {
    format!("{:.1} %", percent(part, whole).round_dp(1))
}

/// How many times the expected amount the ceiling is.
fn times(amount: Range<Usd>) -> String {
    match amount.max.0.checked_div(amount.expected.0) {
        Some(factor) if amount.expected > Usd::ZERO => format!("{:.1}×", factor.round_dp(1)),
        _ => "–".to_owned(),
    }
}

/// Service codes with their amounts, the dearest expected first.
fn by_service(estimate: &Estimate) -> Vec<(String, Range<Usd>)> {
    let mut services: std::collections::BTreeMap<&str, Range<Usd>> = Default::default();
    for item in estimate.resources.iter().flat_map(|r| &r.line_items) {
        let sum = services.entry(&item.service).or_default();
        *sum = *sum + item.monthly;
    }
    let mut list: Vec<(String, Range<Usd>)> = services
        .into_iter()
        .map(|(code, amount)| (code.to_owned(), amount))
        .collect();
    list.sort_by(|a, b| b.1.expected.cmp(&a.1.expected).then_with(|| a.0.cmp(&b.0)));
    list
}
