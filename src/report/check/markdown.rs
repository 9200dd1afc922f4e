//! Findings as a page.

use std::io::{self, Write};

use crate::rules::{EnvironmentFindings, Status};
use crate::source::SourceMap;

/// Faults and what is not known as a table.
///
/// # Errors
/// Those of the writer.
pub fn markdown(
    out: &mut dyn Write,
    results: &[EnvironmentFindings],
    sources: &SourceMap,
) -> io::Result<()> {
    for result in results {
        let summary = result.summary();
        writeln!(
            out,
            "## {}: {} pass, {} fail, {} unknown, {} waived\n",
            result.environment, summary.pass, summary.fail, summary.unknown, summary.waived
        )?;
        writeln!(
            out,
            "| rule | severity | status | address | finding | place |\n|---|---|---|---|---|---|"
        )?;
        for f in result.findings.iter().filter(|f| f.status != Status::Pass) {
            let place = f.span.map(|s| sources.locate(s)).unwrap_or_default();
            let text = f.message.replace('|', "\\|");
            writeln!(
                out,
                "| {} | {} | {} | {} | {text} | {place} |",
                f.rule,
                f.severity.as_str(),
                f.status.as_str(),
                f.address
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}
