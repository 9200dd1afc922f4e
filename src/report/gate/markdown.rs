//! The verdict for a page or a comment.

use std::io::{self, Write};

use super::GateReport;
use super::words::{budget_line, remedies};
use crate::gate::State;
use crate::report::markdown::cell;

/// For a page or comment.
///
/// # Errors
/// Those of the writer.
pub fn markdown(out: &mut dyn Write, report: &GateReport<'_>) -> io::Result<()> {
    writeln!(out, "**Gate: {}**\n", summary(report))?;
    let budgets = report
        .verdict
        .environments
        .iter()
        .flat_map(|e| e.budgets.iter().map(move |b| (e, b)));
    let mut budgets = budgets.peekable();
    if budgets.peek().is_some() {
        writeln!(out, "| environment | budget | | |\n|---|---|---|---|")?;
    }
    for (environment, judged) in budgets {
        let word = match judged.state {
            State::Broken => "**broken**",
            other => other.as_str(),
        };
        let mut text = budget_line(judged, report);
        for reason in &judged.reasons {
            text = format!("{text}; {reason}");
        }
        writeln!(
            out,
            "| {} | {} | {word} | {} |",
            environment.environment,
            cell(&judged.budget.name),
            cell(&text)
        )?;
    }
    for (name, place) in &report.verdict.unused {
        writeln!(
            out,
            "\nBudget \"{}\" ({}) counts nothing in any environment: is its scope spelt right?",
            cell(name),
            cell(place)
        )?;
    }
    let list = remedies(report);
    if !list.is_empty() {
        writeln!(out, "\nTo get to green:\n")?;
    }
    for remedy in list {
        let place = if remedy.place.is_empty() {
            String::new()
        } else {
            format!(" (`{}`)", remedy.place)
        };
        writeln!(
            out,
            "- {}: {}{place}",
            remedy.environment,
            cell(&remedy.what)
        )?;
        for way in remedy.ways {
            writeln!(out, "  - {}", cell(&way))?;
        }
    }
    Ok(())
}

/// The answer with its reasons counted, in one line.
pub fn summary(report: &GateReport<'_>) -> String {
    let verdict = report.verdict;
    if verdict.passes() {
        return "yes".to_owned();
    }
    let sum = |count: &dyn Fn(&crate::gate::EnvironmentVerdict) -> usize| -> usize {
        verdict.environments.iter().map(count).sum()
    };
    let counts = [
        (
            sum(&|e| {
                e.budgets
                    .iter()
                    .filter(|b| b.state == State::Broken)
                    .count()
            }),
            "budget broken",
            "budgets broken",
        ),
        (
            sum(&|e| {
                if e.unknown.denied {
                    e.budgets
                        .iter()
                        .filter(|b| matches!(b.state, State::Unknown | State::NotJudged))
                        .count()
                } else {
                    0
                }
            }),
            "budget not known",
            "budgets not known",
        ),
        (
            sum(&|e| {
                if e.faults.refuses() {
                    e.faults.counted.len()
                } else {
                    0
                }
            }),
            "fault",
            "faults",
        ),
        (
            sum(&|e| {
                if e.unknown.refuses() {
                    e.unknown.counted.len()
                } else {
                    0
                }
            }),
            "finding not known",
            "findings not known",
        ),
        (
            sum(&|e| {
                if e.unpriced.refuses() {
                    e.unpriced.counted.len()
                } else {
                    0
                }
            }),
            "part without a price",
            "parts without a price",
        ),
    ];
    let some = counts.iter().filter(|(n, ..)| *n > 0);
    let parts: Vec<String> = some
        .map(|(n, one, many)| format!("{n} {}", if *n == 1 { one } else { many }))
        .collect();
    format!("no: {}", parts.join(", "))
}
