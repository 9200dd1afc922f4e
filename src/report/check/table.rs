//! Findings for a terminal.

use std::io::{self, Write};

use super::{accepted, address};
use crate::rules::{EnvironmentFindings, Finding, Severity, Status};
use crate::source::SourceMap;

/// Faults by severity, then what is not known, each with its source line; waivers with their reason; passes are counted.
///
/// # Errors
/// Those of the writer.
pub fn table(
    out: &mut dyn Write,
    results: &[EnvironmentFindings],
    sources: &SourceMap,
) -> io::Result<()> {
    for (i, result) in results.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let of = |status: Status| result.findings.iter().filter(move |f| f.status == status);
        for severity in [
            Severity::Critical,
            Severity::High,
            Severity::Medium,
            Severity::Low,
        ] {
            for finding in of(Status::Fail).filter(|f| f.severity == severity) {
                one(out, severity.as_str(), finding, sources)?;
            }
        }
        for finding in of(Status::Unknown) {
            one(out, "unknown", finding, sources)?;
        }
        for finding in of(Status::Waived) {
            let why = finding
                .suppression
                .as_ref()
                .map(accepted)
                .unwrap_or_default();
            writeln!(out, "waived   {} {}: {why}", finding.rule, address(finding))?;
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

fn one(out: &mut dyn Write, word: &str, finding: &Finding, sources: &SourceMap) -> io::Result<()> {
    writeln!(
        out,
        "{word:8} {} {}: {}",
        finding.rule,
        address(finding),
        finding.message
    )?;
    if let Some(span) = finding.span {
        let line = sources.position(span).line;
        let shown = sources.shown(span.file);
        let text = shown.lines().nth(line - 1).unwrap_or_default().trim();
        let text: String = text.chars().take(100).collect();
        writeln!(out, "         {}: {text}", sources.locate(span))?;
    }
    for evidence in &finding.evidence {
        writeln!(out, "         {evidence}")?;
    }
    Ok(())
}
