//! What an offer makes of the book that was there.

use std::collections::BTreeSet;

use super::{GLOBAL, Offer};
use crate::pricing::{Changes, PriceBook, Row, derive_london_arm_spot};

/// What of the book an offer stands for.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Only these regions; empty for every region of the offer.
    pub regions: Vec<String>,
    /// The file holds only some of the service's prices: keep those that it does not have.
    pub keep: bool,
    /// The usage types that were asked for, where single ones were: one that has no price any more goes, all others stay.
    pub asked: Option<BTreeSet<String>>,
}

/// One price file as it will be.
#[derive(Clone, Debug)]
pub struct Update {
    /// Region, or `global`.
    pub region: String,
    /// All its rows, those of other services too, in order.
    pub rows: Vec<Row>,
    /// What changes for the service.
    pub changes: Changes,
}

/// The price files that an offer changes, in order of region.
///
/// A service's rows of a region are replaced whole, so that a price that AWS dropped goes. Fargate Spot stays: it is in
/// no offer file. So do prices without a region, unless the offer has nothing else: a region's file repeats only some.
pub fn updates(book: &PriceBook, offer: &Offer, scope: &Scope) -> Vec<Update> {
    let is_global = offer.files.keys().all(|region| region == GLOBAL);
    let mut updates = Vec::new();
    for (region, imported) in &offer.files {
        if !scope.regions.is_empty() && region != GLOBAL && !scope.regions.contains(region) {
            continue;
        }
        let before: Vec<Row> = book.rows(region).collect();
        let keep = scope.keep || (region == GLOBAL && !is_global);
        let kept = |row: &Row| match &scope.asked {
            Some(asked) => !asked.contains(&row.usage_type),
            None => keep,
        };
        let mut rows = merged(&before, imported, &offer.service, kept);
        if region == "eu-west-2" && offer.service == "AmazonECS" {
            derive_london_arm_spot(&mut rows);
        }
        let of_service = |rows: &[Row]| -> Vec<Row> {
            rows.iter()
                .filter(|row| row.service == offer.service)
                .cloned()
                .collect()
        };
        updates.push(Update {
            region: region.clone(),
            changes: Changes::between(&of_service(&before), &of_service(&rows)),
            rows,
        });
    }
    updates
}

fn merged(
    before: &[Row],
    imported: &[Row],
    service: &str,
    keep: impl Fn(&Row) -> bool,
) -> Vec<Row> {
    let key = |row: &Row| (row.usage_type.clone(), row.operation.clone());
    let there: BTreeSet<_> = imported.iter().map(key).collect();
    let is_spot = |row: &Row| row.usage_type.contains("SpotUsage-Fargate");
    let mut rows: Vec<Row> = before
        .iter()
        .filter(|row| {
            row.service != service || (!there.contains(&key(row)) && (keep(row) || is_spot(row)))
        })
        .chain(imported)
        .cloned()
        .collect();
    rows.sort_by_key(Row::order);
    rows
}
