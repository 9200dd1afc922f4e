//! Findings as JUnit XML: an environment is a suite, a rule and a resource are a case.

use std::io::{self, Write};

use super::{accepted, address};
use crate::rules::{EnvironmentFindings, Finding, Status};
use crate::source::SourceMap;

/// Faults are failures; what is not known and what is waived is skipped, with the reason.
///
/// # Errors
/// Those of the writer.
pub fn junit(
    out: &mut dyn Write,
    results: &[EnvironmentFindings],
    sources: &SourceMap,
) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="isms-cost check">"#)?;
    for result in results {
        let s = result.summary();
        writeln!(
            out,
            r#"  <testsuite name="{}" tests="{}" failures="{}" errors="0" skipped="{}">"#,
            escape(&result.environment),
            result.findings.len(),
            s.fail,
            s.unknown + s.waived
        )?;
        for finding in &result.findings {
            case(out, finding, sources)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn case(out: &mut dyn Write, finding: &Finding, sources: &SourceMap) -> io::Result<()> {
    let place = finding.span.map(|s| {
        format!(
            r#" file="{}" line="{}""#,
            escape(&sources.path(s)),
            sources.position(s).line
        )
    });
    write!(
        out,
        r#"    <testcase classname="{}" name="{}"{}"#,
        escape(finding.rule),
        escape(address(finding)),
        place.unwrap_or_default()
    )?;
    let message = escape(&finding.message);
    match finding.status {
        Status::Pass => writeln!(out, "/>"),
        Status::Fail => {
            let at = finding.span.map(|s| sources.locate(s)).unwrap_or_default();
            let mut lines = vec![at];
            lines.extend(finding.evidence.iter().cloned());
            let text = escape(&lines.join("\n"));
            writeln!(
                out,
                ">\n      <failure message=\"{message}\" type=\"{}\">{text}</failure>\n    </testcase>",
                finding.severity.as_str()
            )
        }
        Status::Unknown => writeln!(
            out,
            ">\n      <skipped message=\"{message}\"/>\n    </testcase>"
        ),
        Status::Waived => {
            let why = finding
                .suppression
                .as_ref()
                .map(accepted)
                .unwrap_or_default();
            writeln!(
                out,
                ">\n      <skipped message=\"waived: {}\"/>\n    </testcase>",
                escape(&why)
            )
        }
    }
}

/// Text for XML 1.0: what it cannot carry at all is a replacement character.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
