//! The verdict on one screen.

use std::io::{self, Write};

use comfy_table::{CellAlignment, LineStyle, Table, presets};

use super::GateReport;
use super::words::{budget_line, remedies};
use crate::gate::{Count, EnvironmentVerdict, State};
use crate::report::diff::signed;
use crate::report::money;

/// More would not fit on a screen.
const SHOWN: usize = 8;

/// For a terminal.
///
/// # Errors
/// Those of the writer.
pub fn table(out: &mut dyn Write, report: &GateReport<'_>) -> io::Result<()> {
    let verdict = report.verdict;
    let answer = if verdict.passes() { "yes" } else { "no" };
    let against = report.base.map_or(
        "nothing to compare with: limits and all findings".to_owned(),
        |b| format!("compared with {b}"),
    );
    writeln!(out, "gate: {answer}, {against}\n")?;
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    let code = &report.currency.code;
    let threshold = verdict.settings.fail_on.as_str();
    table.set_header([
        "environment".to_owned(),
        format!("expected {code}"),
        "change".to_owned(),
        "budgets".to_owned(),
        format!("faults, {threshold} up"),
        "fixed".to_owned(),
        "not known".to_owned(),
        "no price".to_owned(),
    ]);
    for environment in &verdict.environments {
        let more = environment
            .base
            .map(|b| environment.head.expected - b.expected);
        table.add_row([
            environment.environment.to_string(),
            money(environment.head.expected, report.currency),
            more.map_or("-".to_owned(), |m| signed(m, report.currency)),
            budgets(environment),
            pile(
                environment.faults.counted.len(),
                environment.faults.before,
                verdict.compared,
            ),
            environment.fixed.len().to_string(),
            pile(
                environment.unknown.counted.len(),
                environment.unknown.before,
                verdict.compared,
            ),
            pile(
                environment.unpriced.counted.len(),
                environment.unpriced.before,
                verdict.compared,
            ),
        ]);
    }
    for column in [1, 2, 4, 5, 6, 7] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    notes(out, report)?;
    let list = remedies(report);
    if list.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nTo get to green:")?;
    for remedy in list.iter().take(SHOWN) {
        let place = if remedy.place.is_empty() {
            String::new()
        } else {
            format!(" ({})", remedy.place)
        };
        writeln!(out, "- {}: {}{place}", remedy.environment, remedy.what)?;
        for way in &remedy.ways {
            writeln!(out, "    {way}")?;
        }
    }
    if list.len() > SHOWN {
        writeln!(
            out,
            "- and {} more: --format json has all",
            list.len() - SHOWN
        )?;
    }
    Ok(())
}

/// How many hold, or what is wrong.
fn budgets(environment: &EnvironmentVerdict) -> String {
    let count = |state| {
        environment
            .budgets
            .iter()
            .filter(|b| b.state == state)
            .count()
    };
    if environment.budgets.is_empty() {
        return "none".to_owned();
    }
    let states = [
        (State::Broken, "broken"),
        (State::Warned, "warned"),
        (State::Overridden, "overridden"),
        (State::Unknown, "not known"),
        (State::NotJudged, "not judged"),
        (State::Holds, "hold"),
    ];
    let parts = states.map(|(state, word)| (count(state), word));
    let some = parts.iter().filter(|(n, _)| *n > 0);
    some.map(|(n, word)| format!("{n} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What counts, and what was there before.
fn pile(counted: usize, before: usize, compared: bool) -> String {
    match before {
        0 if compared => format!("{counted} new"),
        0 => counted.to_string(),
        _ => format!("{counted} new, {before} old"),
    }
}

/// What does not change the answer and should be known.
fn notes(out: &mut dyn Write, report: &GateReport<'_>) -> io::Result<()> {
    let verdict = report.verdict;
    let mut lines = Vec::new();
    for environment in &verdict.environments {
        for judged in &environment.budgets {
            let said = match judged.state {
                State::Warned | State::Overridden => true,
                State::Unknown | State::NotJudged => !environment.unknown.denied,
                State::Holds => !judged.reasons.is_empty(),
                State::Broken => false,
            };
            if !said {
                continue;
            }
            let reasons = if judged.reasons.is_empty() {
                String::new()
            } else {
                format!("; {}", judged.reasons.join("; "))
            };
            lines.push(format!(
                "{}: budget \"{}\" {}: {}{reasons}",
                environment.environment,
                judged.budget.name,
                judged.state.as_str().replace('-', " "),
                budget_line(judged, report)
            ));
        }
    }
    for (name, place) in &verdict.unused {
        lines.push(format!("budget \"{name}\" counts nothing in any environment ({place}): is its scope spelt right?"));
    }
    let old: usize = verdict.environments.iter().map(|e| e.faults.before).sum();
    if old > 0 && verdict.settings.count == Count::New {
        lines.push(format!(
            "{old} faults were there before and do not count; --count all counts them"
        ));
    }
    if !lines.is_empty() {
        writeln!(out)?;
    }
    for line in lines {
        writeln!(out, "note: {line}")?;
    }
    Ok(())
}
