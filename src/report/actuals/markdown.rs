//! For a page or comment.

use std::io::{self, Write};

use super::ActualsReport;

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn markdown(out: &mut dyn Write, report: &ActualsReport<'_>) -> io::Result<()> {
    let mut head = report.head().into_iter();
    writeln!(out, "## {}\n", head.next().unwrap_or_default())?;
    for line in head {
        writeln!(out, "* {line}")?;
    }
    for part in report.parts() {
        writeln!(out, "\n### {}\n", part.title.replace('*', "\\*"))?;
        writeln!(out, "| {} |", part.heads.join(" | "))?;
        let rule = (0..part.heads.len()).map(|i| if i < part.words { "---|" } else { "---:|" });
        writeln!(out, "|{}", rule.collect::<String>())?;
        for row in part.rows {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| cell.replace('|', "\\|").replace('*', "\\*"))
                .collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
    }
    writeln!(out)?;
    for line in report.foot() {
        writeln!(out, "* {line}")?;
    }
    Ok(())
}
