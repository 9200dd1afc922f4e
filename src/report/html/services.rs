//! Cost by service: a stacked bar for each environment, and the table it is drawn from.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Page, by_service, chart, share, table};
use crate::pricing::{Range, Usd};
use crate::report::services::short;

/// So many services have a colour of their own; the rest share one.
const COLOURS: usize = 7;

pub(super) fn render(page: &Page<'_>) -> Markup {
    let estimates = page.estimate.estimates;
    let columns: Vec<BTreeMap<String, Range<Usd>>> = estimates
        .iter()
        .map(|e| by_service(e).into_iter().collect())
        .collect();
    // Dearest in any environment first, so that colours follow weight.
    let mut order: BTreeMap<&str, Usd> = BTreeMap::new();
    for (code, amount) in columns.iter().flatten() {
        let most = order.entry(code).or_default();
        *most = (*most).max(amount.expected);
    }
    let mut services: Vec<(&str, Usd)> = order.into_iter().collect();
    services.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let colour = |i: usize| format!("c{}", i.min(COLOURS));
    let totals: Vec<Usd> = estimates.iter().map(|e| e.monthly().expected).collect();
    let most = totals.iter().copied().max().unwrap_or_default();
    let expected = |column: &BTreeMap<String, Range<Usd>>, code: &str| {
        column.get(code).map(|a| a.expected).unwrap_or_default()
    };
    html! {
        div.stacks {
            @for (i, estimate) in estimates.iter().enumerate() {
                @let parts: Vec<(Usd, String)> = services.iter().enumerate()
                    .map(|(n, (code, _))| (expected(&columns[i], code), colour(n))).collect();
                @let label = format!("{}: {}", estimate.environment, services.iter().take(COLOURS)
                    .map(|(code, _)| format!("{} {}", short(code), share(expected(&columns[i], code), totals[i])))
                    .collect::<Vec<_>>().join(", "));
                div.row {
                    span.name { (estimate.environment) }
                    (chart::stacked(&parts, most, &label))
                    span.n { (page.money(totals[i])) }
                }
            }
        }
        (table::scroll("Table of cost by service", html! {
            table data-sort {
                caption { "Expected cost a month by service" }
                thead { tr {
                    th scope="col" { "Service" }
                    @for estimate in estimates { th.n scope="col" { (estimate.environment) } th.chart scope="col" data-nosort { span.hidden { "Bar" } } th.n scope="col" { "Share" } }
                } }
                tbody { @for (n, (code, _)) in services.iter().enumerate() {
                    tr {
                        th scope="row" { span class={ "swatch " (colour(n)) } {} (short(code)) }
                        @for (i, column) in columns.iter().enumerate() {
                            @let amount = expected(column, code);
                            (table::amount(page, amount))
                            td.chart { (chart::bar(amount, most, &colour(n))) }
                            td.n data-v=(super::percent(amount, totals[i])) { (share(amount, totals[i])) }
                        }
                    }
                } }
                tfoot { tr {
                    th scope="row" { "Total" }
                    @for total in &totals { (table::amount(page, *total)) td {} td.n { @if *total > Usd::ZERO { "100.0 %" } } }
                } }
            }
        }))
    }
}
