//! A bill beside an estimate, line by line.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use time::Date;

use super::{Bill, BillRow, Charge, Owner, Query};
use crate::estimate::{Estimate, times};
use crate::pricing::{HOURS_PER_MONTH, Usd};

/// One service's usage type, estimated and billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Service code.
    pub service: String,
    /// Usage type.
    pub usage_type: String,
    /// Unit of the quantities.
    pub unit: String,
    /// Whose lines they are.
    pub addresses: Vec<String>,
    /// Expected quantity in the hours that the bill covers.
    pub estimated_quantity: Decimal,
    /// Expected cost in those hours.
    pub estimated: Usd,
    /// Billed quantity; `None` where the bill has amounts only.
    pub billed_quantity: Option<Decimal>,
    /// Billed cost.
    pub billed: Usd,
    /// What more or less usage makes of the difference, at the estimate's price: `(q_billed − q_estimated) × p_estimated`.
    pub by_quantity: Option<Usd>,
    /// What is left, which is the price's: `q_billed × (p_billed − p_estimated)`. Both together are the difference.
    pub by_rate: Option<Usd>,
}

impl Matched {
    /// Billed less estimated.
    pub fn difference(&self) -> Usd {
        self.billed - self.estimated
    }
}

/// Billed, and no line of the estimate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexplained {
    /// Service code, or the bill's name.
    pub service: String,
    /// Usage type.
    pub usage_type: String,
    /// Region, where the bill names one.
    pub region: String,
    /// Unit.
    pub unit: String,
    /// Quantity, where the bill has one.
    pub quantity: Option<Decimal>,
    /// Cost.
    pub cost: Usd,
    /// Whether the estimate has this service and usage type (for rows without the tag), or several services with it.
    pub in_estimate: bool,
}

/// Estimated, and not billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Service code.
    pub service: String,
    /// Usage type.
    pub usage_type: String,
    /// Whose lines they are.
    pub addresses: Vec<String>,
    /// Expected cost in the hours that the bill covers.
    pub estimated: Usd,
}

/// Charges that are no usage, by their kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// `Credit`, `Refund`, `Tax`, …
    pub charge: String,
    /// Whose.
    pub owner: Owner,
    /// Their sum.
    pub cost: Usd,
}

/// An environment's month, billed against estimated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The environment.
    pub environment: String,
    /// What was asked.
    pub query: Query,
    /// Hours that the bill covers.
    pub hours: Decimal,
    /// Days over so far in the month.
    pub days: usize,
    /// Days of those without any usage of the environment.
    pub missing: Vec<Date>,
    /// Billed without a line of the estimate, dearest first.
    pub unexplained: Vec<Unexplained>,
    /// Billed and estimated, widest difference first.
    pub matched: Vec<Matched>,
    /// Estimated without a billed row, dearest first.
    pub absent: Vec<Absent>,
    /// Usage without the tag, dearest first.
    pub untagged: Vec<Unexplained>,
    /// What was left out.
    pub excluded: Vec<Excluded>,
    /// Usage of other values of the tag.
    pub others: Usd,
    /// The whole estimate in the hours that the bill covers.
    pub estimated: Usd,
    /// All usage of the environment.
    pub billed: Usd,
}

impl Comparison {
    /// The factor from a month of 730 hours to the hours that the bill covers.
    pub fn share(&self) -> Decimal {
        self.hours / HOURS_PER_MONTH
    }
}

/// What is summed under one service and usage type.
#[derive(Default)]
struct Sum {
    region: String,
    unit: String,
    quantity: Option<Decimal>,
    cost: Usd,
}

impl Sum {
    fn add(&mut self, row: &BillRow, first: bool) {
        if first {
            self.region.clone_from(&row.region);
            self.unit.clone_from(&row.unit);
            self.quantity = row.quantity;
        } else {
            self.quantity = self
                .quantity
                .zip(row.quantity)
                .map(|(a, b)| a.saturating_add(b));
            if self.region != row.region {
                self.region.clear();
            }
        }
        self.cost += row.cost;
    }
}

type Key = (String, String);

