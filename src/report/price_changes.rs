//! What an import changes in the price book.

use std::io::{self, Write};

use super::money;
use crate::pricing::import::{Offer, Update};
use crate::pricing::{Currency, Row, Usd, percent};

/// New prices are listed up to this many a region: a first import has thousands, and they are all new.
const MOST_NEW: usize = 20;

/// Region by region: what changed and by how much, what is gone, what is new.
///
/// # Errors
/// Those of the writer.
pub fn text(out: &mut dyn Write, offer: &Offer, updates: &[Update]) -> io::Result<()> {
    writeln!(
        out,
        "{} prices published {}, version {}",
        offer.service, offer.published, offer.version
    )?;
    for update in updates {
        let changes = &update.changes;
        writeln!(
            out,
            "{}: {} changed, {} gone, {} new, {} as before",
            update.region,
            changes.changed.len(),
            changes.gone.len(),
            changes.new.len(),
            changes.same
        )?;
        for (before, after) in &changes.changed {
            writeln!(
                out,
                "  changed  {}: {}",
                name(after),
                difference(before, after)
            )?;
        }
        for row in &changes.gone {
            writeln!(out, "  gone     {}: {}", name(row), price(row))?;
        }
        for row in changes.new.iter().take(MOST_NEW) {
            writeln!(out, "  new      {}: {}", name(row), price(row))?;
        }
        if let Some(more @ 1..) = changes.new.len().checked_sub(MOST_NEW) {
            writeln!(out, "  new      and {more} more")?;
        }
    }
    for sentence in &offer.left_out {
        writeln!(out, "left out: {sentence}")?;
    }
    Ok(())
}

/// What the prices do to an environment's expected amount.
///
/// # Errors
/// Those of the writer.
pub fn effect(
    out: &mut dyn Write,
    environment: &str,
    before: Usd,
    after: Usd,
    currency: &Currency,
) -> io::Result<()> {
    let difference = after.0 - before.0;
    let sign = if difference.is_sign_negative() {
        ""
    } else {
        "+"
    };
    let part = match percent(before.0, after.0) {
        Some(percent) => format!(", {sign}{} %", percent.round_dp(2).normalize()),
        None => String::new(),
    };
    writeln!(
        out,
        "estimate of {environment}: {} -> {} {} a month ({sign}{}{part})",
        money(before, currency),
        money(after, currency),
        currency.code,
        money(Usd(difference), currency)
    )
}

fn name(row: &Row) -> String {
    let mut name = row.usage_type.clone();
    if !row.operation.is_empty() {
        name = format!("{name} ({})", row.operation);
    }
    if !row.begin.is_zero() {
        name = format!("{name} over {}", row.begin);
    }
    name
}

fn price(row: &Row) -> String {
    format!("{} USD per {}", row.price, row.unit)
}

fn difference(before: &Row, after: &Row) -> String {
    if before.unit != after.unit {
        return format!("{} -> {}", price(before), price(after));
    }
    let mut text = format!("{} -> {}", before.price, price(after));
    if before.price != after.price {
        match percent(before.price, after.price) {
            Some(percent) => {
                let sign = if percent.is_sign_positive() { "+" } else { "" };
                text = format!("{text} ({sign}{} %)", percent.round_dp(2).normalize());
            }
            None => text.push_str(" (was free)"),
        }
    }
    if before.end != after.end {
        let end = |row: &Row| {
            row.end
                .map_or_else(|| "no end".to_owned(), |e| e.to_string())
        };
        text = format!("{text}, tier to {} -> {}", end(before), end(after));
    }
    text
}
