//! What the rules found, with the line that shows it. Passes are counted and listed shut.

use maud::{Markup, html};

use super::{Page, table};
use crate::report::check::accepted;
use crate::rules::{EnvironmentFindings, Finding, Status, named};
use crate::source::Span;

/// Lines shown before and after the one that a finding is about.
const AROUND: usize = 2;
/// Characters of a line, at most.
const WIDE: usize = 160;

/// A finding that several environments share is shown once.
struct Group<'a> {
    finding: &'a Finding,
    environments: Vec<(usize, &'a str)>,
}

pub(super) fn render(page: &Page<'_>, results: &[EnvironmentFindings]) -> Markup {
    let open = groups(results, |f| f.status != Status::Pass);
    let passes = groups(results, |f| f.status == Status::Pass);
    html! {
        (table::scroll("Findings by environment", html! {
            table {
                caption { "Findings by environment" }
                thead { tr {
                    th scope="col" { "Environment" } th.n scope="col" { "Faults" } th.n scope="col" { "Not known" }
                    th.n scope="col" { "Waived" } th.n scope="col" { "Pass" }
                } }
                tbody { @for (i, result) in results.iter().enumerate() {
                    @let summary = result.summary();
                    tr {
                        th scope="row" { (table::environment(i, &result.environment)) }
                        td.n { (summary.fail) } td.n { (summary.unknown) } td.n { (summary.waived) } td.n { (summary.pass) }
                    }
                } }
            }
        }))
        @if open.is_empty() { p { "Nothing is open." } }
        @else {
            div.list data-filter="status severity environment" data-label="findings" {
                @for group in &open { (item(page, group)) }
            }
        }
        @if !passes.is_empty() {
            details.screen {
                summary { "What passes (" (passes.len()) ")" }
                (table::scroll("What passes", passed(&passes)))
            }
        }
    }
}

fn groups<'a>(
    results: &'a [EnvironmentFindings],
    wanted: impl Fn(&Finding) -> bool,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (i, result) in results.iter().enumerate() {
        for finding in result.findings.iter().filter(|f| wanted(f)) {
            let same = |g: &&mut Group<'a>| {
                let f = g.finding;
                (f.rule, f.status, f.span, f.severity)
                    == (finding.rule, finding.status, finding.span, finding.severity)
                    && (&f.address, &f.message) == (&finding.address, &finding.message)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.environments.push((i, &result.environment)),
                None => groups.push(Group {
                    finding,
                    environments: vec![(i, &result.environment)],
                }),
            }
        }
    }
    let order = |g: &Group<'_>| match g.finding.status {
        Status::Fail => 0,
        Status::Unknown => 1,
        Status::Waived => 2,
        Status::Pass => 3,
    };
    groups.sort_by(|a, b| {
        order(a)
            .cmp(&order(b))
            .then_with(|| b.finding.severity.cmp(&a.finding.severity))
            .then_with(|| a.finding.rule.cmp(b.finding.rule))
            .then_with(|| a.finding.address.cmp(&b.finding.address))
    });
    groups
}

fn item(page: &Page<'_>, group: &Group<'_>) -> Markup {
    let finding = group.finding;
    let rule = named(finding.rule);
    let names: Vec<&str> = group.environments.iter().map(|(_, name)| *name).collect();
    html! {
        article.item data-status=(finding.status.as_str()) data-severity=(finding.severity.as_str()) data-environment=(names.join(" ")) {
            h3 {
                @if finding.status != Status::Fail { span class={ "level " (finding.status.as_str()) } { (finding.status.as_str()) } " " }
                span class={ "level " (finding.severity.as_str()) } { (finding.severity.as_str()) } " "
                (finding.message)
            }
            p.meta {
                code { (finding.rule) }
                @if !finding.address.as_str().is_empty() { " · " (finding.address) " " span.unit { (finding.resource_type) } }
                " · " @for (i, name) in &group.environments { (table::environment(*i, name)) " " }
            }
            @if let Some(span) = finding.span { (snippet(page, span)) }
            @if !finding.evidence.is_empty() { ul.evidence { @for line in &finding.evidence { li { (line) } } } }
            @for related in &finding.related { p.meta { (related.message) " at " code { (page.estimate.sources.locate(related.span)) } } }
            @if let Some(suppression) = &finding.suppression { p.waiver { "Accepted: " (accepted(suppression)) } }
            @if let Some(rule) = rule {
                details { summary { "Why, and how to mend it" } p { (rule.why) } p { (rule.fix) } p { (rule.see) } }
            }
        }
    }
}

/// The line and its neighbours, with what must not be shown as stars.
fn snippet(page: &Page<'_>, span: Span) -> Markup {
    let sources = page.estimate.sources;
    let line = sources.position(span).line;
    let text = sources.shown(span.file);
    let first = line.saturating_sub(AROUND).max(1);
    let lines: Vec<(usize, String)> = text
        .lines()
        .enumerate()
        .map(|(i, text)| (i + 1, text))
        .skip(first - 1)
        .take(line + AROUND + 1 - first)
        .map(|(number, text)| (number, text.chars().take(WIDE).collect()))
        .collect();
    html! {
        figure.snippet {
            figcaption { code { (sources.locate(span)) } }
            pre tabindex="0" { code {
                @for (number, text) in &lines {
                    span class=(if *number == line { "line here" } else { "line" }) { span.number { (number) } " " (text) "\n" }
                }
            } }
        }
    }
}

fn passed(groups: &[Group<'_>]) -> Markup {
    html! {
        table data-sort data-filter="environment" {
            caption { "Rules that hold" }
            thead { tr { th scope="col" { "Rule" } th scope="col" { "Resource" } th scope="col" { "What holds" } th scope="col" { "Environments" } } }
            tbody { @for group in groups {
                @let names: Vec<&str> = group.environments.iter().map(|(_, name)| *name).collect();
                tr data-environment=(names.join(" ")) {
                    th scope="row" { code { (group.finding.rule) } }
                    td { (group.finding.address) }
                    td { (group.finding.message) }
                    td { (names.join(", ")) }
                }
            } }
        }
    }
}
