//! The frame: head, navigation, sections, foot. The only file that puts text into the page as it stands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{
    Page, changes, drivers, findings, gate, items, notes, prices, ranges, reach, services, summary,
};
use crate::report::conditions;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// One section: its anchor, its heading, its content.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

pub(super) fn render(page: &Page<'_>) -> String {
    let sections = sections(page);
    let names: Vec<&str> = page
        .estimate
        .estimates
        .iter()
        .map(|e| &*e.environment)
        .collect();
    // What the page may do: its own style and script, and nothing else; no request can leave it.
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content=(concat!("isms-cost ", env!("CARGO_PKG_VERSION")));
                title { "Cost and risk: " (sentence(&names)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                header.top {
                    p.brand { "isms-cost" }
                    h1 { "Cost and risk of " (sentence(&names)) }
                    p.lead { "List prices on demand in " (page.estimate.currency.code) " for a month of 730 hours, before tax." }
                }
                nav.contents aria-label="Sections" {
                    ul { @for section in &sections { li { a href={ "#" (section.id) } { (section.title) } } } }
                }
                main #content tabindex="-1" {
                    @for section in &sections {
                        section id=(section.id) aria-labelledby={ (section.id) "-title" } {
                            h2 id={ (section.id) "-title" } { (section.title) }
                            (section.body)
                        }
                    }
                }
                footer {
                    ul { @for line in conditions(&page.estimate) { li { (line) } } }
                    @if !page.files.is_empty() {
                        p { "Beside this page:" }
                        ul { @for (name, what) in page.files { li { a href=(name) { (name) } ": " (what) } } }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

fn sections(page: &Page<'_>) -> Vec<Section> {
    let mut sections = vec![
        Section {
            id: "summary",
            title: "Summary",
            body: summary::render(page),
        },
        Section {
            id: "services",
            title: "Cost by service",
            body: services::render(page),
        },
        Section {
            id: "ranges",
            title: "From floor to ceiling",
            body: ranges::render(page),
        },
        Section {
            id: "drivers",
            title: "What drives the cost",
            body: drivers::render(page),
        },
    ];
    if let Some((base, deltas)) = page.changes {
        sections.push(Section {
            id: "changes",
            title: "What changed",
            body: changes::render(page, base, deltas),
        });
    }
    if let Some(report) = &page.gate {
        sections.push(Section {
            id: "gate",
            title: "The gate",
            body: gate::render(page, report),
        });
    }
    if let Some(results) = page.findings {
        sections.push(Section {
            id: "findings",
            title: "Findings",
            body: findings::render(page, results),
        });
    }
    if !page.deployments.is_empty() {
        sections.push(Section {
            id: "reach",
            title: "Who reaches what",
            body: reach::render(page),
        });
    }
    sections.extend([
        Section {
            id: "items",
            title: "Every line",
            body: items::render(page),
        },
        Section {
            id: "gaps",
            title: "Not in the total",
            body: notes::gaps(page),
        },
        Section {
            id: "assumptions",
            title: "Assumptions",
            body: notes::assumptions(page),
        },
        Section {
            id: "prices",
            title: "Prices and their dates",
            body: prices::render(page),
        },
    ]);
    sections
}

/// `a`, `a and b`, `a, b and c`; more than four are counted.
fn sentence(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        many if many.len() > 4 => format!("{} environments", many.len()),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}
