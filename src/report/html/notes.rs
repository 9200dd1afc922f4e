//! What is not in the total, and what was assumed for what is.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Page, count, table};
use crate::estimate::Estimate;
use crate::report::exact;
use crate::usage::Usage;

pub(super) fn gaps(page: &Page<'_>) -> Markup {
    html! { @for (i, estimate) in page.estimate.estimates.iter().enumerate() {
        h3 { (table::environment(i, &estimate.environment)) }
        (unpriced(page, estimate))
        (off(estimate))
        (free(estimate))
    } }
}

fn unpriced(page: &Page<'_>, estimate: &Estimate) -> Markup {
    if estimate.unpriced.is_empty() {
        return html! { p { "Everything that has a charge is priced." } };
    }
    let title = format!("Unpriced in {}", estimate.environment);
    table::scroll(
        &title,
        html! {
            table data-sort {
                caption { "Unpriced: these cost something, and the total is without them" }
                thead { tr { th scope="col" { "Resource" } th scope="col" { "Why" } th scope="col" { "Where" } } }
                tbody { @for gap in &estimate.unpriced { tr {
                    th scope="row" { (gap.address) br; span.unit { (gap.resource_type) } }
                    td { (gap.reason) }
                    td { @if let Some(span) = gap.span { code { (page.estimate.sources.locate(span)) } } }
                } } }
            }
        },
    )
}

fn off(estimate: &Estimate) -> Markup {
    if estimate.off.is_empty() {
        return html! {};
    }
    html! { details {
        summary { "Off by condition in " (estimate.environment) " (" (estimate.off.len()) ")" }
        ul { @for off in &estimate.off { li { (off.address) " " span.unit { (off.resource_type) } " by " code { (off.condition) } } } }
    } }
}

fn free(estimate: &Estimate) -> Markup {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for free in &estimate.free {
        *kinds.entry(&free.resource_type).or_default() += 1;
    }
    html! { details.screen {
        summary { "Without a charge of their own in " (estimate.environment) " (" (estimate.free.len()) ")" }
        ul.wide { @for (kind, count) in kinds { li { (kind) @if count > 1 { " × " (count) } } } }
    } }
}

pub(super) fn assumptions(page: &Page<'_>) -> Markup {
    html! {
        p.hint { "What no template says stands in the usage files, with its reason beside it." }
        @for (i, usage) in page.usages.iter().enumerate() {
            @if let Some(estimate) = page.estimate.estimates.get(i) { (figures(page, estimate, usage)) }
        }
        h3 { "What each line assumes" }
        div.expand { @for (i, estimate) in page.estimate.estimates.iter().enumerate() {
            h4 { (table::environment(i, &estimate.environment)) }
            @for resource in &estimate.resources {
                details.screen {
                    summary { (resource.address) " " span.unit { (page.money(resource.monthly().expected)) } }
                    dl.assumed { @for item in &resource.line_items {
                        dt { (item.name) }
                        @for assumption in &item.assumptions { dd { (assumption) } }
                        @if item.assumptions.is_empty() { dd { "nothing more: the quantity is the template's or the usage file's" } }
                    } }
                }
            }
        } }
    }
}

fn figures(page: &Page<'_>, estimate: &Estimate, usage: &Usage) -> Markup {
    let entries: Vec<_> = usage.defaults.iter().chain(&usage.resources).collect();
    if entries.is_empty() {
        return html! {};
    }
    let title = format!("Usage of {}", estimate.environment);
    table::scroll(
        &title,
        html! {
            table data-sort data-filter="of" {
                caption { "Usage figures of " (estimate.environment) }
                thead { tr {
                    th scope="col" { "Of" } th scope="col" { "Figure" } th.n scope="col" { "Lowest" }
                    th.n scope="col" { "Expected" } th.n scope="col" { "Highest" } th scope="col" { "Where" }
                } }
                tbody { @for (name, figures) in entries { @for (key, figure) in &figures.values { tr data-of=(name) {
                    th scope="row" { (name) }
                    td { code { (key) } }
                    @for value in [figure.range.min, figure.range.expected, figure.range.max] {
                        td.n data-v=(exact(value)) { (count(value)) }
                    }
                    td { @if let Some(span) = figure.span { code { (page.estimate.sources.locate(span)) } } }
                } } } }
            }
        },
    )
}
