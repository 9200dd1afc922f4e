//! The gate's verdict: budgets with how much of each is used, and what gets to green.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::{Page, chart, count, counted, table};
use crate::gate::{Check, CheckKind, Judged, State};
use crate::pricing::Usd;
use crate::report::gate::{GateReport, Remedy, remedies};

pub(super) fn render(page: &Page<'_>, report: &GateReport<'_>) -> Markup {
    let verdict = report.verdict;
    let settings = verdict.settings;
    let list = remedies(report);
    html! {
        p.verdict {
            @if verdict.passes() { strong.ok { "The gate says yes." } } @else { strong.up { "The gate says no." } }
            " It counts " (if verdict.compared { settings.count.as_str() } else { "all" }) " faults of severity " (settings.fail_on.as_str()) " and above, and budgets"
            @if settings.deny_unknown { ", what is not known" }
            @if settings.deny_unpriced { ", what has no price" }
            "."
        }
        @if verdict.environments.iter().all(|e| e.budgets.is_empty()) { p.hint { "There is no budget in isms-cost.yaml." } }
        @else { (budgets(page, report)) }
        @if !list.is_empty() {
            h3 { "To get to green" }
            ul { @for remedy in &list { (way(remedy)) } }
        }
    }
}

fn way(remedy: &Remedy) -> Markup {
    html! { li {
        (remedy.environment) ": " (remedy.what)
        @if !remedy.place.is_empty() { " (" code { (remedy.place) } ")" }
        @if !remedy.ways.is_empty() { ul { @for way in &remedy.ways { li { (way) } } } }
    } }
}

fn budgets(page: &Page<'_>, report: &GateReport<'_>) -> Markup {
    let environments = report.verdict.environments.iter().enumerate();
    table::scroll(
        "Budgets",
        html! {
            table data-sort data-filter="environment state" {
                caption { "Budgets of isms-cost.yaml, a month" }
                thead { tr {
                    th scope="col" { "Budget" } th scope="col" { "Environment" } th scope="col" { "Answer" } th.n scope="col" { "Is" }
                    th.chart scope="col" data-nosort { "Used" } th scope="col" { "Allowed" } th scope="col" { "Counts" }
                } }
                tbody { @for (i, environment) in environments { @for judged in &environment.budgets {
                    tr data-environment=(environment.environment) data-state=(judged.state.as_str()) {
                        th scope="row" { (judged.budget.name) }
                        td { (table::environment(i, &environment.environment)) }
                        td { (answer(judged)) }
                        (table::amount(page, judged.head))
                        td.chart { @if let Some(limit) = judged.budget.limit { (chart::bar(judged.head, limit, if judged.head > limit { "over" } else { "within" })) } }
                        td { ul.plain { @for check in &judged.checks { li { (allowed(page, check)) } } } }
                        td { (judged.budget.scope.describe()) ", " (judged.budget.scenario.as_str()) }
                    }
                } } }
            }
        },
    )
}

fn allowed(page: &Page<'_>, check: &Check) -> Markup {
    let percent = |number: Decimal| format!("{} %", count(number.round_dp(1)));
    let shown = |number: Decimal| match check.kind {
        CheckKind::Percent => percent(number),
        CheckKind::Limit | CheckKind::Increase => page.money(Usd(number)),
    };
    let what = match check.kind {
        CheckKind::Limit => "",
        CheckKind::Increase | CheckKind::Percent => " more than before",
    };
    html! {
        (shown(check.allowed)) (what)
        @if check.kind != CheckKind::Limit {
            @match check.actual {
                Some(actual) => { span.unit { ", is " (shown(actual)) } }
                None => { span.unit { ", nothing to compare with" } }
            }
        }
    }
}

fn answer(judged: &Judged) -> Markup {
    let class = match judged.state {
        State::Holds => "level ok",
        State::Broken => "level high",
        State::Warned | State::Overridden => "level medium",
        State::Unknown | State::NotJudged => "level low",
    };
    html! {
        span class=(class) { (judged.state.as_str()) }
        @for reason in &judged.reasons { br; span.unit { (reason) } }
        @if judged.unpriced > 0 { br; span.unit { (counted(judged.unpriced, "part")) " without a price" } }
    }
}
