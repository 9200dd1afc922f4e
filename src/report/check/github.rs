//! Findings as annotations.

use std::io::{self, Write};

use crate::rules::{EnvironmentFindings, Status};
use crate::source::SourceMap;

/// Annotations of a GitHub Actions run.
///
/// # Errors
/// Those of the writer.
pub fn github(
    out: &mut dyn Write,
    results: &[EnvironmentFindings],
    sources: &SourceMap,
) -> io::Result<()> {
    // Line breaks and percent signs would end the command. Source: GitHub Actions, "Workflow commands".
    let escape = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    for result in results {
        for f in result
            .findings
            .iter()
            .filter(|f| matches!(f.status, Status::Fail | Status::Unknown))
        {
            let kind = if f.status == Status::Fail {
                "error"
            } else {
                "warning"
            };
            let place = f.span.map(|s| {
                let at = sources.position(s);
                format!(
                    "file={},line={},col={},",
                    sources.path(s),
                    at.line,
                    at.column
                )
            });
            let message = escape(&format!(
                "{} {}: {}",
                result.environment, f.address, f.message
            ));
            writeln!(
                out,
                "::{kind} {}title={}::{message}",
                place.unwrap_or_default(),
                f.rule
            )?;
        }
        let s = result.summary();
        writeln!(
            out,
            "{}: {} pass, {} fail, {} unknown, {} waived",
            result.environment, s.pass, s.fail, s.unknown, s.waived
        )?;
    }
    Ok(())
}
