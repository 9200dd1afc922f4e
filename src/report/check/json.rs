//! Findings for programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::written;
use crate::rules::{EnvironmentFindings, Finding};
use crate::source::SourceMap;

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

/// One finding.
pub fn finding(finding: &Finding, sources: &SourceMap) -> Value {
    let place = finding.span.map(|s| (sources.path(s), sources.position(s)));
    let mut value = json!({
        "rule": finding.rule, "severity": finding.severity.as_str(), "status": finding.status.as_str(),
        "address": finding.address, "type": finding.resource_type,
        "file": place.as_ref().map(|(file, _)| file), "line": place.as_ref().map(|(_, at)| at.line),
        "column": place.as_ref().map(|(_, at)| at.column),
        "message": finding.message, "evidence": finding.evidence,
        "property": finding.property,
    });
    if let Some(s) = &finding.suppression {
        value["waiver"] =
            json!({ "source": written(s), "reason": s.reason, "owner": s.owner, "until": s.until });
    }
    value
}
