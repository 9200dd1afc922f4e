//! One card for each environment: the figures that a decision needs.

use maud::{Markup, html};

use super::{Page, change, counted, table, times};
use crate::estimate::Estimate;
use crate::pricing::staleness;
use crate::rules::Status;

pub(super) fn render(page: &Page<'_>) -> Markup {
    html! {
        div.cards {
            @for (i, estimate) in page.estimate.estimates.iter().enumerate() { (card(page, i, estimate)) }
        }
        @for warning in stale(page) { p.warning { (warning) } }
        p.hint {
            "Expected is the stated usage. The floor has every autoscaler and every figure at its least. The configuration ceiling has every one at its most, all month: what the templates allow, not a forecast."
        }
    }
}

fn card(page: &Page<'_>, index: usize, estimate: &Estimate) -> Markup {
    let total = estimate.monthly();
    let delta = page.changes.and_then(|(_, deltas)| {
        deltas
            .iter()
            .find(|d| d.environment == estimate.environment)
    });
    let findings = page
        .findings
        .and_then(|all| all.iter().find(|f| f.environment == estimate.environment));
    let verdict = page.gate.and_then(|g| {
        g.verdict
            .environments
            .iter()
            .find(|v| v.environment == estimate.environment)
    });
    html! {
        article class={ "card e" (index % 6) } {
            h3 { (table::environment(index, &estimate.environment)) " " span.region { (estimate.region) } }
            p.big { (page.money(total.expected)) " " span.unit { "expected a month" } }
            @if let Some(delta) = delta {
                @let moved = delta.comparable().expected;
                p.change { (page.signed(moved)) " (" (change(delta.base.expected, moved)) ") by this change" }
            }
            dl {
                div { dt { "Floor (min)" } dd { (page.money(total.min)) } }
                div { dt { "Configuration ceiling (max)" } dd { (page.money(total.max)) " " span.unit { (times(total)) } } }
                div { dt { "Priced resources" } dd { (estimate.resources.len()) } }
                div { dt { "Unpriced, not in the total" } dd {
                    @if estimate.unpriced.is_empty() { "none" }
                    @else { a href="#gaps" { (estimate.unpriced.len()) } }
                } }
                @if let Some(verdict) = verdict {
                    div { dt { "Gate" } dd { @if verdict.passes() { span.ok { "yes" } } @else { a href="#gate" { "no" } } } }
                }
                @if let Some(found) = findings {
                    @let summary = found.summary();
                    div { dt { "Findings" } dd {
                        @if summary.fail == 0 && summary.unknown == 0 { span.ok { "none open" } }
                        @else { a href="#findings" { (counted(summary.fail, "fault")) ", " (summary.unknown) " unknown" } }
                        " " span.unit { (summary.waived) " waived, " (summary.pass) " pass" }
                    } }
                    @if let Some(worst) = worst(found) { div { dt { "Worst fault" } dd { span class={ "level " (worst) } { (worst) } } } }
                }
            }
        }
    }
}

fn worst(found: &crate::rules::EnvironmentFindings) -> Option<&'static str> {
    let open = found.findings.iter().filter(|f| f.status == Status::Fail);
    open.map(|f| f.severity).max().map(|s| s.as_str())
}

fn stale(page: &Page<'_>) -> Vec<String> {
    let mut regions: Vec<&str> = page.estimate.estimates.iter().map(|e| &*e.region).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
        .into_iter()
        .filter_map(|region| {
            let date = page.estimate.book.publication_date(region)?;
            let days = staleness(date, page.today)?;
            Some(format!("The newest price of {region} is {days} days old ({date}); list prices may have changed."))
        })
        .collect()
}
