//! Every price in use, with its date and where it comes from.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Page, table};
use crate::estimate::LineItem;
use crate::pricing::PriceBook;
use crate::report::exact;

pub(super) fn render(page: &Page<'_>) -> Markup {
    let mut prices: BTreeMap<(&str, &str, &str, &str, rust_decimal::Decimal), &LineItem> =
        BTreeMap::new();
    for estimate in page.estimate.estimates {
        for item in estimate.resources.iter().flat_map(|r| &r.line_items) {
            let key = (
                item.service.as_str(),
                item.usage_type.as_str(),
                item.operation.as_str(),
                item.sku.as_str(),
                item.unit_price,
            );
            prices.entry(key).or_insert(item);
        }
    }
    let mut sources: Vec<&str> = Vec::new();
    for item in prices.values() {
        if !sources.contains(&item.price_source.as_str()) {
            sources.push(&item.price_source);
        }
    }
    let number = |item: &LineItem| {
        sources
            .iter()
            .position(|s| *s == item.price_source)
            .map_or(0, |i| i + 1)
    };
    html! {
        (table::scroll("Prices in use", html! {
            table data-sort data-filter="confidence" {
                caption { "List prices in US dollars, before tax" }
                thead { tr {
                    th scope="col" { "Usage type" } th scope="col" { "Service" } th.n scope="col" { "USD" } th scope="col" { "Unit" }
                    th scope="col" { "Of" } th scope="col" { "Confidence" } th scope="col" { "SKU" } th scope="col" { "Source" }
                } }
                tbody { @for item in prices.values() { tr data-confidence=(item.confidence) {
                    th scope="row" { code { (item.usage_type) } @if !item.operation.is_empty() { br; span.unit { (item.operation) } } }
                    td { (item.service) }
                    td.n data-v=(exact(item.unit_price)) { (exact(item.unit_price)) }
                    td { (item.unit) }
                    td.whole { @if item.price_date.is_empty() { "no date stated" } @else { (item.price_date) } }
                    td { (item.confidence) }
                    td.whole { @if item.sku.is_empty() { "none" } @else { code { (item.sku) } } }
                    td { a href={ "#source-" (number(item)) } { "[" (number(item)) "]" } }
                } } }
            }
        }))
        h3 { "Sources" }
        ol { @for (i, source) in sources.iter().enumerate() { li id={ "source-" (i + 1) } { (PriceBook::source_text(source)) } } }
    }
}
