//! Floor, expected and, apart from them, the configuration's ceiling: it has a scale of its own, so that a database
//! that may grow a hundredfold does not make every other bar a hair.

use maud::{Markup, html};

use super::{Page, by_service, chart, table, times};
use crate::estimate::Estimate;
use crate::pricing::{Range, Usd};
use crate::report::services::short;

pub(super) fn render(page: &Page<'_>) -> Markup {
    html! {
        p.hint {
            "The bar runs from nothing over the floor (dark) to the expected amount (light, ending in a mark). The ceiling's bar has its own, longer scale."
        }
        @for (i, estimate) in page.estimate.estimates.iter().enumerate() { (environment(page, i, estimate)) }
    }
}

fn environment(page: &Page<'_>, index: usize, estimate: &Estimate) -> Markup {
    let total = estimate.monthly();
    let class = format!("e{}", index % 6);
    let row = |label: Markup, amount: Range<Usd>| {
        html! {
            th scope="row" { (label) }
            td.chart { (chart::range(amount, total.expected, &class)) }
            (table::amount(page, amount.min))
            (table::amount(page, amount.expected))
            (table::amount(page, amount.max))
            td.n data-v=(amount.max.0.checked_div(amount.expected.0).unwrap_or_default().round_dp(4)) { (times(amount)) }
            td.chart.roomy { (chart::bar(amount.max, total.max, "ceiling")) }
        }
    };
    html! {
        h3 { (table::environment(index, &estimate.environment)) }
        (table::scroll(&format!("Floor, expected and ceiling of {}", estimate.environment), html! {
            table data-sort {
                caption { "Floor, expected and ceiling a month in " (estimate.environment) }
                thead { tr {
                    th scope="col" { "Service" }
                    th.chart scope="col" data-nosort { "Floor to expected" }
                    th.n scope="col" { "Floor" }
                    th.n scope="col" { "Expected" }
                    th.n scope="col" { "Configuration ceiling" }
                    th.n scope="col" { "Times expected" }
                    th.chart.roomy scope="col" data-nosort { "Ceiling" }
                } }
                tbody { @for (code, amount) in by_service(estimate) { tr { (row(html! { (short(&code)) }, amount)) } } }
                tfoot { tr { (row(html! { "Total" }, total)) } }
            }
        }))
    }
}
