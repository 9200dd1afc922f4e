//! Findings as SARIF 2.1.0, for code scanning.
//!
//! One run; the same fault in several environments is one result that names them, so that code scanning shows it once.
//! Source of what GitHub takes: "SARIF support for code scanning" in its documentation.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::accepted;
use crate::rules::{
    EnvironmentFindings, Finding, Severity, Status, SuppressionSource, all, mapping,
};
use crate::source::{SourceMap, Span};

/// Writes faults, waived faults and what is not known. `anchor` is the file of findings that stand in none: code
/// scanning wants a place for each.
///
/// # Errors
/// Those of the writer.
pub fn sarif(
    out: &mut dyn Write,
    results: &[EnvironmentFindings],
    sources: &SourceMap,
    anchor: &str,
) -> io::Result<()> {
    let mut rules: Vec<Value> = all().map(rule).collect();
    let mut index: BTreeMap<&str, usize> = all().enumerate().map(|(i, r)| (r.id, i)).collect();
    // Rules of one's own say nothing about themselves but their name.
    for finding in results.iter().flat_map(|r| &r.findings) {
        index.entry(finding.rule).or_insert_with(|| {
            rules.push(json!({ "id": finding.rule, "name": finding.rule }));
            rules.len() - 1
        });
    }
    let results: Vec<Value> = merged(results)
        .into_iter()
        .map(|result| result.print(sources, anchor, index.get(result.first.rule).copied()))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "isms-cost",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "SRCROOT": { "description": { "text": "the top of the repository" } } },
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log).map_err(io::Error::from)?;
    writeln!(out)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A number that code scanning sorts by: over 9.0 is critical, 7.0 high, 4.0 medium.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
    }
}

fn rule(rule: &crate::rules::Rule) -> Value {
    let mapping = mapping(rule.id);
    let mut tags = vec!["security".to_owned()];
    for (framework, ids) in mapping
        .controls
        .iter()
        .filter(|(f, _)| matches!(**f, "iso27001_2022" | "cis_aws" | "soc2"))
    {
        tags.extend(ids.iter().map(|id| format!("{framework}/{id}")));
    }
    // Code scanning takes twenty tags at most.
    tags.truncate(20);
    json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.why },
        "help": {
            "text": format!("{}\n\nFix: {}\n\nSee it in AWS: {}", rule.why, rule.fix, rule.see),
            "markdown": format!("{}\n\n**Fix.** {}\n\n**See it in AWS.** `{}`", rule.why, rule.fix, rule.see.replace('`', "'")),
        },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "security-severity": security_severity(rule.severity), "precision": "high", "tags": tags },
    })
}

/// The same finding of one or more environments.
struct Merged<'a> {
    first: &'a Finding,
    environments: Vec<Arc<str>>,
    fingerprint: String,
}

/// Findings that are no passes, in the order of rules and addresses, once for all environments that share them.
fn merged(results: &[EnvironmentFindings]) -> Vec<Merged<'_>> {
    let mut found: Vec<Merged<'_>> = Vec::new();
    let mut at: BTreeMap<(String, usize, Status, &str), usize> = BTreeMap::new();
    for result in results {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for finding in result.findings.iter().filter(|f| f.status != Status::Pass) {
            let key = finding.key();
            let nth = seen.entry(key.clone()).and_modify(|n| *n += 1).or_insert(1);
            let fingerprint = format!("{}:{nth}", hash(&key));
            let place = at
                .entry((key, *nth, finding.status, finding.message.as_str()))
                .or_insert_with(|| {
                    found.push(Merged {
                        first: finding,
                        environments: Vec::new(),
                        fingerprint,
                    });
                    found.len() - 1
                });
            found[*place]
                .environments
                .push(Arc::clone(&result.environment));
        }
    }
    // Two texts of one fault (another value in each environment) are two results; their fingerprints must differ.
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for result in &mut found {
        let n = used
            .entry(result.fingerprint.clone())
            .and_modify(|n| *n += 1)
            .or_insert(1);
        if *n > 1 {
            result.fingerprint = format!("{}:{}", hash(&format!("{}|{n}", result.first.key())), 1);
        }
    }
    found
}

/// Sixteen hexadecimal digits, as GitHub's own line hashes have.
fn hash(key: &str) -> String {
    Sha256::digest(key.as_bytes())
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect()
}

impl Merged<'_> {
    fn print(&self, sources: &SourceMap, anchor: &str, index: Option<usize>) -> Value {
        let f = self.first;
        let environments = self.environments.join(", ");
        let about = if f.address.as_str().is_empty() {
            String::new()
        } else {
            format!("{}: ", f.address)
        };
        let mut text = format!("{about}{} [{environments}]", f.message);
        for line in &f.evidence {
            text.push('\n');
            text.push_str(line);
        }
        let mut result = json!({
            "ruleId": f.rule,
            "ruleIndex": index,
            "kind": if f.status == Status::Unknown { "open" } else { "fail" },
            "level": if f.status == Status::Unknown { "none" } else { level(f.severity) },
            "message": { "text": text },
            "locations": [location(f, sources, anchor)],
            "partialFingerprints": { "primaryLocationLineHash": self.fingerprint },
            "properties": { "environments": self.environments, "address": f.address, "property": f.property },
        });
        let related: Vec<Value> = f
            .related
            .iter()
            .enumerate()
            .map(|(id, r)| {
                let mut place = physical(r.span, sources);
                place["id"] = json!(id + 1);
                place["message"] = json!({ "text": r.message });
                place
            })
            .collect();
        if !related.is_empty() {
            result["relatedLocations"] = json!(related);
        }
        if let Some(s) = &f.suppression {
            let kind = if s.source == SuppressionSource::Comment {
                "inSource"
            } else {
                "external"
            };
            result["suppressions"] =
                json!([{ "kind": kind, "status": "accepted", "justification": accepted(s) }]);
        }
        result
    }
}

fn location(finding: &Finding, sources: &SourceMap, anchor: &str) -> Value {
    let mut place = match finding.span {
        Some(span) => physical(span, sources),
        None => {
            json!({ "physicalLocation": { "artifactLocation": artifact(anchor), "region": { "startLine": 1 } } })
        }
    };
    if !finding.address.as_str().is_empty() {
        let name = if finding.property.is_empty() {
            finding.address.to_string()
        } else {
            format!("{}.{}", finding.address, finding.property)
        };
        place["logicalLocations"] = json!([{ "fullyQualifiedName": name, "kind": "resource" }]);
    }
    place
}

fn physical(span: Span, sources: &SourceMap) -> Value {
    let start = sources.position(span);
    let end = sources.position(Span {
        start: span.end.max(span.start),
        ..span
    });
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&sources.path(span)),
        "region": { "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column },
    } })
}

/// A path as a URI reference: relative to the repository, or of the machine where it lies outside.
fn artifact(path: &str) -> Value {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if path.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "SRCROOT" })
    }
}
