//! The CSV that Cost Explorer's console downloads: a column for each usage type, a row for each day or month.
//!
//! ```text
//! "Usage type","EUW2-NatGateway-Hours($)","EUW2-NatGateway-Hours(Hrs)","Total costs($)"
//! "Usage type total","72.00","1440","72.00"
//! "2026-10-01","2.40","48","2.40"
//! ```
//!
//! It names no service, no tag and no kind of charge: what it was filtered by, it does not say.

use std::io::Read;

use csv::{Reader, StringRecord};
use time::Date;
use time::macros::format_description;

use crate::actuals::fixed::Fixed;
use crate::actuals::{Bill, BillRow, Charge, Owner, Query};
use crate::pricing::Usd;

/// Whether a file begins as Cost Explorer's do.
pub(super) fn is_pivot(header: &StringRecord) -> bool {
    let first = header.get(0).unwrap_or_default().to_ascii_lowercase();
    // The answer of the SQL begins with `service` too, but its other columns have no unit in brackets.
    let has_amounts = header.iter().skip(1).any(|title| title.ends_with(')'));
    has_amounts
        && matches!(
            &*first,
            "usage type" | "usagetype" | "service" | "start date"
        )
}

/// `EUW2-NatGateway-Hours($)` as the usage type and the unit.
fn column(title: &str) -> Option<(&str, &str)> {
    let (name, unit) = title.strip_suffix(')')?.rsplit_once('(')?;
    (!name.starts_with("Total ")).then_some((name.trim(), unit))
}

pub(super) fn read(
    header: &StringRecord,
    mut rows: Reader<Box<dyn Read>>,
    query: &Query,
) -> Result<Bill, String> {
    if header
        .get(0)
        .is_some_and(|first| first.eq_ignore_ascii_case("service"))
    {
        return Err("is grouped by service; download it grouped by usage type, which the estimate's lines have".to_owned());
    }
    let columns: Vec<Option<(&str, &str)>> = header.iter().map(column).collect();
    let mut bill = Bill::default();
    let mut dates = 0;
    for row in rows.records() {
        let row = row.map_err(|e| e.to_string())?;
        bill.read += 1;
        let line = row.position().map_or(0, csv::Position::line);
        let first = row.get(0).unwrap_or_default();
        let Ok(day) = Date::parse(
            first.get(..10).unwrap_or_default(),
            format_description!("[year]-[month]-[day]"),
        ) else {
            // The row of totals comes before the days.
            continue;
        };
        if !query.month.contains(day) {
            continue;
        }
        dates += 1;
        for (place, title) in columns.iter().enumerate() {
            let (Some((usage_type, "$")), Some(amount)) = (title, row.get(place)) else {
                continue;
            };
            if amount.is_empty() {
                continue;
            }
            let number = |text: &str| {
                Fixed::from_text(text)
                    .map(Fixed::decimal)
                    .ok_or_else(|| format!("line {line}: '{text}' is no number"))
            };
            let used = columns
                .iter()
                .enumerate()
                .find_map(|(i, other)| match other {
                    Some((name, unit)) if name == usage_type && *unit != "$" => Some((i, *unit)),
                    _ => None,
                });
            let quantity = match used {
                Some((i, _)) => Some(number(row.get(i).unwrap_or_default())?),
                None => None,
            };
            bill.rows.push(BillRow {
                service: String::new(),
                usage_type: (*usage_type).to_owned(),
                region: String::new(),
                unit: used.map(|(_, unit)| unit.to_owned()).unwrap_or_default(),
                charge: Charge::Usage,
                owner: Owner::Environment,
                day: Some(day),
                quantity,
                cost: Usd(number(amount)?),
            });
        }
    }
    if dates == 1 {
        // One row is the sum of the month.
        for row in &mut bill.rows {
            row.day = None;
        }
    }
    bill.notes.push(format!(
        "Cost Explorer's CSV does not say what it was filtered by: it is taken for usage with tag {} = {}",
        query.tag, query.value
    ));
    Ok(bill)
}