/// Sums rows by service and usage type.
fn sums<'a>(rows: impl Iterator<Item = &'a BillRow>) -> BTreeMap<Key, Sum> {
    let mut sums: BTreeMap<Key, Sum> = BTreeMap::new();
    for row in rows {
        let key = (row.service.clone(), row.usage_type.clone());
        let first = !sums.contains_key(&key);
        sums.entry(key).or_default().add(row, first);
    }
    sums
}

/// The estimate's lines of one service and usage type, a month.
#[derive(Default)]
struct Estimated {
    unit: String,
    unit_price: Decimal,
    quantity: Decimal,
    cost: Usd,
    addresses: BTreeSet<String>,
}

fn estimated(estimate: &Estimate) -> BTreeMap<Key, Estimated> {
    let mut groups: BTreeMap<Key, Estimated> = BTreeMap::new();
    for resource in &estimate.resources {
        for item in &resource.line_items {
            let key = (item.service.clone(), item.usage_type.clone());
            let group = groups.entry(key).or_default();
            if group.addresses.is_empty() {
                group.unit.clone_from(&item.unit);
                group.unit_price = item.unit_price;
            }
            group.quantity = group.quantity.saturating_add(item.quantity.expected);
            group.cost += item.monthly.expected;
            group.addresses.insert(resource.address.to_string());
        }
    }
    groups
}

/// Compares. Pure; `today` decides which days of the month are over.
pub fn compare(estimate: &Estimate, bill: &Bill, query: &Query, today: Date) -> Comparison {
    let is_usage = |row: &&BillRow| row.charge == Charge::Usage;
    // What is billed for the day that runs is not whole.
    let over = |row: &&BillRow| row.day.is_none_or(|day| day < today);
    let usage = || bill.rows.iter().filter(is_usage).filter(over);
    let of = |owner: Owner| usage().filter(move |row| row.owner == owner);

    let days = query.month.days_over(today);
    let (missing, hours) = covered(&days, of(Owner::Environment));
    let share = hours / HOURS_PER_MONTH;

    let mut estimated = estimated(estimate);
    let total = estimate.monthly().expected * share;
    let mut matched = Vec::new();
    let mut unexplained = Vec::new();
    let mut billed = Usd::ZERO;
    for ((service, usage_type), sum) in sums(of(Owner::Environment)) {
        billed += sum.cost;
        let key = key_in(&estimated, &service, &usage_type);
        match key.and_then(|key| Some((estimated.get(&key)?, key))) {
            Some((line, key)) => matched.push(row(key, line, &sum, share)),
            None => unexplained.push(entry(service, usage_type, sum, false)),
        }
    }
    let untagged = sums(of(Owner::Untagged))
        .into_iter()
        .filter(|(_, sum)| !sum.cost.0.is_zero())
        .map(|((service, usage_type), sum)| {
            let known = key_in(&estimated, &service, &usage_type).is_some();
            entry(service, usage_type, sum, known)
        });
    let mut untagged: Vec<Unexplained> = untagged.collect();
    for line in &matched {
        estimated.remove(&(line.service.clone(), line.usage_type.clone()));
    }
    let mut absent: Vec<Absent> = estimated
        .into_iter()
        .filter(|(_, line)| !line.cost.0.is_zero())
        .map(|((service, usage_type), line)| Absent {
            service,
            usage_type,
            addresses: line.addresses.into_iter().collect(),
            estimated: line.cost * share,
        })
        .collect();
    // A stable order for equal amounts is that of service and usage type, in which they were made.
    unexplained.sort_by_key(|row| std::cmp::Reverse(row.cost));
    untagged.sort_by_key(|row| std::cmp::Reverse(row.cost));
    absent.sort_by_key(|row| std::cmp::Reverse(row.estimated));
    matched.sort_by_key(|row: &Matched| std::cmp::Reverse(row.difference().0.abs()));
    Comparison {
        environment: estimate.environment.to_string(),
        query: query.clone(),
        hours,
        days: days.len(),
        missing,
        unexplained,
        matched,
        absent,
        untagged,
        excluded: excluded(bill),
        others: of(Owner::Other).map(|row| row.cost).sum(),
        estimated: total,
        billed,
    }
}

