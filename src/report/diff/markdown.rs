//! Differences for a page or comment.

use std::io::{self, Write};

use super::{amount, cause, percent, signed, whole};
use crate::diff::Delta;
use crate::pricing::Currency;
use crate::report::money;

/// For a page or comment.
///
/// # Errors
/// Those of the writer.
pub fn markdown(out: &mut dyn Write, deltas: &[Delta], currency: &Currency) -> io::Result<()> {
    writeln!(
        out,
        "| environment | before {0} | after {0} | change | | findings |\n|---|---:|---:|---:|---:|---|",
        currency.code
    )?;
    for delta in deltas {
        let difference = delta.comparable().expected;
        writeln!(
            out,
            "| {}{} | {} | {} | {} | {} | {} |",
            delta.environment,
            whole(delta),
            money(delta.base.expected, currency),
            money(delta.head.expected, currency),
            signed(difference, currency),
            percent(delta.base.expected, difference),
            counts(delta)
        )?;
    }
    for delta in deltas {
        if !delta.changes.is_empty() {
            writeln!(
                out,
                "\n### {}\n\n| resource | | change | cause |\n|---|---|---:|---|",
                delta.environment
            )?;
        }
        for change in &delta.changes {
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                change.address,
                change.kind.as_str(),
                amount(change, currency),
                cell(&cause(change, currency))
            )?;
        }
        findings(out, delta)?;
    }
    Ok(())
}

fn counts(delta: &Delta) -> String {
    match (delta.findings.new.len(), delta.findings.fixed.len()) {
        (0, 0) => String::new(),
        (new, fixed) => format!("{new} new, {fixed} fixed"),
    }
}

fn findings(out: &mut dyn Write, delta: &Delta) -> io::Result<()> {
    let kinds = [
        ("new", &delta.findings.new),
        ("fixed", &delta.findings.fixed),
    ];
    if kinds.iter().all(|(_, all)| all.is_empty()) {
        return Ok(());
    }
    writeln!(
        out,
        "\n#### Findings in {}\n\n| | severity | rule | resource | |\n|---|---|---|---|---|",
        delta.environment
    )?;
    for (what, all) in kinds {
        for finding in all {
            writeln!(
                out,
                "| {what} | {} | {} | {} | {} |",
                finding.severity.as_str(),
                finding.rule,
                finding.address,
                cell(&finding.message)
            )?;
        }
    }
    Ok(())
}

/// Text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
