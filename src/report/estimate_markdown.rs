//! An estimate for a page or a comment.

use std::io::{self, Write};

use super::{EstimateReport, conditions, money, quantity};

/// The whole report.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, report: &EstimateReport<'_>) -> io::Result<()> {
    let code = &report.currency.code;
    writeln!(
        out,
        "| environment | min {code} | expected {code} | max {code} | unpriced |\n|---|---:|---:|---:|---:|"
    )?;
    for estimate in report.estimates {
        let total = estimate.monthly();
        let cell = |amount| money(amount, report.currency);
        writeln!(
            out,
            "| {} | {} | **{}** | {} | {} |",
            estimate.environment,
            cell(total.min),
            cell(total.expected),
            cell(total.max),
            estimate.unpriced.len()
        )?;
    }
    for estimate in report.estimates {
        writeln!(out, "\n## {} ({})\n", estimate.environment, estimate.region)?;
        writeln!(
            out,
            "| resource | item | quantity | unit price USD | min | expected | max |\n|---|---|---:|---:|---:|---:|---:|"
        )?;
        for resource in &estimate.resources {
            for item in &resource.line_items {
                let cell = |amount| money(amount, report.currency);
                writeln!(
                    out,
                    "| {} | {} | {} {} | {} | {} | {} | {} |",
                    resource.address,
                    item.name,
                    quantity(item.quantity.expected),
                    item.unit,
                    item.unit_price.normalize(),
                    cell(item.monthly.min),
                    cell(item.monthly.expected),
                    cell(item.monthly.max)
                )?;
            }
        }
        if !estimate.unpriced.is_empty() {
            writeln!(out, "\nUnpriced, and not in the total:\n")?;
            for gap in &estimate.unpriced {
                writeln!(
                    out,
                    "- `{}` ({}): {}",
                    gap.address, gap.resource_type, gap.reason
                )?;
            }
        }
    }
    writeln!(out)?;
    for line in conditions(report) {
        writeln!(out, "- {line}")?;
    }
    Ok(())
}
