//! What differs between two states of a price book.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Row;

/// The differences of two lists of rows. Price, unit and tier bounds count; a new date or SKU of the same price does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Prices that were not there.
    pub new: Vec<Row>,
    /// Prices that are no longer there.
    pub gone: Vec<Row>,
    /// Before and after.
    pub changed: Vec<(Row, Row)>,
    /// How many are as they were.
    pub same: usize,
}

impl Changes {
    /// From `before` to `after`.
    pub fn between(before: &[Row], after: &[Row]) -> Self {
        let mut old: BTreeMap<_, &Row> = before.iter().map(|row| (row.order(), row)).collect();
        let mut changes = Changes::default();
        for row in after {
            match old.remove(&row.order()) {
                None => changes.new.push(row.clone()),
                Some(was) if (was.price, was.end, &was.unit) == (row.price, row.end, &row.unit) => {
                    changes.same += 1;
                }
                Some(was) => changes.changed.push((was.clone(), row.clone())),
            }
        }
        changes.gone = old.into_values().cloned().collect();
        changes
    }

    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.changed.is_empty()
    }
}

/// By how many percent a price changed; `None` from zero, where there is no ratio.
pub fn percent(before: Decimal, after: Decimal) -> Option<Decimal> {
    (after - before)
        .checked_div(before)
        .map(|ratio| ratio.saturating_mul(Decimal::ONE_HUNDRED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(usage_type: &str, price: i64, unit: &str) -> Row {
        let line = format!(
            "S\t{usage_type}\t\t0\tInf\t{unit}\t{}\t\t\tX\t2026-01-01\teffective\thigh\t\tk\t",
            Decimal::new(price, 2)
        );
        Row::parse(&line).expect("a row")
    }

    #[test]
    fn tells_new_gone_and_changed_apart() {
        let before = [row("a", 10, "GB"), row("b", 20, "GB"), row("c", 30, "GB")];
        let mut redated = row("a", 10, "GB");
        redated.date = "2026-02-01".to_owned();
        let after = [redated, row("b", 25, "GB"), row("d", 40, "GB")];
        let changes = Changes::between(&before, &after);
        assert_eq!(changes.same, 1);
        assert_eq!(changes.changed, [(before[1].clone(), after[1].clone())]);
        assert_eq!(changes.new, [after[2].clone()]);
        assert_eq!(changes.gone, [before[2].clone()]);
        // (0.25 − 0.20) / 0.20 = 25 %
        assert_eq!(
            percent(before[1].price, after[1].price),
            Some(Decimal::from(25))
        );
        assert_eq!(percent(Decimal::ZERO, Decimal::ONE), None);
        // The same figure for another unit is another price.
        assert!(
            !Changes::between(
                &before,
                &[
                    row("a", 10, "GB-Mo"),
                    row("b", 20, "GB"),
                    row("c", 30, "GB")
                ]
            )
            .is_empty()
        );
    }
}
