//! Usage figures that make the estimate's quantities those of the bill.
//!
//! No table says which figure moves which usage type: the estimate is asked. Every figure is moved a little, and what
//! follows belongs to it. The figures of one usage type are then scaled together until the estimate has the billed
//! quantity, which is checked by estimating once more.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::Comparison;
use crate::estimate::{Context, estimate};
use crate::model::Deployment;
use crate::pricing::{HOURS_PER_MONTH, Range};
use crate::usage::{Figure, Usage};

/// A figure's place: whether under a type, the entry, the key.
type Place = (bool, Arc<str>, Arc<str>);
/// Service and usage type.
type Group = (String, String);

/// One usage type whose quantity the new figures meet, or do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibrated {
    /// Service code.
    pub service: String,
    /// Usage type.
    pub usage_type: String,
    /// The figures that were set.
    pub figures: Vec<NewFigure>,
    /// The billed quantity, scaled to a month of 730 hours.
    pub target: Decimal,
    /// What the estimate has with the new figures.
    pub reached: Decimal,
}

/// A figure that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFigure {
    /// The address, type or `data_transfer` that it stands under.
    pub entry: Arc<str>,
    /// Its key.
    pub key: Arc<str>,
    /// What was expected before; `None` where there was no figure.
    pub before: Option<Decimal>,
    /// What is expected now.
    pub now: Decimal,
}

impl NewFigure {
    fn new(place: &Place, before: Option<Decimal>, now: Decimal) -> Self {
        NewFigure {
            entry: Arc::clone(&place.1),
            key: Arc::clone(&place.2),
            before,
            now,
        }
    }
}

/// New usage and what was done.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// The whole usage file's figures, the new ones in their places.
    pub usage: Usage,
    /// What was set, by service and usage type.
    pub set: Vec<Calibrated>,
    /// Usage types that differ and that no figure moves: their quantity follows from the templates.
    pub fixed: Vec<Group>,
}

/// Differences below this share are no reason to change a figure.
const SAME: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
/// Steps of the search for a factor; one is enough where the quantity is linear in the figure.
const STEPS: usize = 12;

/// Works out the figures. Only `expected` is moved; `min` and `max` give way where they must, so that they stay in order.
pub fn calibrate(context: &Context<'_>, comparison: &Comparison) -> Calibration {
    let mut targets: BTreeMap<Group, Decimal> = BTreeMap::new();
    for line in &comparison.matched {
        if let Some(billed) = line.billed_quantity.filter(|q| !q.is_sign_negative())
            && comparison.hours > Decimal::ZERO
        {
            let month = billed.saturating_mul(HOURS_PER_MONTH) / comparison.hours;
            targets.insert((line.service.clone(), line.usage_type.clone()), month);
        }
    }
    let mut usage = context.usage.clone();
    let mut set = tasks(context, &mut usage, &targets);
    for done in &set {
        targets.remove(&(done.service.clone(), done.usage_type.clone()));
    }
    targets.retain(|(service, usage_type), _| {
        !(service == "AmazonECS" && usage_type.contains("Fargate"))
    });

    let drivers = drivers(context, &usage);
    let mut fixed = Vec::new();
    for (group, target) in targets {
        let before = quantity(context, &usage, &group);
        if close(before, target) {
            continue;
        }
        let places: Vec<&Place> = drivers
            .iter()
            .filter(|(_, main)| **main == group)
            .map(|(place, _)| place)
            .collect();
        let Some((changed, reached)) = solve(context, &usage, &places, &group, target) else {
            fixed.push(group);
            continue;
        };
        let figures = places
            .iter()
            .filter_map(|place| {
                let (old, new) = (value(&usage, place)?, value(&changed, place)?);
                (old != new).then(|| NewFigure::new(place, Some(old), new))
            })
            .collect();
        usage = changed;
        set.push(Calibrated {
            service: group.0,
            usage_type: group.1,
            figures,
            target,
            reached,
        });
    }
    Calibration { usage, set, fixed }
}

fn close(a: Decimal, b: Decimal) -> bool {
    (a - b).abs() <= a.abs().max(b.abs()) * SAME
}

