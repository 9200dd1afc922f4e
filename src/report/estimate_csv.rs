//! An estimate as rows: one a line item.

use std::io::{self, Write};

use super::{EstimateReport, exact};

const HEADER: [&str; 16] = [
    "environment",
    "region",
    "address",
    "type",
    "service",
    "usage_type",
    "sku",
    "item",
    "unit",
    "unit_price_usd",
    "quantity_expected",
    "currency",
    "min",
    "expected",
    "max",
    "assumptions",
];

/// The whole report. Unpriced resources have a row too, with empty amounts and the reason.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, report: &EstimateReport<'_>) -> io::Result<()> {
    row(out, &HEADER.map(str::to_owned))?;
    let currency = report.currency;
    for estimate in report.estimates {
        let head = |address: String, kind: String| {
            vec![
                estimate.environment.to_string(),
                estimate.region.to_string(),
                address,
                kind,
            ]
        };
        for resource in &estimate.resources {
            for item in &resource.line_items {
                let mut cells = head(
                    resource.address.to_string(),
                    resource.resource_type.to_string(),
                );
                cells.extend([
                    item.service.clone(),
                    item.usage_type.clone(),
                    item.sku.clone(),
                    item.name.clone(),
                    item.unit.clone(),
                    exact(item.unit_price),
                    exact(item.quantity.expected),
                    currency.code.clone(),
                    exact(currency.convert(item.monthly.min)),
                    exact(currency.convert(item.monthly.expected)),
                    exact(currency.convert(item.monthly.max)),
                    item.assumptions.join("; "),
                ]);
                row(out, &cells)?;
            }
        }
        for gap in &estimate.unpriced {
            let mut cells = head(gap.address.to_string(), gap.resource_type.to_string());
            cells.extend(["", "", "", "unpriced", "", "", ""].map(str::to_owned));
            cells.extend([
                currency.code.clone(),
                String::new(),
                String::new(),
                String::new(),
                gap.reason.clone(),
            ]);
            row(out, &cells)?;
        }
    }
    Ok(())
}

/// One line as RFC 4180 wants it.
fn row(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    });
    writeln!(out, "{}", quoted.collect::<Vec<_>>().join(","))
}
