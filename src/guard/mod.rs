//! A user's own rules in AWS's Guard language, over what the templates evaluate to.
//!
//! Guard reads one document a stack: `Resources` with every property resolved. A reference is written as `Ref` or
//! `Fn::GetAtt` with the resource's address, the value of a `NoEcho` parameter as stars, and what is known only after
//! deployment as a string that begins with `unknown:`. A check that fails on such a string is unknown. One that holds for
//! any string (`exists`, `!=`) cannot be told from one that holds: a limit of the language.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use cfn_guard::{ValidateInput, run_checks};
use serde_json::{Map, Value as Json, json};

use crate::model::{Deployment, Kind, Piece, Read, Resource, Stack, Value};
use crate::rules::{Context, Finding, Judge, Rule, Severity, Status};

/// A file of Guard rules.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Rules that Guard cannot read, or a failure of Guard itself.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {message}")]
pub struct GuardError {
    /// The file of rules.
    pub path: String,
    /// What Guard says.
    pub message: String,
}

/// Judges an environment by files of rules. The id of a rule is `guard.NAME`.
///
/// # Errors
/// [`GuardError`]: a file is no Guard.
pub fn judge(deployment: &Deployment, files: &[RuleFile]) -> Result<Vec<Finding>, GuardError> {
    let mut findings = Vec::new();
    for stack in deployment.stacks.values() {
        let document = document(deployment, stack).to_string();
        for file in files {
            let failed = |message: String| GuardError {
                path: file.path.clone(),
                message,
            };
            let input = |content, file_name| ValidateInput { content, file_name };
            let answer = run_checks(
                input(&document, "stack.json"),
                input(&file.text, &file.path),
                false,
            )
            .map_err(|e| failed(e.to_string()))?;
            let answer: Json = serde_json::from_str(&answer).map_err(|e| failed(e.to_string()))?;
            for name in answer["compliant"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
            {
                let mut judge = Judge::new(rule(name));
                judge.at(
                    Status::Pass,
                    &stack.address,
                    None,
                    format!("{} holds", file.path),
                );
                findings.extend(judge.finish());
            }
            for broken in answer["not_compliant"].as_array().into_iter().flatten() {
                let name = broken["Rule"]["name"].as_str().unwrap_or("unnamed");
                let mut judge = Judge::new(rule(name));
                let mut leaves = Vec::new();
                collect(broken, &mut leaves);
                for leaf in leaves {
                    answer_of(deployment, stack, &leaf, &mut judge);
                }
                findings.extend(judge.finish());
            }
        }
    }
    Ok(findings)
}

/// One check that did not hold.
struct Leaf {
    path: Option<String>,
    message: String,
}

/// The checks at the leaves of Guard's answer.
fn collect(value: &Json, leaves: &mut Vec<Leaf>) {
    match value {
        Json::Object(map) => {
            if let Some(clause) = map.get("Clause") {
                let inner = clause
                    .as_object()
                    .and_then(|c| c.values().next())
                    .unwrap_or(clause);
                let messages = &inner["messages"];
                let text = |key: &str| {
                    messages[key]
                        .as_str()
                        .map(str::trim)
                        .filter(|t| !t.is_empty())
                        .map(str::to_owned)
                };
                let message = text("custom_message").or_else(|| text("error_message"));
                let context = inner["context"]
                    .as_str()
                    .unwrap_or("a check does not hold")
                    .trim()
                    .to_owned();
                leaves.push(Leaf {
                    path: first_path(inner),
                    message: message.unwrap_or(context),
                });
                return;
            }
            map.values().for_each(|v| collect(v, leaves));
        }
        Json::Array(items) => items.iter().for_each(|v| collect(v, leaves)),
        _ => {}
    }
}

/// The first place in the document that a check names.
fn first_path(value: &Json) -> Option<String> {
    match value {
        Json::Object(map) => {
            let own = map
                .get("path")
                .and_then(Json::as_str)
                .filter(|p| p.starts_with("/Resources/"));
            own.map(str::to_owned)
                .or_else(|| map.values().find_map(first_path))
        }
        Json::Array(items) => items.iter().find_map(first_path),
        _ => None,
    }
}

fn answer_of(deployment: &Deployment, stack: &Stack, leaf: &Leaf, judge: &mut Judge) {
    let mut parts = leaf.path.as_deref().unwrap_or_default().split('/').skip(2);
    let resource = parts
        .next()
        .and_then(|id| deployment.get(&stack.address.join(id)));
    let Some(resource) = resource else {
        judge.at(Status::Fail, &stack.address, None, leaf.message.clone());
        return;
    };
    let path: Vec<&str> = parts.skip_while(|p| *p == "Properties").collect();
    let path = path.join(".");
    match unknown(resource, &path) {
        Some(reason) => judge.unknown(resource, &path, &reason),
        None => judge.fail(resource, &path, leaf.message.clone()),
    }
}

/// Why a property is not known.
fn unknown(resource: &Resource, path: &str) -> Option<String> {
    match resource.read(path) {
        Read::Unknown(reason) => Some(reason.to_string()),
        Read::Known(value) => value.first_unknown().map(ToString::to_string),
        Read::Absent => None,
    }
}

/// A stack as Guard reads it.
fn document(deployment: &Deployment, stack: &Stack) -> Json {
    let own = deployment
        .resources
        .values()
        .filter(|r| r.address.stack() == stack.address && !r.address.as_str().is_empty());
    let resources: Map<String, Json> = own
        .map(|resource| {
            let value = json!({ "Type": &*resource.resource_type, "Properties": resolved(&resource.properties) });
            (resource.address.logical_id().to_owned(), value)
        })
        .collect();
    json!({ "Resources": resources })
}

fn resolved(value: &Value) -> Json {
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(b) => json!(b),
        Kind::Number(n) => n
            .parse::<serde_json::Number>()
            .map_or_else(|_| json!(&**n), Json::Number),
        Kind::Text(text) => json!(&**text),
        Kind::List(items) => items.iter().map(resolved).collect(),
        Kind::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|e| (e.key.to_string(), resolved(&e.value)))
                .collect(),
        ),
        Kind::Reference(r) => match &r.attribute {
            None => json!({ "Ref": r.address.as_str() }),
            Some(attribute) => json!({ "Fn::GetAtt": [r.address.as_str(), &**attribute] }),
        },
        Kind::Pieces(pieces) => match pieces.iter().find(|p| matches!(p, Piece::Unknown(_))) {
            Some(Piece::Unknown(gap)) => json!(format!("unknown: {gap}")),
            _ => json!(value.pattern()),
        },
        Kind::Unknown(gap) => json!(format!("unknown: {gap}")),
        Kind::Secret(_) => json!("****"),
    }
}

/// The rule of a name. Rules live as long as the program: a few words for each name that the user's files have.
fn rule(name: &str) -> &'static Rule {
    static KNOWN: LazyLock<Mutex<BTreeMap<String, &'static Rule>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rule) = known.get(name) {
        return rule;
    }
    let rule: &'static Rule = Box::leak(Box::new(Rule {
        id: Box::leak(format!("guard.{name}").into_boxed_str()),
        title: "a rule of one's own",
        severity: Severity::Medium,
        resource_types: &[],
        why: "The rule's author says so.",
        fix: "See the rule's message.",
        see: "The rule stands in a file of Guard rules.",
        check: no_check,
    }));
    known.insert(name.to_owned(), rule);
    rule
}

/// Guard judges these rules.
fn no_check(_: &Context<'_>, _: &mut Judge) {}
