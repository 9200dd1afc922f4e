//! The comment on a pull request: what it says, within the forge's limit.

use std::fmt::Write as _;

use super::diff::{amount, cause, percent, signed};
use super::gate::{GateReport, budget_line, remedies, summary};
use super::markdown::cell;
use super::{EstimateReport, conditions, money};
use crate::diff::Kind;
use crate::gate::{EnvironmentVerdict, State};
use crate::pricing::{Range, Usd};
use crate::rules::{Finding, Status};
use crate::source::SourceMap;

/// What the comment is made of.
#[derive(Clone, Copy)]
pub struct CommentReport<'a> {
    /// The verdict, with what moved the amounts.
    pub gate: GateReport<'a>,
    /// The estimate after the change.
    pub estimate: EstimateReport<'a>,
    /// The commit that it is of, if known.
    pub commit: Option<&'a str>,
}

/// GitHub's limit of a comment in characters; counted in bytes here, which are never fewer.
pub const LONGEST: usize = 65_536;

/// Whether a change is too small for a first comment: less than `threshold` in every environment and figure, no finding
/// new or fixed, nothing newly unpriced, and the gate says yes.
pub fn is_small(report: &CommentReport<'_>, threshold: Usd) -> bool {
    let verdict = report.gate.verdict;
    verdict.passes()
        && verdict.environments.iter().all(|e| {
            let delta = e.head - e.base.unwrap_or_default();
            let below = [delta.min, delta.expected, delta.max]
                .iter()
                .all(|d| d.0.abs() < threshold.0);
            let unpriced =
                verdict.settings.count == crate::gate::Count::New && !e.unpriced.counted.is_empty();
            below && e.new.is_empty() && e.fixed.is_empty() && !unpriced
        })
}

/// A part that can be shortened: a title, what stands above its lines, and the lines, the most important first.
struct Detail {
    title: String,
    head: String,
    lines: Vec<String>,
}

/// The text, at most `limit` bytes long: the detail is shortened first, its last parts most.
pub fn text(report: &CommentReport<'_>, limit: usize) -> String {
    let (top, foot) = (top(report), foot(report));
    fit(&top, &details(report), &foot, limit)
}

/// Title, table and verdict.
fn top(report: &CommentReport<'_>) -> String {
    let (gate, currency) = (&report.gate, report.gate.currency);
    let mut out = String::from("### Cost and risk of this change\n\n");
    let _ = writeln!(
        out,
        "| environment | before | after, {} a month | change | | max | findings | gate |\n|---|---:|---:|---:|---:|---:|---|---|",
        currency.code
    );
    for e in &gate.verdict.environments {
        let base = e.base.unwrap_or_default();
        // What lost its price is no saving.
        let known = gate.deltas.iter().find(|d| d.environment == e.environment);
        let delta = known.map_or(e.head - base, crate::diff::Delta::comparable);
        let _ = writeln!(
            out,
            "| {} | {} | {} | **{}** | {} | {} | {} | {} |",
            cell(&e.environment),
            money(base.expected, currency),
            money(e.head.expected, currency),
            signed(delta.expected, currency),
            percent(base.expected, delta.expected),
            signed(delta.max, currency),
            findings_word(e),
            if e.passes() { "yes" } else { "**no**" }
        );
    }
    let gone = gate.deltas.iter().filter(|d| d.kind == Kind::Removed);
    for delta in gone {
        let _ = writeln!(
            out,
            "| {} | {} | {} | **{}** | {} | {} | the environment is gone | |",
            cell(&delta.environment),
            money(delta.base.expected, currency),
            money(delta.head.expected, currency),
            signed(delta.delta().expected, currency),
            percent(delta.base.expected, delta.delta().expected),
            signed(delta.delta().max, currency),
        );
    }
    let unpriced: usize = gate
        .verdict
        .environments
        .iter()
        .map(|e| e.unpriced.counted.len())
        .sum();
    if unpriced > 0 && gate.verdict.settings.count == crate::gate::Count::New {
        let _ = writeln!(
            out,
            "\n**{unpriced} newly without a price**, and so not in the amounts: no saving."
        );
    }
    let _ = writeln!(out, "\n**Gate: {}**", summary(gate));
    let list = remedies(gate);
    if !list.is_empty() {
        out.push_str("\nTo get to green:\n\n");
    }
    for remedy in list.iter().take(10) {
        let place = if remedy.place.is_empty() {
            String::new()
        } else {
            format!(" (`{}`)", remedy.place.replace('`', "'"))
        };
        let _ = writeln!(
            out,
            "- {}: {}{place}",
            cell(&remedy.environment),
            cell(&remedy.what)
        );
        for way in &remedy.ways {
            let _ = writeln!(out, "  - {}", cell(way));
        }
    }
    if list.len() > 10 {
        let _ = writeln!(
            out,
            "- and {} more: `isms-cost gate` lists them",
            list.len() - 10
        );
    }
    out
}

