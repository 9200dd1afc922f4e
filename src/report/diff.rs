//! Differences for people and programs.

use std::io::{self, Write};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{exact, money};
use crate::diff::{Change, Delta};
use crate::pricing::{Currency, Range, Usd};

/// An amount with its sign.
pub(super) fn signed(amount: Usd, currency: &Currency) -> String {
    let text = money(amount, currency);
    if amount > Usd::ZERO {
        format!("+{text}")
    } else {
        text
    }
}

/// Percent of the base; a base of nothing has none.
pub(crate) fn percent(base: Usd, delta: Usd) -> String {
    if delta == Usd::ZERO {
        "0 %".to_owned()
    } else if base == Usd::ZERO {
        "new".to_owned()
    } else {
        let share = (delta.0 / base.0 * Decimal::ONE_HUNDRED).round_dp(1);
        format!("{}{share} %", if share > Decimal::ZERO { "+" } else { "" })
    }
}

/// What moved an amount, in one line.
pub(super) fn cause(change: &Change, currency: &Currency) -> String {
    let one = |c: &crate::diff::Cause| {
        let values = if c.from.is_empty() && c.to.is_empty() {
            String::new()
        } else {
            format!(" {} → {}", c.from, c.to)
        };
        format!(
            "{}{values} ({})",
            c.what,
            signed(c.delta.expected, currency)
        )
    };
    change.causes.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// For a terminal.
///
/// # Errors
/// Those of the writer.
pub fn table(out: &mut dyn Write, deltas: &[Delta], currency: &Currency) -> io::Result<()> {
    for (i, delta) in deltas.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let difference = delta.head - delta.base;
        writeln!(
            out,
            "{}: expected {} → {} {} a month, {} ({}); min {}, max {}",
            delta.environment,
            money(delta.base.expected, currency),
            money(delta.head.expected, currency),
            currency.code,
            signed(difference.expected, currency),
            percent(delta.base.expected, difference.expected),
            signed(difference.min, currency),
            signed(difference.max, currency)
        )?;
        for change in &delta.changes {
            writeln!(
                out,
                "  {:12} {:>12}  {}\n               {}",
                change.kind.as_str(),
                signed(change.delta.expected, currency),
                change.address,
                cause(change, currency)
            )?;
        }
        if delta.changes.is_empty() {
            writeln!(out, "  no change")?;
        }
    }
    Ok(())
}

/// For a page or comment.
///
/// # Errors
/// Those of the writer.
pub fn markdown(out: &mut dyn Write, deltas: &[Delta], currency: &Currency) -> io::Result<()> {
    writeln!(
        out,
        "| environment | before {0} | after {0} | change | |\n|---|---:|---:|---:|---:|",
        currency.code
    )?;
    for delta in deltas {
        let difference = delta.head.expected - delta.base.expected;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            delta.environment,
            money(delta.base.expected, currency),
            money(delta.head.expected, currency),
            signed(difference, currency),
            percent(delta.base.expected, difference)
        )?;
    }
    for delta in deltas.iter().filter(|d| !d.changes.is_empty()) {
        writeln!(
            out,
            "\n### {}\n\n| resource | | change | cause |\n|---|---|---:|---|",
            delta.environment
        )?;
        for change in &delta.changes {
            let (kind, amount) = (
                change.kind.as_str(),
                signed(change.delta.expected, currency),
            );
            writeln!(
                out,
                "| {} | {kind} | {amount} | {} |",
                change.address,
                cause(change, currency)
            )?;
        }
    }
    Ok(())
}

/// For programs.
///
/// # Errors
/// Those of the writer.
pub fn json(out: &mut dyn Write, deltas: &[Delta], currency: &Currency) -> io::Result<()> {
    let amounts = |range: Range<Usd>| {
        let text = |amount: Usd| exact(currency.convert(amount));
        json!({ "min": text(range.min), "expected": text(range.expected), "max": text(range.max) })
    };
    let environments: Vec<Value> = deltas
        .iter()
        .map(|delta| {
            let changes: Vec<Value> = delta
                .changes
                .iter()
                .map(|change| {
                    let causes: Vec<Value> = change
                        .causes
                        .iter()
                        .map(|c| json!({ "what": c.what, "from": c.from, "to": c.to, "delta": amounts(c.delta) }))
                        .collect();
                    json!({
                        "address": change.address, "type": change.resource_type, "kind": change.kind.as_str(),
                        "delta": amounts(change.delta), "causes": causes,
                    })
                })
                .collect();
            json!({
                "environment": delta.environment, "base": amounts(delta.base), "head": amounts(delta.head),
                "delta": amounts(delta.head - delta.base), "changes": changes,
            })
        })
        .collect();
    let whole =
        json!({ "schema_version": "1", "currency": currency.code, "environments": environments });
    serde_json::to_writer_pretty(&mut *out, &whole).map_err(io::Error::from)?;
    writeln!(out)
}
