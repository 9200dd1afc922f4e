//! For programs: exact amounts as text, in the report's currency.

use std::io::{self, Write};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::ActualsReport;
use crate::actuals::Unexplained;
use crate::pricing::Usd;
use crate::report::exact;

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn json(out: &mut dyn Write, report: &ActualsReport<'_>) -> io::Result<()> {
    let c = report.comparison;
    let money = |amount: Usd| exact(report.currency.convert(amount));
    let maybe = |amount: Option<Usd>| amount.map(money);
    let number = |amount: Option<Decimal>| amount.map(exact);
    let row = |r: &Unexplained| {
        json!({
            "service": r.service, "usage_type": r.usage_type, "region": r.region, "unit": r.unit,
            "quantity": number(r.quantity), "billed": money(r.cost), "in_estimate": r.in_estimate,
        })
    };
    let matched = c.matched.iter().map(|r| {
        json!({
            "service": r.service, "usage_type": r.usage_type, "unit": r.unit, "addresses": r.addresses,
            "quantity": { "estimated": exact(r.estimated_quantity), "billed": number(r.billed_quantity) },
            "estimated": money(r.estimated), "billed": money(r.billed), "difference": money(r.difference()),
            "by_quantity": maybe(r.by_quantity), "by_price": maybe(r.by_rate),
        })
    });
    let absent = c.absent.iter().map(|r| {
        json!({ "service": r.service, "usage_type": r.usage_type, "addresses": r.addresses, "estimated": money(r.estimated) })
    });
    let excluded = c
        .excluded
        .iter()
        .map(|r| json!({ "charge": r.charge, "owner": r.owner.as_str(), "amount": money(r.cost) }));
    let missing: Vec<String> = c.missing.iter().map(ToString::to_string).collect();
    let whole = json!({
        "schema_version": "1",
        "currency": report.currency.code,
        "environment": c.environment,
        "month": c.query.month.to_string(),
        "tag": { "key": c.query.tag, "value": c.query.value },
        "source": report.source,
        "hours": exact(c.hours),
        "days": c.days,
        "missing_days": missing,
        "estimated": money(c.estimated),
        "billed": money(c.billed),
        "difference": money(c.billed - c.estimated),
        "unexplained": c.unexplained.iter().map(row).collect::<Vec<Value>>(),
        "matched": matched.collect::<Vec<Value>>(),
        "absent": absent.collect::<Vec<Value>>(),
        "untagged": c.untagged.iter().map(row).collect::<Vec<Value>>(),
        "excluded": excluded.collect::<Vec<Value>>(),
        "other_environments": money(c.others),
        "forecast": maybe(report.forecast),
        "requests": report.spent.map(|(n, cost)| json!({ "count": n, "usd": exact(cost.0) })),
        "rows_read": report.bill.read,
        "notes": report.bill.notes,
    });
    serde_json::to_writer_pretty(&mut *out, &whole).map_err(io::Error::from)?;
    writeln!(out)
}