fn findings_word(e: &EnvironmentVerdict) -> String {
    let faults = e.new.iter().filter(|f| f.status == Status::Fail).count();
    let unknown = e.new.len() - faults;
    let parts = [
        (faults, "new"),
        (unknown, "newly not known"),
        (e.fixed.len(), "fixed"),
    ];
    let some: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    if some.is_empty() {
        "-".to_owned()
    } else {
        some.join(", ")
    }
}

fn details(report: &CommentReport<'_>) -> Vec<Detail> {
    let gate = &report.gate;
    let currency = gate.currency;
    let environments = &gate.verdict.environments;
    let mut list = Vec::new();
    for delta in gate.deltas.iter().filter(|d| !d.changes.is_empty()) {
        // What moved most stands first, so that shortening drops the least.
        let mut changes: Vec<_> = delta.changes.iter().collect();
        changes.sort_by_key(|c| std::cmp::Reverse(c.delta.expected.0.abs()));
        let row = |c: &&crate::diff::Change| {
            let known = |figure: Usd| match c.newly_unpriced.is_empty() {
                true => signed(figure, currency),
                false => String::new(),
            };
            let range = c.comparable();
            format!(
                "| {} | {} | **{}** | {} | {} | {} |",
                cell(c.address.as_str()),
                c.kind.as_str(),
                amount(c, currency),
                known(range.min),
                known(range.max),
                cell(&cause(c, currency))
            )
        };
        list.push(Detail {
            title: format!(
                "{}: what moved the amount ({} resources)",
                cell(&delta.environment),
                changes.len()
            ),
            head: "| resource | | expected | min | max | cause of the expected |\n|---|---|---:|---:|---:|---|\n"
                .to_owned(),
            lines: changes.iter().map(row).collect(),
        });
    }
    for e in environments
        .iter()
        .filter(|e| !e.new.is_empty() || !e.fixed.is_empty())
    {
        let old = gate.base_sources.unwrap_or(gate.sources);
        let new = e.new.iter().map(|f| {
            finding(
                f,
                if f.status == Status::Fail {
                    "new"
                } else {
                    "not known"
                },
                gate.sources,
            )
        });
        let fixed = e.fixed.iter().map(|f| finding(f, "fixed", old));
        list.push(Detail {
            title: format!("{}: findings ({})", cell(&e.environment), findings_word(e)),
            head: "| | severity | rule | resource | finding | place |\n|---|---|---|---|---|---|\n"
                .to_owned(),
            lines: new.chain(fixed).collect(),
        });
    }
    let budgets: Vec<String> = environments
        .iter()
        .flat_map(|e| e.budgets.iter().map(move |b| (e, b)))
        .map(|(e, b)| {
            let state = if b.state == State::Broken {
                "**broken**"
            } else {
                b.state.as_str()
            };
            let mut text = budget_line(b, gate);
            for reason in &b.reasons {
                text = format!("{text}; {reason}");
            }
            format!(
                "| {} | {} | {state} | {} |",
                cell(&e.environment),
                cell(&b.budget.name),
                cell(&text)
            )
        })
        .collect();
    if !budgets.is_empty() {
        list.push(Detail {
            title: format!("Budgets ({})", budgets.len()),
            head: "| environment | budget | | |\n|---|---|---|---|\n".to_owned(),
            lines: budgets,
        });
    }
    let gaps: Vec<String> = environments
        .iter()
        .flat_map(|e| e.unpriced.counted.iter().map(move |u| (e, u)))
        .map(|(e, u)| {
            format!(
                "- {}: {} ({}): {}",
                cell(&e.environment),
                cell(u.address.as_str()),
                cell(&u.resource_type),
                cell(&u.reason)
            )
        })
        .collect();
    if !gaps.is_empty() {
        list.push(Detail {
            title: format!("Without a price ({})", gaps.len()),
            head: String::new(),
            lines: gaps,
        });
    }
    list.push(services(report));
    list
}

fn finding(f: &Finding, what: &str, sources: &SourceMap) -> String {
    let place = f.span.map(|s| sources.locate(s)).unwrap_or_default();
    format!(
        "| {what} | {} | {} | {} | {} | {} |",
        f.severity.as_str(),
        f.rule,
        cell(f.address.as_str()),
        cell(&f.message),
        cell(&place)
    )
}

