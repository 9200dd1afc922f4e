//! Every line item, to be sorted and filtered.

use maud::{Markup, html};

use super::{Page, count, table};
use crate::report::exact;
use crate::report::services::short;

pub(super) fn render(page: &Page<'_>) -> Markup {
    let rows = page
        .estimate
        .estimates
        .iter()
        .enumerate()
        .flat_map(|(n, e)| {
            let of = move |r| (n, e, r);
            e.resources.iter().map(of)
        });
    html! {
        (table::scroll("Every line item", html! {
            table.items data-sort data-filter="environment service" {
                caption { "Quantity × list price, a month" }
                thead { tr {
                    th scope="col" { "Environment" } th scope="col" { "Resource" } th scope="col" { "Item" } th scope="col" { "Service" }
                    th.n scope="col" { "Quantity" } th.n scope="col" { "List price USD" }
                    th.n scope="col" { "Floor" } th.n scope="col" { "Expected" } th.n scope="col" { "Ceiling" }
                } }
                tbody { @for (n, estimate, resource) in rows { @for item in &resource.line_items {
                    tr data-environment=(estimate.environment) data-service=(short(&item.service)) {
                        td { (table::environment(n, &estimate.environment)) }
                        th scope="row" { (resource.address) }
                        td { (item.name) }
                        td { (short(&item.service)) }
                        td.n data-v=(exact(item.quantity.expected)) { (count(item.quantity.expected)) " " span.unit { (item.unit) } }
                        td.n data-v=(exact(item.unit_price)) { (exact(item.unit_price)) @if item.confidence == "derived" { "*" } }
                        (table::amount(page, item.monthly.min))
                        (table::amount(page, item.monthly.expected))
                        (table::amount(page, item.monthly.max))
                    }
                } } }
            }
        }))
        @if page.estimate.estimates.iter().flat_map(|e| &e.resources).flat_map(|r| &r.line_items).any(|i| i.confidence == "derived") {
            p.hint { "* derived price, published nowhere; its range is among the assumptions" }
        }
    }
}
