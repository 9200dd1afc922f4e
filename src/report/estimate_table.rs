//! An estimate for a terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, presets};

use super::{EstimateReport, conditions, money, quantity};
use crate::estimate::{Estimate, LineItem, PricedResource};
use crate::pricing::{Range, Usd};

/// One environment: by service and resource, with every line.
///
/// # Errors
/// Those of the writer.
pub fn one(
    out: &mut dyn Write,
    report: &EstimateReport<'_>,
    estimate: &Estimate,
    explain: bool,
    width: Option<u16>,
) -> io::Result<()> {
    let code = &report.currency.code;
    writeln!(
        out,
        "{} ({}), {code} a month\n",
        estimate.environment, estimate.region
    )?;
    let mut table = new_table(
        width,
        [
            "service / resource / item",
            "quantity",
            "unit price USD",
            "min",
            "expected",
            "max",
        ],
        1,
    );
    for (service, resources) in by_service(estimate) {
        let total: Range<Usd> = resources
            .iter()
            .flat_map(|(_, items)| items.iter().map(|i| i.monthly))
            .sum();
        table.add_row(amounts(service.to_owned(), "", "", total, report));
        for (resource, items) in resources {
            table.add_row([format!("  {}", resource.address)]);
            for item in items {
                let count = format!("{} {}", quantity(item.quantity.expected), item.unit);
                let mark = if item.confidence == "derived" {
                    "*"
                } else {
                    ""
                };
                let price = format!("{}{mark}", item.unit_price.normalize());
                table.add_row(amounts(
                    format!("    {}", item.name),
                    &count,
                    &price,
                    item.monthly,
                    report,
                ));
            }
        }
    }
    table.add_row(amounts(
        "total".to_owned(),
        "",
        "",
        estimate.monthly(),
        report,
    ));
    writeln!(out, "{}", table.trim_fmt())?;
    drivers(out, report, estimate)?;
    if explain {
        assumptions(out, estimate)?;
    }
    gaps(out, estimate)?;
    if estimate
        .resources
        .iter()
        .flat_map(|r| &r.line_items)
        .any(|i| i.confidence == "derived")
    {
        writeln!(
            out,
            "\n* derived price, published nowhere; --explain shows its range"
        )?;
    }
    closing(out, report)
}

