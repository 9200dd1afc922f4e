//! Evidence as a page and as JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::check::accepted;
use crate::evidence::{Control, Evidence, Outcome};
use crate::rules::{Finding, Status};
use crate::source::SourceMap;

/// What the evidence was made from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The environment.
    pub environment: String,
    /// The region.
    pub region: String,
    /// The account, where the configuration names it.
    pub account: Option<String>,
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// The commit, and whether the work tree differs from it; `None` outside a repository.
    pub commit: Option<(String, bool)>,
    /// SHA-256 of every template and parameter file, by path.
    pub files: BTreeMap<String, String>,
    /// Rules that the policy turns off here.
    pub off: Vec<String>,
}

fn worst(findings: &[&Finding]) -> &'static str {
    let rank = |f: &&Finding| match f.status {
        Status::Fail => 0,
        Status::Unknown => 1,
        Status::Waived => 2,
        Status::Pass => 3,
    };
    findings
        .iter()
        .copied()
        .min_by_key(|f| rank(f))
        .map_or("nothing to judge", |f| f.status.as_str())
}

fn counts(evidence: &Evidence<'_>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for control in &evidence.controls {
        *counts.entry(control.outcome.as_str()).or_default() += 1;
    }
    counts
}

/// A page in the manner of a statement of applicability.
///
/// # Errors
/// Those of the writer.
pub fn markdown(
    out: &mut dyn Write,
    evidence: &Evidence<'_>,
    origin: &Origin,
    sources: &SourceMap,
) -> io::Result<()> {
    writeln!(
        out,
        "# {}: {}\n",
        evidence.framework.title, origin.environment
    )?;
    let commit = match &origin.commit {
        Some((id, false)) => id.clone(),
        Some((id, true)) => format!("{id}, with changes that are not committed"),
        None => "none: not in a repository".to_owned(),
    };
    writeln!(
        out,
        "| | |\n|---|---|\n| date | {} |\n| commit | {commit} |",
        origin.date
    )?;
    writeln!(out, "| region | {} |", origin.region)?;
    if let Some(account) = &origin.account {
        writeln!(out, "| account | {account} |")?;
    }
    writeln!(out, "| made by | isms-cost {} |", env!("CARGO_PKG_VERSION"))?;
    writeln!(
        out,
        "\nThis page says what the templates would deploy, judged before deployment. It is no audit: it does not look at the running account, and \
         the mapping of rules to controls is that of public sources (see `isms-cost rules --format json`)."
    )?;
    if evidence.framework.suggested.is_some() {
        writeln!(
            out,
            "A rule marked with * is mapped by our own reading, which nobody has verified."
        )?;
    }
    if evidence.framework.all.is_empty() {
        writeln!(
            out,
            "Only controls that a rule is mapped to are listed; the framework has more."
        )?;
    }
    writeln!(out, "\n## Coverage\n\n| result | controls |\n|---|---:|")?;
    for (name, count) in counts(evidence) {
        writeln!(out, "| {name} | {count} |")?;
    }
    let unjudged: usize = evidence.unjudged.values().map(Vec::len).sum();
    writeln!(
        out,
        "\n{} of {} resources were judged by at least one rule.",
        evidence.resources - unjudged,
        evidence.resources
    )?;
    writeln!(
        out,
        "\n## Controls\n\n| control | result | rules |\n|---|---|---|"
    )?;
    for control in &evidence.controls {
        let rules: Vec<String> = control
            .rules
            .iter()
            .map(|r| {
                format!(
                    "{}{}: {}",
                    r.rule.id,
                    if r.suggested { "*" } else { "" },
                    worst(&r.findings)
                )
            })
            .collect();
        writeln!(
            out,
            "| {} | {} | {} |",
            control.id,
            control.outcome.as_str(),
            rules.join("<br>")
        )?;
    }
    writeln!(out, "\n## Results by rule\n")?;
    for (id, (title, findings)) in by_rule(&evidence.controls) {
        writeln!(
            out,
            "### {id}\n\n{title}.\n\n| resource | result | what was found | place |\n|---|---|---|---|"
        )?;
        for f in findings {
            let place = f.span.map(|s| sources.locate(s)).unwrap_or_default();
            let why = f
                .suppression
                .as_ref()
                .map(|s| format!(" (waived: {})", accepted(s)))
                .unwrap_or_default();
            let text = format!("{}{why}", f.message)
                .replace('|', "\\|")
                .replace('\n', " ");
            writeln!(
                out,
                "| {} | {} | {text} | {place} |",
                f.address,
                f.status.as_str()
            )?;
        }
        writeln!(out)?;
    }
    if !origin.off.is_empty() {
        writeln!(
            out,
            "## Rules that the policy turns off\n\n{}\n",
            origin.off.join(", ")
        )?;
    }
    writeln!(
        out,
        "## Resources that no rule judged\n\n| type | resources |\n|---|---|"
    )?;
    for (kind, addresses) in &evidence.unjudged {
        let list: Vec<&str> = addresses.iter().map(|a| a.as_str()).collect();
        writeln!(out, "| {kind} | {} |", list.join(", "))?;
    }
    writeln!(out, "\n## Files\n\n| file | SHA-256 |\n|---|---|")?;
    for (path, hash) in &origin.files {
        writeln!(out, "| {path} | `{hash}` |")?;
    }
    Ok(())
}

/// The rules that judged something, each once.
fn by_rule<'a>(
    controls: &'a [Control<'a>],
) -> BTreeMap<&'static str, (&'static str, &'a [&'a Finding])> {
    let rules = controls
        .iter()
        .flat_map(|c| &c.rules)
        .filter(|r| !r.findings.is_empty());
    rules
        .map(|r| (r.rule.id, (r.rule.title, r.findings.as_slice())))
        .collect()
}

/// The same for programs.
pub fn value(evidence: &Evidence<'_>, origin: &Origin, sources: &SourceMap) -> Value {
    let controls: Vec<Value> = evidence
        .controls
        .iter()
        .map(|control| {
            let rules: Vec<Value> = control
                .rules
                .iter()
                .map(|r| {
                    json!({
                        "rule": r.rule.id, "verified_mapping": !r.suggested, "result": worst(&r.findings),
                        "resources": r.findings.iter().map(|f| json!({
                            "address": f.address, "status": f.status.as_str(), "message": f.message,
                            "place": f.span.map(|s| sources.locate(s)),
                            "waiver": f.suppression.as_ref().map(accepted),
                        })).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({ "control": control.id, "result": control.outcome.as_str(), "rules": rules })
        })
        .collect();
    json!({
        "environment": origin.environment, "region": origin.region, "account": origin.account, "date": origin.date,
        "framework": evidence.framework.name, "title": evidence.framework.title,
        "commit": origin.commit.as_ref().map(|(id, dirty)| json!({ "id": id, "uncommitted_changes": dirty })),
        "program": concat!("isms-cost ", env!("CARGO_PKG_VERSION")),
        "coverage": {
            "controls": counts(evidence),
            "controls_without_rule": evidence.controls.iter().filter(|c| c.outcome == Outcome::NoRule).map(|c| &c.id).collect::<Vec<_>>(),
            "resources": evidence.resources,
            "resources_not_judged": evidence.unjudged,
            "rules_off": origin.off,
        },
        "controls": controls,
        "files": origin.files,
    })
}
