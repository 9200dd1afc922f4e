//! Secrets in files.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;

use super::shape::{in_file, is_secret_name, looks_like, secret_parameter};
use crate::model::{Kind, ParameterSource, Read, Resource, Stack, Step, Value};
use crate::rules::Status;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret.no-plaintext-in-template",
    title: "No secret stands in a template or parameter file",
    severity: Severity::Critical,
    resource_types: &[],
    why: "The repository, its forks, the stack and every log of the pipeline have it, for ever.",
    fix: "Let Secrets Manager make or keep it, and refer to it: \"{{resolve:secretsmanager:NAME:SecretString:KEY}}\". What stood here once must be changed.",
    see: "git log -S'PART OF THE VALUE' --all finds where it has been",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for stack in context.deployment.stacks.values() {
        let mut fine = true;
        let resources = context.deployment.resources.values();
        for resource in resources.filter(|r| r.address.stack() == stack.address) {
            // What a nested stack is given is judged where it is used, if its template is here.
            let entered = context.deployment.stacks.contains_key(&resource.address);
            let mut found = Vec::new();
            if !entered {
                walk(&resource.properties, "", "", &mut found);
                stored(resource, &mut found);
            }
            // Variables of a container are ecs.secrets-not-in-env's, values and all.
            found.retain(|(path, _)| !is_variable(path));
            for (path, what) in found {
                fine = false;
                judge.fail_masked(resource, &path, what);
            }
            let mut found = Vec::new();
            if let Some(metadata) = &resource.metadata {
                walk(metadata, "", "", &mut found);
            }
            for (path, what) in found {
                let Read::Known(value) = resource
                    .metadata
                    .as_ref()
                    .map_or(Read::Absent, |m| m.read(&path))
                else {
                    continue;
                };
                fine = false;
                judge.at_masked(
                    &resource.address,
                    value.span,
                    format!("in Metadata.{path} {what}"),
                );
            }
        }
        fine &= parameters(stack, judge) & outputs(stack, judge);
        if fine {
            judge.at(
                Status::Pass,
                &stack.address,
                None,
                "no value is a secret by its name or its shape",
            );
        }
    }
}

/// The paths of a resource's properties whose values no output may show.
pub(in crate::rules) fn paths(resource: &Resource) -> BTreeSet<String> {
    let mut found = Vec::new();
    walk(&resource.properties, "", "", &mut found);
    stored(resource, &mut found);
    found.into_iter().map(|(path, _)| path).collect()
}

fn is_variable(path: &str) -> bool {
    path.starts_with("ContainerDefinitions.") && path.contains(".Environment.")
}

/// Judges the values that parameters are given; whether none is a secret.
fn parameters(stack: &Stack, judge: &mut Judge) -> bool {
    let mut fine = true;
    for (name, value) in &stack.parameters {
        let given = value.trail.steps().find_map(|step| match step {
            Step::Parameter { source, .. } => Some(*source),
            _ => None,
        });
        let in_a_file = given == Some(ParameterSource::File);
        let what = match &value.kind {
            Kind::Secret(text)
                if in_a_file && is_value(text) && !text.starts_with("{{resolve:") =>
            {
                format!(
                    "the value of parameter {name}, which is hidden, stands in the parameter file"
                )
            }
            Kind::Text(text) if in_a_file && is_secret_name(name) && is_value(text) => {
                format!(
                    "the value of parameter {name} is a secret by its name, and stands in the parameter file"
                )
            }
            // Where a resource uses it, that resource is named already.
            Kind::Text(text) if !judge.masked().contains(&value.span) => match looks_like(text) {
                Some(shape) => format!("the value of parameter {name} looks like {shape}"),
                None => continue,
            },
            _ => continue,
        };
        fine = false;
        judge.at_masked(&stack.address, value.span, what);
    }
    fine
}

