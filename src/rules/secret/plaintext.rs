//! Secrets in files.

use super::shape::{is_secret_name, looks_like};
use crate::model::{Kind, Value};
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
        for resource in resources.filter(|r| {
            r.address.stack() == stack.address && &*r.resource_type != "AWS::CloudFormation::Stack"
        }) {
            let mut found = Vec::new();
            walk(&resource.properties, "", "", &mut found);
            for (path, what) in found {
                fine = false;
                judge.fail_masked(resource, &path, what);
            }
        }
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
            for entry in entries.iter() {
                // Variables of a container are ecs.secrets-not-in-env's, values and all.
                if path.starts_with("ContainerDefinitions") && &*entry.key == "Environment" {
                    continue;
                }
                walk(&entry.value, &at(&entry.key), &entry.key, found);
            }
        }
        Kind::List(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, &at(&i.to_string()), name, found);
            }
        }
        Kind::Text(text) => {
            if let Some(shape) = looks_like(text) {
                found.push((path.to_owned(), format!("the value looks like {shape}")));
            // A key of a policy's condition has a colon; it is no property.
            } else if !name.contains(':') && is_secret_name(name) && is_value(text) {
                found.push((
                    path.to_owned(),
                    format!("{name} is a secret by its name, and its value stands in a file"),
                ));
            }
        }
        _ => {}
    }
}

/// Whether a text can be a secret: not empty, not a word of CloudFormation, no ARN and no path.
fn is_value(text: &str) -> bool {
    !text.is_empty()
        && !matches!(text, "true" | "false")
        && !text.starts_with("arn:")
        && !text.starts_with('/')
}