/// Expected quantities a month by group, of all resources or of one.
fn quantities(
    context: &Context<'_>,
    usage: &Usage,
    only: Option<&str>,
) -> BTreeMap<Group, (Decimal, Decimal)> {
    let mut sums: BTreeMap<Group, (Decimal, Decimal)> = BTreeMap::new();
    for resource in &estimate(&Context { usage, ..*context }).resources {
        if only.is_some_and(|address| address != resource.address.as_str()) {
            continue;
        }
        for item in &resource.line_items {
            let sum = sums
                .entry((item.service.clone(), item.usage_type.clone()))
                .or_default();
            sum.0 = sum.0.saturating_add(item.quantity.expected);
            sum.1 = sum.1.saturating_add(item.monthly.expected.0);
        }
    }
    sums
}

fn quantity(context: &Context<'_>, usage: &Usage, group: &Group) -> Decimal {
    quantities(context, usage, None)
        .get(group)
        .map_or(Decimal::ZERO, |sum| sum.0)
}

fn value(usage: &Usage, (of_type, entry, key): &Place) -> Option<Decimal> {
    let entries = if *of_type {
        &usage.defaults
    } else {
        &usage.resources
    };
    Some(entries.get(entry)?.values.get(key)?.range.expected)
}

/// Sets a figure's expected value to what a usage file may hold: six places, nothing below zero.
fn put(usage: &mut Usage, (of_type, entry, key): &Place, value: Decimal) {
    let value = value.max(Decimal::ZERO).round_dp(6).normalize();
    let entries = if *of_type {
        &mut usage.defaults
    } else {
        &mut usage.resources
    };
    let figures = entries.entry(Arc::clone(entry)).or_default();
    let range = match figures.values.get(key) {
        Some(old) => Range {
            min: old.range.min.min(value),
            expected: value,
            max: old.range.max.max(value),
        },
        None => Range::flat(value),
    };
    let span = figures.values.get(key).and_then(|old| old.span);
    figures
        .values
        .insert(Arc::clone(key), Figure { range, span });
}

/// Each figure with the group whose cost it moves most.
fn drivers(context: &Context<'_>, usage: &Usage) -> BTreeMap<Place, Group> {
    let base = quantities(context, usage, None);
    let places = |of_type: bool, entries: &BTreeMap<Arc<str>, crate::usage::Figures>| {
        entries
            .iter()
            .flat_map(|(entry, figures)| {
                figures
                    .values
                    .keys()
                    .map(move |key| (of_type, Arc::clone(entry), Arc::clone(key)))
            })
            .collect::<Vec<Place>>()
    };
    let mut all = places(true, &usage.defaults);
    all.extend(places(false, &usage.resources));
    let mut found = BTreeMap::new();
    for place in all {
        let Some(old) = value(usage, &place) else {
            continue;
        };
        let mut moved = usage.clone();
        // Twice as much, or one in place of none.
        put(
            &mut moved,
            &place,
            if old.is_zero() {
                Decimal::ONE
            } else {
                old * Decimal::TWO
            },
        );
        let moved = quantities(context, &moved, None);
        let most = moved
            .iter()
            .map(|(group, (q, cost))| {
                let (q0, cost0) = base.get(group).copied().unwrap_or_default();
                (group, q - q0, (cost - cost0).abs())
            })
            .filter(|(_, dq, _)| !dq.is_zero())
            .max_by_key(|(_, _, dc)| *dc);
        if let Some((group, ..)) = most {
            found.insert(place, group.clone());
        }
    }
    found
}

/// Scales figures together until a group has its quantity. `None` where they cannot.
fn solve(
    context: &Context<'_>,
    usage: &Usage,
    places: &[&Place],
    group: &Group,
    target: Decimal,
) -> Option<(Usage, Decimal)> {
    let values: Vec<Decimal> = places.iter().filter_map(|p| value(usage, p)).collect();
    if places.is_empty() {
        return None;
    }
    // Figures of nothing cannot be scaled; a single one is set itself.
    let absolute = values.iter().all(Decimal::is_zero);
    if absolute && places.len() > 1 {
        return None;
    }
    let with = |x: Decimal| {
        let mut changed = usage.clone();
        for (place, value) in places.iter().zip(&values) {
            put(
                &mut changed,
                place,
                if absolute { x } else { value.saturating_mul(x) },
            );
        }
        let reached = quantity(context, &changed, group);
        (changed, reached)
    };
    // The secant through the last two: exact at once for a line, a few steps for a maximum of several lines.
    let (mut x0, mut x1) = (Decimal::ZERO, Decimal::ONE);
    let mut y0 = with(x0).1;
    let (mut best, mut y1) = with(x1);
    for _ in 0..STEPS {
        if close(y1, target) {
            break;
        }
        let slope = (y1 - y0).checked_div(x1 - x0).filter(|s| !s.is_zero())?;
        let next = (x1 + (target - y1) / slope).max(Decimal::ZERO);
        (x0, y0) = (x1, y1);
        x1 = next;
        (best, y1) = with(x1);
    }
    close(y1, target).then_some((best, y1))
}

