//! Differences for programs.

use std::io::{self, Write};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::diff::{Change, Delta, LineChange, PLACES};
use crate::pricing::{Currency, Range, Usd};
use crate::report::check::finding;
use crate::report::exact;
use crate::source::SourceMap;

/// For programs. Amounts are in the chosen currency with up to 18 decimal places; the causes of a change sum to its
/// `delta` exactly, and `base` and `delta` to `head`.
///
/// # Errors
/// Those of the writer.
pub fn json(
    out: &mut dyn Write,
    deltas: &[Delta],
    currency: &Currency,
    sources: &SourceMap,
) -> io::Result<()> {
    let environments: Vec<Value> = deltas
        .iter()
        .map(|delta| environment(delta, currency, sources))
        .collect();
    let whole =
        json!({ "schema_version": "1", "currency": currency.code, "environments": environments });
    serde_json::to_writer_pretty(&mut *out, &whole).map_err(io::Error::from)?;
    writeln!(out)
}

fn environment(delta: &Delta, currency: &Currency, sources: &SourceMap) -> Value {
    let (base, head) = (at(delta.base, currency), at(delta.head, currency));
    let changes: Vec<Value> = delta.changes.iter().map(|c| change(c, currency)).collect();
    let list = |findings: &[crate::rules::Finding]| -> Vec<Value> {
        findings.iter().map(|f| finding(f, sources)).collect()
    };
    json!({
        "environment": delta.environment, "kind": delta.kind.as_str(),
        "base": text(base), "head": text(head), "delta": text(less(head, base)),
        "comparable_delta": text(at(delta.comparable(), currency)),
        "unpriced": { "base": delta.unpriced.0, "head": delta.unpriced.1 },
        "changes": changes,
        "findings": { "new": list(&delta.findings.new), "fixed": list(&delta.findings.fixed) },
    })
}

fn change(change: &Change, currency: &Currency) -> Value {
    let (base, head) = (at(change.base, currency), at(change.head, currency));
    // Each cause from where the last one ended, so that the exchange rate leaves no residue either.
    let (mut reached, mut last) = (change.base, base);
    let causes: Vec<Value> = change
        .causes
        .iter()
        .map(|cause| {
            reached = reached + cause.delta;
            let here = at(reached, currency);
            let delta = less(here, last);
            last = here;
            json!({ "what": cause.what, "from": cause.from, "to": cause.to, "delta": text(delta) })
        })
        .collect();
    let lines: Vec<Value> = change.lines.iter().map(|l| line(l, currency)).collect();
    let mut value = json!({
        "address": change.address, "type": change.resource_type, "kind": change.kind.as_str(),
        "base": text(base), "head": text(head), "delta": text(less(head, base)),
        "comparable_delta": text(at(change.comparable(), currency)),
        "causes": causes, "line_items": lines,
    });
    if let Some(old) = &change.renamed_from {
        value["renamed_from"] = json!(old);
    }
    if !change.newly_unpriced.is_empty() {
        value["newly_unpriced"] = json!(change.newly_unpriced);
    }
    if !change.newly_priced.is_empty() {
        value["newly_priced"] = json!(change.newly_priced);
    }
    value
}

fn line(line: &LineChange, currency: &Currency) -> Value {
    let (base, head) = (at(line.base, currency), at(line.head, currency));
    json!({
        "name": line.name, "service": line.service, "usage_type": line.usage_type, "unit": line.unit,
        "kind": line.kind.as_str(),
        "quantity": { "base": text(line.quantity.0), "head": text(line.quantity.1) },
        "base": text(base), "head": text(head), "delta": text(less(head, base)),
    })
}

fn at(range: Range<Usd>, currency: &Currency) -> Range<Decimal> {
    range.map(|amount| currency.convert(amount).round_dp(PLACES))
}

fn less(a: Range<Decimal>, b: Range<Decimal>) -> Range<Decimal> {
    a.zip(b, Decimal::saturating_sub)
}

fn text(range: Range<Decimal>) -> Value {
    let range = range.map(exact);
    json!({ "min": range.min, "expected": range.expected, "max": range.max })
}
