//! How far each usage figure moves the expected total when it alone goes from its lowest to its highest.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Context, estimate};
use crate::pricing::{Range, Usd};

/// One usage figure and what it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swing {
    /// The address, type or `data_transfer` that the figure stands under.
    pub entry: Arc<str>,
    /// Its key.
    pub key: Arc<str>,
    /// The figure.
    pub figure: Range<Decimal>,
    /// The expected total a month with the figure at its lowest, as it is expected, and at its highest.
    pub total: Range<Usd>,
}

impl Swing {
    /// The width: from the cheapest of the three totals to the dearest.
    pub fn width(&self) -> Usd {
        let all = [self.total.min, self.total.expected, self.total.max];
        let top = all.into_iter().max().unwrap_or_default();
        let bottom = all.into_iter().min().unwrap_or_default();
        top - bottom
    }
}

/// The figures that move the expected total, widest first. Everything else stays as expected.
pub fn sensitivity(context: &Context<'_>) -> Vec<Swing> {
    let expected = estimate(context).monthly().expected;
    let usage = context.usage;
    let entries = usage
        .defaults
        .iter()
        .map(|e| (true, e))
        .chain(usage.resources.iter().map(|e| (false, e)));
    let mut swings = Vec::new();
    for (of_type, (entry, figures)) in entries {
        for (key, figure) in &figures.values {
            if figure.range.min == figure.range.max {
                continue;
            }
            let with = |value: Decimal| {
                let mut changed = usage.clone();
                let entries = if of_type {
                    &mut changed.defaults
                } else {
                    &mut changed.resources
                };
                if let Some(figure) = entries.get_mut(entry).and_then(|e| e.values.get_mut(key)) {
                    figure.range = Range::flat(value);
                }
                let context = Context {
                    usage: &changed,
                    ..*context
                };
                estimate(&context).monthly().expected
            };
            let swing = Swing {
                entry: Arc::clone(entry),
                key: Arc::clone(key),
                figure: figure.range,
                total: Range {
                    min: with(figure.range.min),
                    expected,
                    max: with(figure.range.max),
                },
            };
            if swing.width() > Usd::ZERO {
                swings.push(swing);
            }
        }
    }
    swings.sort_by(|a, b| {
        b.width()
            .cmp(&a.width())
            .then_with(|| (&a.entry, &a.key).cmp(&(&b.entry, &b.key)))
    });
    swings
}