/// The days without a row, and the hours of the others. A bill of whole months covers all days.
fn covered<'a>(days: &[Date], rows: impl Iterator<Item = &'a BillRow>) -> (Vec<Date>, Decimal) {
    let mut seen = BTreeSet::new();
    let mut whole = false;
    for row in rows {
        match row.day {
            Some(day) => {
                seen.insert(day);
            }
            None => whole = true,
        }
    }
    let missing: Vec<Date> = days
        .iter()
        .filter(|day| !whole && !seen.contains(day))
        .copied()
        .collect();
    let hours = Decimal::from((days.len() - missing.len()) * 24);
    (missing, hours)
}

/// The key of the estimate's lines for a billed row. A bill without services has a usage type's only service.
fn key_in(estimated: &BTreeMap<Key, Estimated>, service: &str, usage_type: &str) -> Option<Key> {
    if !service.is_empty() {
        let key = (service.to_owned(), usage_type.to_owned());
        return estimated.contains_key(&key).then_some(key);
    }
    let mut found = estimated.keys().filter(|(_, other)| other == usage_type);
    match (found.next(), found.next()) {
        (Some(key), None) => Some(key.clone()),
        _ => None,
    }
}

fn entry(service: String, usage_type: String, sum: Sum, in_estimate: bool) -> Unexplained {
    Unexplained {
        service,
        usage_type,
        region: sum.region,
        unit: sum.unit,
        quantity: sum.quantity,
        cost: sum.cost,
        in_estimate,
    }
}

fn row((service, usage_type): Key, line: &Estimated, sum: &Sum, share: Decimal) -> Matched {
    let estimated_quantity = times(line.quantity, share);
    let estimated = line.cost * share;
    // The mean price over the tiers; a line of nothing has its list price.
    let price = line
        .cost
        .0
        .checked_div(line.quantity)
        .unwrap_or(line.unit_price);
    let by_quantity = sum
        .quantity
        .map(|billed| Usd(times(billed.saturating_sub(estimated_quantity), price)));
    Matched {
        service,
        usage_type,
        unit: line.unit.clone(),
        addresses: line.addresses.iter().cloned().collect(),
        estimated_quantity,
        estimated,
        billed_quantity: sum.quantity,
        billed: sum.cost,
        by_quantity,
        // By subtraction, so that nothing is left over.
        by_rate: by_quantity.map(|part| sum.cost - estimated - part),
    }
}

fn excluded(bill: &Bill) -> Vec<Excluded> {
    let mut sums: BTreeMap<(Owner, String), Usd> = BTreeMap::new();
    for row in &bill.rows {
        if let (Charge::Else(name), Owner::Environment | Owner::Untagged) = (&row.charge, row.owner)
        {
            *sums.entry((row.owner, name.clone())).or_default() += row.cost;
        }
    }
    sums.into_iter()
        .map(|((owner, charge), cost)| Excluded {
            charge,
            owner,
            cost,
        })
        .collect()
}

/// Names the days as ranges: `2026-10-03, 2026-10-07 to 2026-10-09`.
pub fn day_ranges(days: &[Date]) -> String {
    let mut runs: Vec<(Date, Date)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if last.next_day() == Some(*day) => *last = *day,
            _ => runs.push((*day, *day)),
        }
    }
    let texts = runs.iter().map(|(from, to)| match from == to {
        true => from.to_string(),
        false => format!("{from} to {to}"),
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// What to do about a bill that has no usage of the environment.
pub fn no_usage(query: &Query, bill: &Bill) -> String {
    let count = |owner| bill.rows.iter().filter(|r| r.owner == owner).count();
    format!(
        "no usage in {} with tag {} = {}; there are {} sums without the tag and {} with other values. Give --month, --tag and --tag-value as the bill has them; a tag counts from the day it is activated for cost allocation",
        query.month,
        query.tag,
        query.value,
        count(Owner::Untagged),
        count(Owner::Other)
    )
}