/// Each environment by service, in its three figures.
fn services(report: &CommentReport<'_>) -> Detail {
    let currency = report.gate.currency;
    let mut lines = Vec::new();
    for estimate in report.estimate.estimates {
        let mut by_service: std::collections::BTreeMap<&str, Range<Usd>> =
            std::collections::BTreeMap::new();
        for item in estimate.resources.iter().flat_map(|r| &r.line_items) {
            let sum = by_service.entry(&item.service).or_default();
            *sum = *sum + item.monthly;
        }
        let mut rows: Vec<_> = by_service.into_iter().collect();
        rows.sort_by_key(|(_, r)| std::cmp::Reverse(r.expected));
        lines.extend(rows.into_iter().map(|(service, r)| {
            format!(
                "| {} | {} | {} | {} | {} |",
                cell(&estimate.environment),
                cell(service),
                money(r.min, currency),
                money(r.expected, currency),
                money(r.max, currency)
            )
        }));
    }
    Detail {
        title: "All services after the change".to_owned(),
        head: "| environment | service | min | expected | max |\n|---|---|---:|---:|---:|\n"
            .to_owned(),
        lines,
    }
}

/// How it was computed.
fn foot(report: &CommentReport<'_>) -> String {
    let mut out = String::from("\n<sub>");
    for line in conditions(&report.estimate) {
        let _ = write!(out, "{}; ", cell(&line));
    }
    let base = report.gate.base.unwrap_or("nothing");
    let _ = write!(out, "compared with {}", cell(short(base)));
    if let Some(commit) = report.commit {
        let _ = write!(out, " at {}", cell(short(commit)));
    }
    out.push_str(". Every run updates this comment.</sub>\n");
    out
}

/// The beginning of a commit's hash; any other name as it is.
fn short(name: &str) -> &str {
    let hash = name.len() == 40 && name.bytes().all(|b| b.is_ascii_hexdigit());
    if hash { &name[..12] } else { name }
}

const LEFT_OUT: &str = "isms-cost diff and isms-cost gate show all of it";

/// Puts the parts together in at most `limit` bytes.
fn fit(top: &str, details: &[Detail], foot: &str, limit: usize) -> String {
    let inside = |d: &Detail| {
        let lines: String = d.lines.iter().map(|l| format!("{l}\n")).collect();
        d.head.clone() + &lines
    };
    let wrap = |title: &str, inside: &str| {
        format!("\n<details><summary>{title}</summary>\n\n{inside}\n</details>\n")
    };
    let whole: Vec<String> = details.iter().map(|d| wrap(&d.title, &inside(d))).collect();
    let mut out = top.to_owned();
    if out.len() + foot.len() > limit {
        // Only thousands of environments or ways come here: the table's beginning is what is left.
        let note = format!("\n\nShortened: {LEFT_OUT}.\n");
        return cut(top, limit.saturating_sub(note.len())).to_owned() + &note;
    }
    let mut room = limit - out.len() - foot.len();
    let mut later: usize = whole.iter().map(String::len).sum();
    for (index, (detail, full)) in details.iter().zip(whole).enumerate() {
        // What is left is shared among the parts that are left, so that none takes all.
        later -= full.len();
        let share = (room / (details.len() - index)).max(room.saturating_sub(later));
        let part = if full.len() <= share {
            full
        } else {
            shortened(detail, share, &wrap)
        };
        room -= part.len();
        out.push_str(&part);
    }
    out.push_str(foot);
    out
}

/// A part with as many of its first lines as fit, or nothing.
fn shortened(detail: &Detail, room: usize, wrap: &dyn Fn(&str, &str) -> String) -> String {
    let note = |left: usize| format!("\nand {left} more lines: {LEFT_OUT}");
    let frame = wrap(&detail.title, "").len() + detail.head.len() + note(detail.lines.len()).len();
    if frame > room {
        return String::new();
    }
    let mut inside = detail.head.clone();
    let mut taken = 0;
    let mut left = room - frame;
    for line in &detail.lines {
        if line.len() + 1 > left {
            break;
        }
        left -= line.len() + 1;
        inside.push_str(line);
        inside.push('\n');
        taken += 1;
    }
    inside.push_str(&note(detail.lines.len() - taken));
    wrap(&detail.title, &inside)
}

/// The beginning of a text at the end of a line.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let end = text[..end].rfind('\n').unwrap_or(end);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_longer_than_the_limit(top in 0usize..200, details in prop::collection::vec(prop::collection::vec(0usize..300, 0..30), 0..6), limit in 150usize..3000) {
            let top = "ä\n".repeat(top);
            let details: Vec<Detail> = details.iter().enumerate().map(|(i, lines)| Detail {
                title: format!("part {i}"),
                head: "head\n".to_owned(),
                lines: lines.iter().map(|n| "é".repeat(*n)).collect(),
            }).collect();
            let foot = "\nfoot\n";
            let text = fit(&top, &details, foot, limit);
            prop_assert!(text.len() <= limit, "{} > {limit}", text.len());
            prop_assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            let full = fit(&top, &details, foot, usize::MAX);
            if full.len() <= limit {
                prop_assert_eq!(&text, &full);
            }
            if top.len() + foot.len() <= limit {
                prop_assert!(text.starts_with(&top) && text.ends_with(foot));
            }
        }
    }
}
