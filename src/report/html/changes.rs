//! What changed since the base, and what moved each amount.

use maud::{Markup, html};

use super::{Page, change, table};
use crate::diff::{Cause, Change, Delta};
use crate::rules::Finding;

pub(super) fn render(page: &Page<'_>, base: &str, deltas: &[Delta]) -> Markup {
    html! {
        p { "Against " code { (base) } ", with the same prices, usage and exchange rate on both sides." }
        (table::scroll("Change by environment", html! {
            table {
                caption { "Expected a month, before and after" }
                thead { tr {
                    th scope="col" { "Environment" } th.n scope="col" { "Before" } th.n scope="col" { "After" }
                    th.n scope="col" { "Change" } th.n scope="col" { "Percent" } th.n scope="col" { "Change of the floor" } th.n scope="col" { "Change of the ceiling" }
                } }
                tbody { @for (i, delta) in deltas.iter().enumerate() {
                    @let moved = delta.comparable();
                    tr {
                        th scope="row" { (table::environment(i, &delta.environment)) }
                        (table::amount(page, delta.base.expected))
                        (table::amount(page, delta.head.expected))
                        (table::difference(page, moved.expected))
                        td.n { (change(delta.base.expected, moved.expected)) }
                        (table::difference(page, moved.min))
                        (table::difference(page, moved.max))
                    }
                } }
            }
        }))
        @for (i, delta) in deltas.iter().enumerate() {
            h3 { (table::environment(i, &delta.environment)) }
            @if delta.changes.is_empty() { p { "No amount changed." } }
            @else { (environment(page, delta)) }
            @if let Some(verdict) = page.gate.and_then(|g| g.verdict.environments.get(i)) {
                (findings("Findings that this change brings", &verdict.new))
                (findings("Faults that this change takes away", &verdict.fixed))
            }
        }
    }
}

fn environment(page: &Page<'_>, delta: &Delta) -> Markup {
    table::scroll(
        &format!("Changes in {}", delta.environment),
        html! {
            table data-sort data-filter="kind" {
                caption { "Resources whose amount changed in " (delta.environment) }
                thead { tr {
                    th scope="col" { "Resource" } th scope="col" { "What" } th.n scope="col" { "Expected" }
                    th.n scope="col" { "Ceiling" } th scope="col" { "What moved it" }
                } }
                tbody { @for change in &delta.changes { (row(page, change)) } }
            }
        },
    )
}

fn row(page: &Page<'_>, change: &Change) -> Markup {
    html! {
        tr data-kind=(change.kind.as_str()) {
            th scope="row" { (change.address) br; span.unit { (change.resource_type) } }
            td { span class={ "kind " (change.kind.as_str()) } { (change.kind.as_str()) } }
            (table::difference(page, change.comparable().expected))
            (table::difference(page, change.comparable().max))
            td { ul.plain {
                @if let Some(old) = &change.renamed_from { li { "was " code { (old) } } }
                @for reason in &change.newly_unpriced { li { strong { "newly unpriced" } ", no saving: " (reason) } }
                @for cause in &change.causes { li { (self::cause(page, cause)) } }
            } }
        }
    }
}

fn cause(page: &Page<'_>, cause: &Cause) -> Markup {
    html! {
        (cause.what)
        @if !cause.from.is_empty() || !cause.to.is_empty() { " " code { (cause.from) } " → " code { (cause.to) } }
        " (" (page.signed(cause.delta.expected)) ")"
    }
}

fn findings(title: &str, list: &[Finding]) -> Markup {
    html! { @if !list.is_empty() {
        h4 { (title) " (" (list.len()) ")" }
        ul { @for finding in list { li {
            span class={ "level " (finding.severity.as_str()) } { (finding.severity.as_str()) } " "
            @if !finding.address.as_str().is_empty() { (finding.address) ": " }
            (finding.message) " " code { (finding.rule) }
        } } }
    } }
}
