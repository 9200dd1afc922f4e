//! For a terminal.

use std::io::{self, Write};

use super::ActualsReport;
use crate::report::estimate_table::new_table;

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn table(
    out: &mut dyn Write,
    report: &ActualsReport<'_>,
    width: Option<u16>,
) -> io::Result<()> {
    for line in report.head() {
        writeln!(out, "{line}")?;
    }
    for part in report.parts() {
        writeln!(out, "\n{}", part.title)?;
        let mut table = new_table(width, part.heads, part.words);
        for row in part.rows {
            table.add_row(row);
        }
        writeln!(out, "{table}")?;
    }
    writeln!(out)?;
    for line in report.foot() {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
