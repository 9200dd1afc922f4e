//! Findings for people and programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::rules::{EnvironmentFindings, Finding, Status};
use crate::source::SourceMap;

/// Faults and what is not known, with the source line; passes are counted.
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
        let open: Vec<&Finding> = result
            .findings
            .iter()
            .filter(|f| f.status != Status::Pass)
            .collect();
        for finding in &open {
            let word = if finding.status == Status::Fail {
                finding.severity.as_str()
            } else {
                "unknown"
            };
            writeln!(
                out,
                "{word:8} {} {}: {}",
                finding.rule, finding.address, finding.message
            )?;
            if let Some(span) = finding.span {
                let line = sources.position(span).line;
                let shown = sources.shown(span.file);
                let text = shown.lines().nth(line - 1).unwrap_or_default().trim();
                writeln!(
                    out,
                    "         {}: {}",
                    sources.locate(span),
                    text.chars().take(100).collect::<String>()
                )?;
            }
            for evidence in &finding.evidence {
                writeln!(out, "         {evidence}")?;
            }
        }
        let summary = result.summary();
        writeln!(
            out,
            "{}: {} pass, {} fail, {} unknown",
            result.environment, summary.pass, summary.fail, summary.unknown
        )?;
    }
    Ok(())
}

/// Findings for programs, passes included.
///
/// # Errors
/// Those of the writer.
pub fn json(
    out: &mut dyn Write,
    results: &[EnvironmentFindings],
    sources: &SourceMap,
) -> io::Result<()> {
    let environments: Vec<Value> = results
        .iter()
        .map(|result| {
            let summary = result.summary();
            json!({
                "environment": result.environment,
                "summary": { "pass": summary.pass, "fail": summary.fail, "unknown": summary.unknown, "waived": summary.waived },
                "findings": result.findings.iter().map(|f| finding(f, sources)).collect::<Vec<_>>(),
            })
        })
        .collect();
    serde_json::to_writer_pretty(
        &mut *out,
        &json!({ "schema_version": "1", "environments": environments }),
    )
    .map_err(io::Error::from)?;
    writeln!(out)
}

fn finding(finding: &Finding, sources: &SourceMap) -> Value {
    let place = finding.span.map(|s| (sources.path(s), sources.position(s)));
    json!({
        "rule": finding.rule, "severity": finding.severity.as_str(), "status": finding.status.as_str(),
        "address": finding.address, "type": finding.resource_type,
        "file": place.as_ref().map(|(file, _)| file), "line": place.as_ref().map(|(_, at)| at.line),
        "column": place.as_ref().map(|(_, at)| at.column),
        "message": finding.message, "evidence": finding.evidence,
    })
}

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
            "## {}: {} pass, {} fail, {} unknown\n",
            result.environment, summary.pass, summary.fail, summary.unknown
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
        for f in result.findings.iter().filter(|f| f.status != Status::Pass) {
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
            "{}: {} pass, {} fail, {} unknown",
            result.environment, s.pass, s.fail, s.unknown
        )?;
    }
    Ok(())
}
