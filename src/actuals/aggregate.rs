//! Sums rows by their group: memory grows with the groups, not with the rows.

use std::collections::HashMap;

use time::Date;

use super::fixed::Fixed;
use super::services;
use super::{Bill, BillRow, Charge, Month, Owner};
use crate::pricing::Usd;

/// One row of an export.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) service: &'a str,
    pub(super) usage_type: &'a str,
    pub(super) region: &'a str,
    pub(super) unit: &'a str,
    pub(super) charge: &'a str,
    pub(super) owner: Owner,
    /// The day as a Julian day number.
    pub(super) day: i32,
    pub(super) quantity: Fixed,
    pub(super) cost: Fixed,
}

/// The groups so far.
#[derive(Debug, Default)]
pub(super) struct Aggregate {
    groups: HashMap<Vec<u8>, (Fixed, Fixed)>,
    key: Vec<u8>,
    read: u64,
}

/// Ends a text within a key; no text of a bill has it.
const END: u8 = 0;

impl Aggregate {
    /// Counts a row that belongs to another month.
    pub(super) fn skip(&mut self) {
        self.read += 1;
    }

    pub(super) fn add(&mut self, record: &Record<'_>) {
        self.read += 1;
        // One buffer for all rows: a row of a known group allocates nothing.
        self.key.clear();
        self.key.extend(record.day.to_le_bytes());
        self.key.push(match record.owner {
            Owner::Environment => 0,
            Owner::Untagged => 1,
            Owner::Other => 2,
        });
        let texts = [
            record.service,
            record.usage_type,
            record.region,
            record.unit,
            record.charge,
        ];
        for text in texts {
            self.key.extend(text.as_bytes());
            self.key.push(END);
        }
        if let Some((quantity, cost)) = self.groups.get_mut(&self.key) {
            quantity.add(record.quantity);
            cost.add(record.cost);
        } else {
            let sums = (record.quantity, record.cost);
            self.groups.insert(self.key.clone(), sums);
        }
    }

    /// The bill, in the order of its groups' texts.
    pub(super) fn finish(self, month: Month) -> Bill {
        let mut rows: Vec<BillRow> = self
            .groups
            .into_iter()
            .filter_map(|(key, (quantity, cost))| row(&key, quantity, cost))
            // A charge of the month's bill may be for a day of another month; it has no place among this one's days.
            .map(|mut row| {
                row.day = row.day.filter(|day| month.contains(*day));
                row
            })
            .collect();
        rows.sort_by(|a, b| {
            let key = |r: &BillRow| {
                (
                    r.owner,
                    r.charge.clone(),
                    r.service.clone(),
                    r.usage_type.clone(),
                    r.region.clone(),
                    r.unit.clone(),
                    r.day,
                )
            };
            key(a).cmp(&key(b))
        });
        Bill {
            rows,
            read: self.read,
            notes: Vec::new(),
        }
    }
}

fn row(key: &[u8], quantity: Fixed, cost: Fixed) -> Option<BillRow> {
    let (day, rest) = key.split_first_chunk::<4>()?;
    let (owner, rest) = rest.split_first()?;
    let mut texts = rest.split(|b| *b == END).map(String::from_utf8_lossy);
    let mut text = || texts.next().map(|t| t.into_owned());
    let (service, usage_type) = (text()?, text()?);
    Some(BillRow {
        service: services::code(&service, &usage_type),
        usage_type,
        region: text()?,
        unit: text()?,
        charge: Charge::parse(&text()?),
        owner: [Owner::Environment, Owner::Untagged, Owner::Other][usize::from(*owner).min(2)],
        day: Date::from_julian_day(i32::from_le_bytes(*day)).ok(),
        quantity: Some(quantity.decimal()),
        cost: Usd(cost.decimal()),
    })
}
