//! Where one resource's amount comes from: from template line to money.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{EstimateReport, grouped, quantity};
use crate::estimate::Estimate;
use crate::model::{Address, Deployment, Kind, ParameterSource, Step, Value};
use crate::pricing::PriceBook;

/// The chain of one resource in one environment.
///
/// # Errors
/// Those of the writer.
pub fn write(
    out: &mut dyn Write,
    report: &EstimateReport<'_>,
    deployment: &Deployment,
    estimate: &Estimate,
    address: &Address,
) -> io::Result<()> {
    let Some(resource) = deployment.get(address) else {
        return Ok(());
    };
    let sources = report.sources;
    writeln!(
        out,
        "{} {address} ({}) at {}",
        estimate.environment,
        resource.resource_type,
        sources.locate(resource.key_span)
    )?;
    if let Some(condition) = &resource.condition {
        let state = condition
            .unknown
            .as_ref()
            .map_or("true".to_owned(), |why| format!("unknown: {why}"));
        writeln!(out, "  exists by condition {}: {state}", condition.name)?;
    }
    writeln!(out, "\nproperties:")?;
    let shown = Shown {
        report,
        secrets: crate::rules::secrets(resource),
    };
    if let Some(entries) = resource.properties.as_map() {
        for entry in entries {
            property(out, &shown, &entry.key, &entry.key, &entry.value, 1)?;
        }
    }
    let currency = report.currency;
    if let Some(priced) = estimate.resources.iter().find(|r| r.address == *address) {
        writeln!(out, "\ncost, expected a month:")?;
        for item in &priced.line_items {
            writeln!(
                out,
                "  {}: {} {} × {} USD = {} USD = {} {}",
                item.name,
                quantity(item.quantity.expected),
                item.unit,
                item.unit_price.normalize(),
                grouped(item.monthly.expected.0),
                grouped(currency.convert(item.monthly.expected)),
                currency.code
            )?;
            let sku = if item.sku.is_empty() {
                "no SKU".to_owned()
            } else {
                format!("SKU {}", item.sku)
            };
            writeln!(
                out,
                "    price: {} {}, {sku}, of {}, confidence {}",
                item.service, item.usage_type, item.price_date, item.confidence
            )?;
            writeln!(
                out,
                "    source: {}",
                PriceBook::source_text(&item.price_source)
            )?;
            for assumption in &item.assumptions {
                writeln!(out, "    assumed: {assumption}")?;
            }
        }
        let total = priced.monthly();
        let amount = |a| grouped(currency.convert(a));
        writeln!(
            out,
            "  total: min {}, expected {}, max {} {}",
            amount(total.min),
            amount(total.expected),
            amount(total.max),
            currency.code
        )?;
    }
    if estimate.free.iter().any(|f| f.address == *address) {
        writeln!(out, "\ncost: none of its own")?;
    }
    for gap in estimate.unpriced.iter().filter(|u| u.address == *address) {
        writeln!(out, "\nunpriced: {}", gap.reason)?;
    }
    if currency.code != "USD" {
        writeln!(
            out,
            "\n1 {} = {} USD, {}, {}",
            currency.code, currency.usd_per_unit, currency.date, currency.source
        )?;
    }
    Ok(())
}

/// What printing a property needs.
struct Shown<'a> {
    report: &'a EstimateReport<'a>,
    /// Paths of values that are secrets.
    secrets: BTreeSet<String>,
}

impl Shown<'_> {
    fn value(&self, path: &str, value: &Value) -> String {
        if self.secrets.contains(path) {
            return "****".to_owned();
        }
        let Kind::List(items) = &value.kind else {
            return value.describe();
        };
        let items: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(i, item)| self.value(&format!("{path}.{i}"), item))
            .collect();
        format!("[{}]", items.join(", "))
    }
}

fn property(
    out: &mut dyn Write,
    shown: &Shown<'_>,
    key: &str,
    path: &str,
    value: &Value,
    depth: usize,
) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    match &value.kind {
        Kind::Map(entries) if depth < 4 => {
            writeln!(out, "{indent}{key}:")?;
            for entry in entries.iter() {
                let path = format!("{path}.{}", entry.key);
                property(out, shown, &entry.key, &path, &entry.value, depth + 1)?;
            }
            return Ok(());
        }
        Kind::List(items) if depth < 4 && items.iter().any(|i| i.as_map().is_some()) => {
            writeln!(out, "{indent}{key}:")?;
            for (i, item) in items.iter().enumerate() {
                let path = format!("{path}.{i}");
                property(out, shown, &format!("[{i}]"), &path, item, depth + 1)?;
            }
            return Ok(());
        }
        _ => {}
    }
    let report = shown.report;
    writeln!(
        out,
        "{indent}{key}: {}  ({})",
        shown.value(path, value),
        report.sources.locate(value.span)
    )?;
    for step in value.trail.steps() {
        writeln!(out, "{indent}  ← {}", describe(step, report))?;
    }
    Ok(())
}

fn describe(step: &Step, report: &EstimateReport<'_>) -> String {
    let at = |span| report.sources.locate(span);
    match step {
        Step::Parameter {
            stack,
            name,
            source,
            span,
        } => {
            let of = if stack.as_str().is_empty() {
                String::new()
            } else {
                format!(" of {stack}")
            };
            let from = match source {
                ParameterSource::Default => "default",
                ParameterSource::File => "parameter file",
                ParameterSource::CommandLine => "command line",
                ParameterSource::Parent => "parent stack",
            };
            let place = span.map(|s| format!(" {}", at(s))).unwrap_or_default();
            format!("parameter {name}{of}, {from}{place}")
        }
        Step::Mapping {
            map,
            top,
            second,
            span,
        } => format!("mapping {map}.{top}.{second} {}", at(*span)),
        Step::Condition { name, value, span } => {
            format!("condition {name} is {value} {}", at(*span))
        }
        Step::Output { stack, name, span } => format!("output {name} of {stack} {}", at(*span)),
        Step::Import { name } => format!("import of {name}"),
        Step::Pseudo { name } => name.to_string(),
    }
}
