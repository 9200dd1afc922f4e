//! CUR 2.0, FOCUS 1.2 and the answer of the SQL as CSV.

use std::collections::HashMap;
use std::io::Read;

use csv::{Reader, StringRecord};
use time::Date;
use time::macros::format_description;

use crate::actuals::aggregate::{Aggregate, Record};
use crate::actuals::fixed::Fixed;
use crate::actuals::layout::{ANSWER, Layout};
use crate::actuals::{Owner, Query, tags};

/// How many different texts of tags are remembered.
const REMEMBERED: usize = 10_000;

/// Where the columns stand.
struct Columns {
    layout: &'static Layout,
    header: StringRecord,
}

impl Columns {
    fn get<'r>(&self, row: &'r StringRecord, name: &str) -> Option<&'r str> {
        row.get(self.header.iter().position(|c| c == name)?)
    }
}

pub(super) fn read(
    header: &StringRecord,
    mut rows: Reader<Box<dyn Read>>,
    query: &Query,
    sums: &mut Aggregate,
) -> Result<(), String> {
    let layout = Layout::of(header.iter())?;
    let at = Columns {
        layout,
        header: header.clone(),
    };
    let place = |name: &str| header.iter().position(|c| c == name);
    let needed = |name: &str| place(name).ok_or_else(|| format!("has no column {name}"));
    let (service, usage_type) = (needed(layout.service)?, needed(layout.usage_type)?);
    let (charge, tag) = (needed(layout.charge)?, needed(layout.tags)?);
    let (start, quantity, cost) = (
        needed(layout.start)?,
        needed(layout.quantity)?,
        needed(layout.cost)?,
    );
    let (region, unit) = (place(layout.region), place(layout.unit));
    let period = layout.period.and_then(place);
    let class = layout.class.and_then(place);
    let currency = layout.currency.and_then(place);
    let month = query.month.to_string();
    let mut owners: HashMap<String, Owner> = HashMap::new();
    let mut days: HashMap<String, i32> = HashMap::new();
    let mut row = StringRecord::new();
    while rows.read_record(&mut row).map_err(|e| e.to_string())? {
        let line = row.position().map_or(0, csv::Position::line);
        let text = |column: usize| row.get(column).unwrap_or_default();
        let optional = |column: Option<usize>| column.map(text).unwrap_or_default();
        if text(start).is_empty() && text(usage_type).is_empty() && row.len() < header.len() {
            return Err(format!("line {line} is cut off"));
        }
        let of = period.map_or_else(|| text(start), text);
        if !of.starts_with(&month) {
            sums.skip();
            continue;
        }
        if !matches!(optional(currency), "" | "USD") {
            return Err(format!(
                "line {line}: amounts in {}; only bills in USD are compared",
                optional(currency)
            ));
        }
        let day = match days.get(text(start)) {
            Some(day) => *day,
            None => {
                let day = day_of(text(start))
                    .ok_or_else(|| format!("line {line}: '{}' is no date", text(start)))?;
                days.insert(text(start).to_owned(), day);
                day
            }
        };
        let kind = match optional(class) {
            "Correction" => "Correction",
            _ => text(charge),
        };
        let covered = layout.covered.iter().find(|(of, _)| *of == kind);
        let amount = covered
            .and_then(|(_, column)| at.get(&row, column))
            .filter(|amount| !amount.is_empty())
            .unwrap_or(text(cost));
        let number = |text: &str| {
            Fixed::from_text(text).ok_or_else(|| format!("line {line}: '{text}' is no number"))
        };
        sums.add(&Record {
            service: text(service),
            usage_type: text(usage_type),
            region: optional(region),
            unit: optional(unit),
            charge: kind,
            owner: owner(at.layout, text(tag), query, &mut owners)
                .ok_or_else(|| format!("line {line}: '{}' is no owner", text(tag)))?,
            day,
            quantity: number(text(quantity))?,
            cost: number(amount)?,
        });
    }
    Ok(())
}

/// Whose a row is. Resources have few different sets of tags, and a set is read once.
fn owner(
    layout: &Layout,
    text: &str,
    query: &Query,
    known: &mut HashMap<String, Owner>,
) -> Option<Owner> {
    if layout.name == ANSWER.name {
        return Owner::parse(text);
    }
    if let Some(owner) = known.get(text) {
        return Some(*owner);
    }
    let owner = tags::owner_of_json(text, query);
    if known.len() < REMEMBERED {
        known.insert(text.to_owned(), owner);
    }
    Some(owner)
}

/// The day of `2026-10-01`, `2026-10-01T00:00:00Z` or `2026-10-01 00:00:00.000`.
fn day_of(text: &str) -> Option<i32> {
    Date::parse(text.get(..10)?, format_description!("[year]-[month]-[day]"))
        .ok()
        .map(Date::to_julian_day)
}