/// Judges outputs by their shape; whether none is a secret.
fn outputs(stack: &Stack, judge: &mut Judge) -> bool {
    let mut fine = true;
    for (name, value) in &stack.outputs {
        let shape = in_file(value).and_then(|text| looks_like(&text));
        if let Some(shape) = shape {
            fine = false;
            judge.at_masked(
                &stack.address,
                value.span,
                format!("output {name} looks like {shape}"),
            );
        }
    }
    fine
}

/// A parameter of Systems Manager that is named like a secret. CloudFormation makes none that is encrypted.
fn stored(parameter: &Resource, found: &mut Vec<(String, String)>) {
    if &*parameter.resource_type != "AWS::SSM::Parameter" {
        return;
    }
    let name = parameter.text("Name").known().unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    if !is_secret_name(last) || found.iter().any(|(path, _)| path == "Value") {
        return;
    }
    if let Read::Known(value) = parameter.read("Value")
        && let Kind::Text(text) = &value.kind
        && is_value(text)
    {
        found.push(("Value".to_owned(), named(last)));
    }
}

/// Collects the paths of values that are secrets. What is hidden or known only after deployment does not stand in a file.
fn walk(value: &Value, path: &str, name: &str, found: &mut Vec<(String, String)>) {
    let at = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match &value.kind {
        Kind::Map(entries) => {
            let label = label(value, path);
            for entry in entries.iter() {
                let key = match &label {
                    Some((of, name)) if *of == &*entry.key => name,
                    _ => &entry.key,
                };
                walk(&entry.value, &at(&entry.key), key, found);
            }
        }
        Kind::List(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, &at(&i.to_string()), name, found);
            }
        }
        Kind::Text(_) | Kind::Number(_) | Kind::Pieces(_) => {
            let text = in_file(value).unwrap_or_default();
            if let Some(shape) = looks_like(&text).or_else(|| encoded(name, &text)) {
                found.push((path.to_owned(), format!("the value looks like {shape}")));
                return;
            }
            let whole = match &value.kind {
                Kind::Text(_) => true,
                // A short number counts or limits something.
                Kind::Number(digits) => digits.len() >= 6,
                _ => false,
            };
            // A key of a policy's condition has a colon; it is no property.
            if !whole || name.contains(':') || !is_value(&text) {
                return;
            }
            if is_secret_name(name) {
                found.push((path.to_owned(), named(name)));
            } else if let Some(parameter) = secret_parameter(value) {
                found.push((path.to_owned(), named(&format!("parameter {parameter}"))));
            }
        }
        _ => {}
    }
}

fn named(name: &str) -> String {
    format!("{name} is a secret by its name, and its value stands in a file")
}

/// Entries that name a value beside them: the key of the value, and its name.
fn label(entry: &Value, path: &str) -> Option<(&'static str, Arc<str>)> {
    const PAIRS: [(&str, &str); 5] = [
        ("Name", "Value"),
        ("name", "value"),
        ("Key", "Value"),
        ("OptionName", "Value"),
        ("HeaderName", "HeaderValue"),
    ];
    // CodeBuild: the value is the name of what holds the secret.
    let stored = entry
        .read_text("Type")
        .known()
        .is_some_and(|kind| matches!(&*kind, "PARAMETER_STORE" | "SECRETS_MANAGER"));
    if stored || path.split('.').any(|key| key == "Tags") {
        return None;
    }
    PAIRS.iter().find_map(|(name, value)| {
        entry.get(value)?;
        Some((*value, entry.read_text(name).known()?))
    })
}

/// What secret a text looks like once decoded.
fn encoded(name: &str, text: &str) -> Option<&'static str> {
    if name != "UserData" {
        return None;
    }
    let bytes = base64::prelude::BASE64_STANDARD.decode(text).ok()?;
    looks_like(std::str::from_utf8(&bytes).ok()?)
}

/// Whether a text can be a secret: not empty, not a word of CloudFormation, no ARN and no path.
fn is_value(text: &str) -> bool {
    !text.is_empty()
        && !matches!(text, "true" | "false")
        && !text.starts_with("arn:")
        && !text.starts_with('/')
}
