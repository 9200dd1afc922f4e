//! Line items before and after.

use rust_decimal::Decimal;

use super::{Kind, kept};
use crate::estimate::{LineItem, PricedResource};
use crate::pricing::{Range, Usd};

/// One line item's difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// What is paid for.
    pub name: String,
    /// Service code of the price list.
    pub service: String,
    /// Usage type of the price list and of the bill.
    pub usage_type: String,
    /// Pricing unit.
    pub unit: String,
    /// What happened to it.
    pub kind: Kind,
    /// Pricing quantity a month, before and after.
    pub quantity: (Range<Decimal>, Range<Decimal>),
    /// List cost a month before.
    pub base: Range<Usd>,
    /// List cost a month after.
    pub head: Range<Usd>,
}

/// The line items that differ, those of the base first in their order.
pub(super) fn changed(
    base: Option<&PricedResource>,
    head: Option<&PricedResource>,
) -> Vec<LineChange> {
    fn items(side: Option<&PricedResource>) -> Vec<&LineItem> {
        side.map(|r| r.line_items.iter().collect())
            .unwrap_or_default()
    }
    let (before, mut after) = (items(base), items(head));
    let same = |a: &LineItem, b: &LineItem| {
        a.name == b.name && a.usage_type == b.usage_type && a.operation == b.operation
    };
    let mut found = Vec::new();
    for old in before {
        let new = after
            .iter()
            .position(|n| same(old, n))
            .map(|i| after.remove(i));
        if new.is_some_and(|n| n.monthly == old.monthly && n.quantity == old.quantity) {
            continue;
        }
        found.push(line(Some(old), new));
    }
    found.extend(after.iter().map(|new| line(None, Some(new))));
    found.into_iter().flatten().collect()
}

fn line(old: Option<&LineItem>, new: Option<&LineItem>) -> Option<LineChange> {
    let either = new.or(old)?;
    let monthly = |item: Option<&LineItem>| item.map(|i| kept(i.monthly)).unwrap_or_default();
    let quantity = |item: Option<&LineItem>| item.map(|i| i.quantity).unwrap_or_default();
    Some(LineChange {
        name: either.name.clone(),
        service: either.service.clone(),
        usage_type: either.usage_type.clone(),
        unit: either.unit.clone(),
        kind: match (old, new) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        },
        quantity: (quantity(old), quantity(new)),
        base: monthly(old),
        head: monthly(new),
    })
}
