//! An estimate for programs. Keys are added, never renamed.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{EstimateReport, exact};
use crate::estimate::{Estimate, LineItem};
use crate::pricing::{Currency, Range, Usd};
use crate::source::Span;

/// The whole report.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, report: &EstimateReport<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &value(report)).map_err(io::Error::from)?;
    writeln!(out)
}

/// The whole report as a value.
pub fn value(report: &EstimateReport<'_>) -> Value {
    let newest = report
        .estimates
        .iter()
        .filter_map(|e| report.book.publication_date(&e.region))
        .max();
    let currency = report.currency;
    json!({
        "schema_version": "1",
        "price_book": { "publication_date": newest.unwrap_or_default(), "source": report.book.source() },
        "currency": currency.code,
        "fx": { "usd_per_unit": exact(currency.usd_per_unit), "date": currency.date, "source": currency.source },
        "tax": "excluded",
        "environments": report.estimates.iter().map(|e| environment(report, e)).collect::<Vec<_>>(),
    })
}

fn environment(report: &EstimateReport<'_>, estimate: &Estimate) -> Value {
    let place = |span: Option<Span>| match span {
        Some(span) => (
            json!(report.sources.path(span)),
            json!(report.sources.position(span).line),
        ),
        None => (Value::Null, Value::Null),
    };
    let resources: Vec<Value> = estimate
        .resources
        .iter()
        .map(|resource| {
            let (file, line) = place(resource.span);
            json!({
                "address": resource.address, "type": resource.resource_type, "file": file, "line": line,
                "monthly": amounts(resource.monthly(), report.currency),
                "line_items": resource.line_items.iter().map(|i| item(i, report.currency)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let unpriced: Vec<Value> = estimate
        .unpriced
        .iter()
        .map(|gap| {
            let (file, line) = place(gap.span);
            json!({ "address": gap.address, "type": gap.resource_type, "reason": gap.reason, "file": file, "line": line })
        })
        .collect();
    json!({
        "environment": estimate.environment,
        "region": estimate.region,
        "monthly": amounts(estimate.monthly(), report.currency),
        "resources": resources,
        "free": estimate.free.iter().map(|f| json!({ "address": f.address, "type": f.resource_type })).collect::<Vec<_>>(),
        "unpriced": unpriced,
        "off": estimate.off.iter().map(|o| json!({ "address": o.address, "type": o.resource_type, "condition": o.condition })).collect::<Vec<_>>(),
    })
}

fn amounts(range: Range<Usd>, currency: &Currency) -> Value {
    let text = |amount: Usd| exact(currency.convert(amount));
    json!({ "min": text(range.min), "expected": text(range.expected), "max": text(range.max) })
}

fn item(item: &LineItem, currency: &Currency) -> Value {
    json!({
        "name": item.name, "service": item.service, "usage_type": item.usage_type, "operation": item.operation,
        "sku": item.sku, "unit": item.unit, "unit_price": exact(item.unit_price),
        "quantity": { "min": exact(item.quantity.min), "expected": exact(item.quantity.expected), "max": exact(item.quantity.max) },
        "monthly": amounts(item.monthly, currency),
        "assumptions": item.assumptions,
        "price_date": item.price_date, "price_source": item.price_source, "confidence": item.confidence,
    })
}