/// Several environments: services side by side.
///
/// # Errors
/// Those of the writer.
pub fn several(
    out: &mut dyn Write,
    report: &EstimateReport<'_>,
    width: Option<u16>,
) -> io::Result<()> {
    writeln!(out, "expected, {} a month\n", report.currency.code)?;
    let mut header = vec!["service / resource".to_owned()];
    header.extend(report.estimates.iter().map(|e| e.environment.to_string()));
    let mut table = new_table(width, header, 0);
    let mut rows: BTreeMap<(String, String), Vec<Option<Usd>>> = BTreeMap::new();
    for (column, estimate) in report.estimates.iter().enumerate() {
        for (service, resources) in by_service(estimate) {
            let mut add = |key: (String, String), amount: Usd| {
                let row = rows
                    .entry(key)
                    .or_insert_with(|| vec![None; report.estimates.len()]);
                row[column] = Some(row[column].unwrap_or_default() + amount);
            };
            for (resource, items) in resources {
                let amount: Usd = items.iter().map(|i| i.monthly.expected).sum();
                add((service.to_owned(), String::new()), amount);
                add((service.to_owned(), resource.address.to_string()), amount);
            }
        }
    }
    for ((service, resource), cells) in rows {
        let name = if resource.is_empty() {
            service
        } else {
            format!("  {resource}")
        };
        let mut row = vec![Cell::new(name)];
        row.extend(
            cells
                .into_iter()
                .map(|c| right(c.map_or("-".to_owned(), |amount| money(amount, report.currency)))),
        );
        table.add_row(row);
    }
    type Pick = fn(&Range<Usd>) -> Usd;
    let picks: [(&str, Pick); 3] = [
        ("total, min", |r| r.min),
        ("total, expected", |r| r.expected),
        ("total, max", |r| r.max),
    ];
    for (name, pick) in picks {
        let mut row = vec![Cell::new(name)];
        row.extend(
            report
                .estimates
                .iter()
                .map(|e| right(money(pick(&e.monthly()), report.currency))),
        );
        table.add_row(row);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    for estimate in report.estimates {
        writeln!(
            out,
            "\n{}: {} priced, {} free, {} off by condition, {} unpriced",
            estimate.environment,
            estimate.resources.len(),
            estimate.free.len(),
            estimate.off.len(),
            estimate.unpriced.len()
        )?;
        gaps(out, estimate)?;
    }
    writeln!(out, "\n--env NAME shows every line of one environment")?;
    closing(out, report)
}

pub(super) fn new_table<T: Into<comfy_table::Row>>(
    width: Option<u16>,
    header: T,
    right_from: usize,
) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    table.force_no_tty();
    if let Some(width) = width {
        table.set_width(width);
    }
    for column in table.column_iter_mut().skip(right_from.max(1)) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn amounts(
    name: String,
    count: &str,
    price: &str,
    amount: Range<Usd>,
    report: &EstimateReport<'_>,
) -> Vec<Cell> {
    let money = |a: Usd| right(money(a, report.currency));
    vec![
        Cell::new(name),
        right(count.to_owned()),
        right(price.to_owned()),
        money(amount.min),
        money(amount.expected),
        money(amount.max),
    ]
}

/// Service to its resources with the items of that service.
fn by_service(estimate: &Estimate) -> BTreeMap<&str, Vec<(&PricedResource, Vec<&LineItem>)>> {
    let mut services: BTreeMap<&str, Vec<(&PricedResource, Vec<&LineItem>)>> = BTreeMap::new();
    for resource in &estimate.resources {
        for item in &resource.line_items {
            let list = services.entry(&item.service).or_default();
            match list.last_mut() {
                Some((last, items)) if last.address == resource.address => items.push(item),
                _ => list.push((resource, vec![item])),
            }
        }
    }
    services
}

fn drivers(
    out: &mut dyn Write,
    report: &EstimateReport<'_>,
    estimate: &Estimate,
) -> io::Result<()> {
    let total = estimate.monthly().expected;
    if total <= Usd::ZERO {
        return Ok(());
    }
    let mut all: Vec<(&PricedResource, Usd)> = estimate
        .resources
        .iter()
        .map(|r| (r, r.monthly().expected))
        .collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.address.cmp(&b.0.address)));
    writeln!(out, "\nlargest cost drivers:")?;
    for (resource, amount) in all.into_iter().take(5).filter(|(_, a)| *a > Usd::ZERO) {
        let share = (amount.0 / total.0 * rust_decimal::Decimal::ONE_HUNDRED).round_dp(1);
        writeln!(
            out,
            "  {share:>5} %  {:>10}  {}",
            money(amount, report.currency),
            resource.address
        )?;
    }
    Ok(())
}

fn assumptions(out: &mut dyn Write, estimate: &Estimate) -> io::Result<()> {
    writeln!(out, "\nassumptions:")?;
    for resource in &estimate.resources {
        writeln!(out, "  {}", resource.address)?;
        for item in &resource.line_items {
            for assumption in &item.assumptions {
                writeln!(out, "    {}: {assumption}", item.name)?;
            }
        }
    }
    Ok(())
}

fn gaps(out: &mut dyn Write, estimate: &Estimate) -> io::Result<()> {
    if estimate.unpriced.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nunpriced, and not in the total:")?;
    for gap in &estimate.unpriced {
        writeln!(
            out,
            "  {} ({}): {}",
            gap.address, gap.resource_type, gap.reason
        )?;
    }
    Ok(())
}

fn closing(out: &mut dyn Write, report: &EstimateReport<'_>) -> io::Result<()> {
    writeln!(out)?;
    for line in conditions(report) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
