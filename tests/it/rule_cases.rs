//! Every rule against small templates: at least one that breaks it, one that keeps it, and one whose answer is unknown.
//!
//! `tests/cases/rules/RULE.yaml`:
//!
//! ```yaml
//! never_unknown: why no input of this rule can be missing   # only where no case is unknown
//! cases:
//!   - name: open to the world
//!     template: |            # main.yaml
//!       Resources: …
//!     files: {child.yaml: …} # nested templates
//!     parameters: {Size: large}
//!     fail: [Group]          # every finding of this rule, by status; an address twice for two findings
//!     pass: []
//!     unknown: []
//!     says: {Group: "port 22"} # part of what is said of an address, or of its evidence
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use isms_cost::rules::{Finding, Status, all, check};
use serde::Deserialize;

use crate::support::{Evaluated, evaluate};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    never_unknown: Option<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    name: String,
    template: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    fail: Vec<String>,
    #[serde(default)]
    pass: Vec<String>,
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    says: BTreeMap<String, String>,
}

/// Rules that judge files beside the templates, or several environments, have their cases elsewhere.
fn has_own_cases(rule: &str) -> bool {
    rule.starts_with("deploy.") || rule.starts_with("policy.") || rule.starts_with("env.")
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/rules")
}

pub(crate) fn evaluated(case: &Case) -> Evaluated {
    let mut files: Vec<(&str, &str)> = vec![("main.yaml", &case.template)];
    files.extend(case.files.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    let parameters: Vec<(&str, &str)> = case
        .parameters
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    evaluate(&files, &parameters)
}

fn addresses(findings: &[&Finding], status: Status) -> Vec<String> {
    let mut found: Vec<String> = findings
        .iter()
        .filter(|f| f.status == status)
        .map(|f| f.address.to_string())
        .collect();
    found.sort();
    found
}

fn sorted(list: &[String]) -> Vec<String> {
    let mut list = list.to_vec();
    list.sort();
    list
}

/// What is wrong with one case, if anything.
fn judge(rule: &str, case: &Case) -> Vec<String> {
    let evaluated = evaluated(case);
    let Some(deployment) = &evaluated.deployment else {
        return vec![format!("no deployment: {:?}", evaluated.said())];
    };
    if evaluated.diagnostics.has_errors() {
        return vec![format!("the template is wrong: {:?}", evaluated.said())];
    }
    let result = check(deployment, &evaluated.sources, &[]);
    let own: Vec<&Finding> = result.findings.iter().filter(|f| f.rule == rule).collect();
    let mut wrong = Vec::new();
    for (status, expected) in [
        (Status::Fail, &case.fail),
        (Status::Pass, &case.pass),
        (Status::Unknown, &case.unknown),
    ] {
        let found = addresses(&own, status);
        if found != sorted(expected) {
            let said: Vec<&str> = own.iter().map(|f| f.message.as_str()).collect();
            wrong.push(format!(
                "{}: expected {expected:?}, got {found:?} ({said:?})",
                status.as_str()
            ));
        }
    }
    for (address, part) in &case.says {
        let found = own.iter().filter(|f| f.address.as_str() == address);
        if !found
            .clone()
            .any(|f| f.message.contains(part) || f.evidence.iter().any(|e| e.contains(part)))
        {
            let said: Vec<String> = found
                .map(|f| format!("{} {:?}", f.message, f.evidence))
                .collect();
            wrong.push(format!("nothing about {address} says '{part}': {said:?}"));
        }
    }
    wrong
}

#[test]
fn every_rule_has_cases_that_hold() {
    let mut wrong = Vec::new();
    for rule in all().filter(|r| !has_own_cases(r.id)) {
        let path = folder().join(format!("{}.yaml", rule.id));
        let Ok(text) = std::fs::read_to_string(&path) else {
            wrong.push(format!("{}: there is no {}", rule.id, path.display()));
            continue;
        };
        let file: File = match serde_yaml::from_str(&text) {
            Ok(file) => file,
            Err(error) => {
                wrong.push(format!("{}: {error}", rule.id));
                continue;
            }
        };
        for case in &file.cases {
            for message in judge(rule.id, case) {
                wrong.push(format!("{} '{}': {message}", rule.id, case.name));
            }
        }
        let any = |list: fn(&Case) -> &Vec<String>| file.cases.iter().any(|c| !list(c).is_empty());
        for (status, there) in [("fail", any(|c| &c.fail)), ("pass", any(|c| &c.pass))] {
            if !there {
                wrong.push(format!("{}: no case is {status}", rule.id));
            }
        }
        if any(|c| &c.unknown) == file.never_unknown.is_some() {
            wrong.push(format!(
                "{}: a case must be unknown, or never_unknown must say why none can be",
                rule.id
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_case_file_is_of_a_rule() {
    let known: BTreeSet<&str> = all().map(|r| r.id).collect();
    for entry in std::fs::read_dir(folder()).expect("a folder") {
        let name = entry
            .expect("a file")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let rule = name.strip_suffix(".yaml").unwrap_or(&name);
        let own = ["deploy", "mutations", "environments", "policy"];
        assert!(
            known.contains(rule) || own.contains(&rule),
            "{name} is of no rule"
        );
    }
}

/// All cases of all rules that a template shows, with the rule's id and the case's name.
pub(crate) fn case_files() -> Vec<(String, Case)> {
    let mut found = Vec::new();
    for rule in all().filter(|r| !has_own_cases(r.id)) {
        let path = folder().join(format!("{}.yaml", rule.id));
        let text = std::fs::read_to_string(&path).expect("a case file");
        let file: File = serde_yaml::from_str(&text).expect("cases");
        for case in file.cases {
            found.push((format!("{} '{}'", rule.id, case.name), case));
        }
    }
    found
}
