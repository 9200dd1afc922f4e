//! What drives the cost: the dearest resources, where the ceiling comes from, and what usage moves.

use maud::{Markup, html};

use super::{Page, chart, count, share, table};
use crate::estimate::{Estimate, PricedResource, Swing};
use crate::pricing::Usd;

const DRIVERS: usize = 10;
const CEILINGS: usize = 5;
const SWINGS: usize = 8;

pub(super) fn render(page: &Page<'_>) -> Markup {
    html! {
        @for (i, estimate) in page.estimate.estimates.iter().enumerate() {
            h3 { (table::environment(i, &estimate.environment)) }
            div.columns {
                div { (dearest(page, i, estimate)) }
                div {
                    (ceilings(page, estimate))
                    @if let Some(swings) = page.swings.get(i).filter(|s| !s.is_empty()) { (moved(page, estimate, swings)) }
                }
            }
        }
    }
}

/// Resources by one of their amounts, largest first.
fn largest(
    estimate: &Estimate,
    amount: impl Fn(&PricedResource) -> Usd,
    count: usize,
) -> Vec<(&PricedResource, Usd)> {
    let mut all: Vec<(&PricedResource, Usd)> =
        estimate.resources.iter().map(|r| (r, amount(r))).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.address.cmp(&b.0.address)));
    all.into_iter()
        .filter(|(_, a)| *a > Usd::ZERO)
        .take(count)
        .collect()
}

fn dearest(page: &Page<'_>, index: usize, estimate: &Estimate) -> Markup {
    let total = estimate.monthly().expected;
    let class = format!("e{}", index % 6);
    let rows = largest(estimate, |r| r.monthly().expected, DRIVERS);
    let most = rows.first().map(|r| r.1).unwrap_or_default();
    let title = format!("Dearest resources of {}", estimate.environment);
    table::scroll(
        &title,
        html! {
            table {
                caption { "Dearest resources, expected a month" }
                thead { tr {
                    th scope="col" { "Resource" } th.chart scope="col" { span.hidden { "Bar" } }
                    th.n scope="col" { "Expected" } th.n scope="col" { "Share" }
                } }
                tbody { @for (resource, amount) in &rows { tr {
                    th scope="row" { (resource.address) br; span.unit { (resource.resource_type) } }
                    td.chart { (chart::bar(*amount, most, &class)) }
                    (table::amount(page, *amount))
                    td.n { (share(*amount, total)) }
                } } }
            }
        },
    )
}

fn ceilings(page: &Page<'_>, estimate: &Estimate) -> Markup {
    let room = |r: &PricedResource| r.monthly().max - r.monthly().expected;
    let all: Usd = estimate.resources.iter().map(room).sum();
    let title = format!("Where the ceiling of {} comes from", estimate.environment);
    table::scroll(
        &title,
        html! {
            table {
                caption { "Where the ceiling comes from: most above expected" }
                thead { tr {
                    th scope="col" { "Resource" } th.chart scope="col" { span.hidden { "Bar" } }
                    th.n scope="col" { "Above expected" } th.n scope="col" { "Share" }
                } }
                tbody { @for (resource, amount) in largest(estimate, room, CEILINGS) { tr {
                    th scope="row" { (resource.address) }
                    td.chart { (chart::bar(amount, all, "ceiling")) }
                    (table::amount(page, amount))
                    td.n { (share(amount, all)) }
                } } }
            }
        },
    )
}

fn moved(page: &Page<'_>, estimate: &Estimate, swings: &[Swing]) -> Markup {
    let total = estimate.monthly().expected;
    let shown = &swings[..swings.len().min(SWINGS)];
    let title = format!("What usage moves in {}", estimate.environment);
    let parts = |swing: &Swing| (swing.total.min - total, swing.total.max - total);
    let limit = limit(shown.iter().map(parts).collect(), total);
    table::scroll(
        &title,
        html! {
            table {
                caption { "Sensitivity: the expected total if one usage figure alone is at its lowest or highest" }
                thead { tr {
                    th scope="col" { "Usage figure" } th.n scope="col" { "Lowest" }
                    th.chart scope="col" { span.hidden { "Bar" } } th.n scope="col" { "Highest" }
                } }
                tbody { @for swing in shown {
                    @let (low, high) = parts(swing);
                    @let less = low.min(high).min(Usd::ZERO);
                    @let more = high.max(low).max(Usd::ZERO);
                    tr {
                        th scope="row" {
                            (swing.entry) " " code { (swing.key) } br;
                            span.unit { (count(swing.figure.min)) " to " (count(swing.figure.max)) ", expected " (count(swing.figure.expected)) }
                        }
                        (table::difference(page, low))
                        td.chart { (chart::swing(-less, more, limit)) }
                        (table::difference(page, high))
                    }
                } }
                @if shown.iter().any(|s| parts(s).1 > limit) {
                    tfoot { tr { td.hint colspan="4" { "A notched bar is longer than shown." } } }
                }
            }
        },
    )
}

/// The longest bar: the widest move that is at most a quarter of the total. A figure that can make the total many
/// times what it is would make the others hairs; its bar is cut and marked.
fn limit(moves: Vec<(Usd, Usd)>, total: Usd) -> Usd {
    let quarter = Usd(total.0 / rust_decimal::Decimal::from(4));
    let sizes = moves
        .into_iter()
        .flat_map(|(low, high)| [low, high].map(|m| if m < Usd::ZERO { -m } else { m }));
    sizes
        .filter(|m| *m > Usd::ZERO && *m <= quarter)
        .max()
        .unwrap_or(quarter)
}
