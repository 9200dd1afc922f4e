//! A bill beside the estimate.

mod json;
mod markdown;
mod table;

pub use json::json;
pub use markdown::markdown;
pub use table::table;

use rust_decimal::Decimal;

use super::diff::{percent, signed};
use super::{money, quantity};
use crate::actuals::{Bill, Comparison, Matched, Owner, Unexplained};
use crate::pricing::{Currency, Usd};

/// What the report is made of.
pub struct ActualsReport<'a> {
    /// The comparison.
    pub comparison: &'a Comparison,
    /// The bill.
    pub bill: &'a Bill,
    /// Where the bill is from.
    pub source: &'a str,
    /// The currency to print.
    pub currency: &'a Currency,
    /// AWS's own forecast of the whole month, where it was asked for: what is billed so far and what is to come.
    pub forecast: Option<Usd>,
    /// Requests to Cost Explorer that were made for this report, and what they cost.
    pub spent: Option<(u32, Usd)>,
}

/// One table of the report: title, heads, rows; how many of the first columns are words.
struct Part {
    title: String,
    heads: Vec<&'static str>,
    words: usize,
    rows: Vec<Vec<String>>,
}

impl ActualsReport<'_> {
    fn money(&self, amount: Usd) -> String {
        money(amount, self.currency)
    }

    /// What stands above the tables.
    fn head(&self) -> Vec<String> {
        let c = self.comparison;
        let (query, code) = (&c.query, &self.currency.code);
        let mut lines = vec![
            format!(
                "{} in {}, {code}, from {}",
                c.environment, query.month, self.source
            ),
            format!("usage with tag {} = {}", query.tag, query.value),
        ];
        let covered = c.days - c.missing.len();
        let mut days = format!(
            "{covered} of {} days, {} hours: the estimate is × {} / 730",
            c.days, c.hours, c.hours
        );
        if !c.missing.is_empty() {
            days.push_str(&format!(
                "; no usage at all on {}: these days are in neither column",
                crate::actuals::day_ranges(&c.missing)
            ));
        }
        lines.push(days);
        let difference = c.billed - c.estimated;
        lines.push(format!(
            "billed {}, estimated {}: {} ({})",
            self.money(c.billed),
            self.money(c.estimated),
            signed(difference, self.currency),
            percent(c.estimated, difference)
        ));
        if let Some(forecast) = self.forecast {
            lines.push(format!(
                "AWS forecasts {} for the whole month",
                self.money(forecast)
            ));
        }
        lines
    }

    fn parts(&self) -> Vec<Part> {
        let c = self.comparison;
        let parts = [
            Part {
                title: "billed, and not in the estimate".to_owned(),
                heads: vec!["service", "usage type", "quantity", "billed"],
                words: 2,
                rows: c.unexplained.iter().map(|r| self.unexplained(r)).collect(),
            },
            Part {
                title: "billed and estimated".to_owned(),
                heads: vec![
                    "service",
                    "usage type",
                    "estimated",
                    "billed",
                    "estimated",
                    "billed",
                    "difference",
                    "by quantity",
                    "by price",
                ],
                words: 2,
                rows: c.matched.iter().map(|r| self.matched(r)).collect(),
            },
            Part {
                title: "estimated, and not billed".to_owned(),
                heads: vec!["service", "usage type", "resources", "estimated"],
                words: 3,
                rows: c
                    .absent
                    .iter()
                    .map(|r| {
                        vec![
                            r.service.clone(),
                            r.usage_type.clone(),
                            r.addresses.join(", "),
                            self.money(r.estimated),
                        ]
                    })
                    .collect(),
            },
            Part {
                title:
                    "usage without the tag, of all environments (* the estimate has such a line)"
                        .to_owned(),
                heads: vec!["service", "usage type", "quantity", "billed"],
                words: 2,
                rows: c.untagged.iter().map(|r| self.unexplained(r)).collect(),
            },
            Part {
                title: "left out: no usage".to_owned(),
                heads: vec!["charge", "whose", "amount"],
                words: 2,
                rows: c
                    .excluded
                    .iter()
                    .map(|r| {
                        let whose = match r.owner {
                            Owner::Environment => c.environment.clone(),
                            _ => "without the tag".to_owned(),
                        };
                        vec![r.charge.clone(), whose, self.money(r.cost)]
                    })
                    .collect(),
            },
        ];
        parts.into_iter().filter(|p| !p.rows.is_empty()).collect()
    }

    fn unexplained(&self, row: &Unexplained) -> Vec<String> {
        let mark = if row.in_estimate { " *" } else { "" };
        vec![
            row.service.clone(),
            format!("{}{mark}", row.usage_type),
            amount(row.quantity, &row.unit),
            self.money(row.cost),
        ]
    }

    fn matched(&self, row: &Matched) -> Vec<String> {
        let part = |amount: Option<Usd>| {
            amount.map_or_else(|| "?".to_owned(), |a| signed(a, self.currency))
        };
        vec![
            row.service.clone(),
            row.usage_type.clone(),
            amount(Some(row.estimated_quantity), &row.unit),
            amount(row.billed_quantity, &row.unit),
            self.money(row.estimated),
            self.money(row.billed),
            signed(row.difference(), self.currency),
            part(row.by_quantity),
            part(row.by_rate),
        ]
    }

    /// What stands below the tables.
    fn foot(&self) -> Vec<String> {
        let c = self.comparison;
        let mut lines = self.bill.notes.clone();
        if c.others != Usd::ZERO {
            lines.push(format!(
                "{} of usage has other values of {}",
                self.money(c.others),
                c.query.tag
            ));
        }
        lines.push("by quantity: more or less was used, at the estimate's price; by price: what was used cost more or less than the estimate's price".to_owned());
        if let Some((requests, cost)) = self.spent {
            lines.push(format!(
                "asked of Cost Explorer: {requests} requests, {cost} USD"
            ));
        }
        lines.push(format!(
            "{} rows read; tax and credits excluded",
            self.bill.read
        ));
        lines
    }
}

fn amount(amount: Option<Decimal>, unit: &str) -> String {
    amount.map_or_else(
        || "?".to_owned(),
        |q| format!("{} {unit}", quantity(q)).trim_end().to_owned(),
    )
}