/// Running tasks and their share on Spot of every Fargate service, from the vCPU-hours: the estimate has them from the
/// autoscaler's limits, with no figure that could be scaled. All services of one kind are scaled alike, since a bill
/// does not say whose a vCPU-hour is.
fn tasks(
    context: &Context<'_>,
    usage: &mut Usage,
    targets: &BTreeMap<Group, Decimal>,
) -> Vec<Calibrated> {
    let mut set = Vec::new();
    let vcpu: Vec<(&Group, bool)> = targets
        .keys()
        .filter(|(service, name)| service == "AmazonECS" && name.contains("vCPU-Hours"))
        .map(|group| (group, group.1.contains("SpotUsage-")))
        .collect();
    let sum = |spot: bool| {
        vcpu.iter()
            .filter(|(_, is_spot)| *is_spot == spot)
            .filter_map(|(group, _)| targets.get(*group))
            .fold(Decimal::ZERO, |a, b| a.saturating_add(*b))
    };
    let (on_demand, spot) = (sum(false), sum(true));
    let billed = on_demand + spot;
    let services: Vec<&str> = fargate_services(context.deployment);
    let now = vcpu_hours(context, usage, None);
    if billed.is_zero() || now.is_zero() || services.is_empty() {
        return set;
    }
    let before = usage.clone();
    let share: Place = (false, Arc::from(""), Arc::from("spot_share"));
    let running: Place = (false, Arc::from(""), Arc::from("running_tasks"));
    let at = |place: &Place, address: &str| (place.0, Arc::from(address), Arc::clone(&place.2));
    // How many tasks the estimate has of each: their hours over the hours of one.
    let mut counts: Vec<(&str, Decimal)> = Vec::new();
    for address in services {
        let hours = vcpu_hours(context, &before, Some(address));
        let mut one = before.clone();
        put(&mut one, &at(&running, address), Decimal::ONE);
        let of_one = vcpu_hours(context, &one, Some(address));
        if let Some(count) = hours.checked_div(of_one) {
            counts.push((address, count));
        }
    }
    let is_spot = !spot.is_zero() || vcpu_spot(context, &before);
    let with = |factor: Decimal| {
        let mut changed = before.clone();
        for (address, count) in &counts {
            put(&mut changed, &at(&running, address), *count * factor);
            if is_spot {
                put(&mut changed, &at(&share, address), spot / billed);
            }
        }
        let reached = vcpu_hours(context, &changed, None);
        (changed, reached)
    };
    let first = with(billed / now);
    // Deployments add task hours in proportion, so that one more step meets the sum.
    let (changed, _) = match first.1.is_zero() {
        true => first,
        false => with(billed / now * billed / first.1),
    };
    let reached = quantities(context, &changed, None);
    let mut figures = Vec::new();
    for (address, _) in &counts {
        for place in [at(&running, address), at(&share, address)] {
            if let Some(new) = value(&changed, &place)
                && value(&before, &place) != Some(new)
            {
                figures.push(NewFigure::new(&place, value(&before, &place), new));
            }
        }
    }
    for (group, _) in &vcpu {
        set.push(Calibrated {
            service: group.0.clone(),
            usage_type: group.1.clone(),
            // Said once, with the first.
            figures: std::mem::take(&mut figures),
            target: targets.get(*group).copied().unwrap_or_default(),
            reached: reached.get(*group).map_or(Decimal::ZERO, |sum| sum.0),
        });
    }
    *usage = changed;
    set
}

fn fargate_services(deployment: &Deployment) -> Vec<&str> {
    deployment
        .of_type("AWS::ECS::Service")
        .map(|service| service.address.as_str())
        .collect()
}

fn vcpu_hours(context: &Context<'_>, usage: &Usage, only: Option<&str>) -> Decimal {
    let all = quantities(context, usage, only);
    all.iter()
        .filter(|((service, name), _)| service == "AmazonECS" && name.contains("vCPU-Hours"))
        .fold(Decimal::ZERO, |sum, (_, (q, _))| sum.saturating_add(*q))
}

fn vcpu_spot(context: &Context<'_>, usage: &Usage) -> bool {
    let all = quantities(context, usage, None);
    all.iter()
        .any(|((_, name), (q, _))| name.contains("SpotUsage-") && !q.is_zero())
}
