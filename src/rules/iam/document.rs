//! Policy documents as they are evaluated, whatever built them.

use std::sync::Arc;

use crate::model::{Entry, Kind, Read, Resource, Value};
use crate::rules::{Context, Judge};
use crate::source::Span;

/// A policy document and the property that holds it.
pub(in crate::rules) struct Document<'a> {
    /// The resource that has it.
    pub(in crate::rules) resource: &'a Resource,
    path: String,
    value: Value,
}

/// One statement that allows something.
pub(in crate::rules) struct Statement {
    /// Its property.
    pub(in crate::rules) path: String,
    value: Value,
}

/// One element of a statement: its text with `${…}` for what is known only after deployment, or a gap.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Term {
    /// The text; empty for a gap.
    pub(in crate::rules) text: String,
    /// Why it is not known.
    pub(in crate::rules) gap: Option<Arc<str>>,
}

/// One key of a statement's condition.
pub(in crate::rules) struct Condition {
    /// For example `StringLike`.
    pub(in crate::rules) operator: String,
    /// The key, in lower case.
    pub(in crate::rules) key: String,
    /// What it is compared with.
    pub(in crate::rules) values: Vec<Term>,
}

/// What is wrong with a statement: the key below it and a message; `Err` where an input is missing.
pub(in crate::rules) type Fault = Result<Option<(&'static str, String)>, Arc<str>>;

/// Policies that say what a principal may do: inline, managed and stand-alone ones.
pub(in crate::rules) fn identity<'a>(context: &Context<'a>) -> Vec<Document<'a>> {
    let mut found = Vec::new();
    for resource in context.deployment.resources.values() {
        match &*resource.resource_type {
            "AWS::IAM::Policy"
            | "AWS::IAM::ManagedPolicy"
            | "AWS::IAM::RolePolicy"
            | "AWS::IAM::UserPolicy"
            | "AWS::IAM::GroupPolicy" => {
                found.extend(document(resource, "PolicyDocument".to_owned()))
            }
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => {
                let policies = resource.list("Policies").known().unwrap_or_default();
                found
                    .extend((0..policies.len()).filter_map(|i| {
                        document(resource, format!("Policies.{i}.PolicyDocument"))
                    }));
            }
            _ => {}
        }
    }
    found
}

/// Documents that say who may assume a role.
pub(in crate::rules) fn trust<'a>(context: &Context<'a>) -> Vec<Document<'a>> {
    of(context, "AWS::IAM::Role", "AssumeRolePolicyDocument")
}

/// The documents of a property of a type.
pub(in crate::rules) fn of<'a>(
    context: &Context<'a>,
    kind: &'a str,
    property: &str,
) -> Vec<Document<'a>> {
    let all = context.deployment.of_type(kind);
    all.filter_map(|resource| document(resource, property.to_owned()))
        .collect()
}

fn document(resource: &Resource, path: String) -> Option<Document<'_>> {
    let value = match resource.read(&path) {
        Read::Known(value) => written_as_text(value),
        Read::Absent => return None,
        Read::Unknown(reason) => {
            Value::unknown(crate::model::Why::Derived, reason, resource.place(&path))
        }
    };
    Some(Document {
        resource,
        path,
        value,
    })
}

/// A document may be a string of JSON.
fn written_as_text(value: &Value) -> Value {
    let parsed = value
        .as_text()
        .and_then(|t| serde_json::from_str::<serde_json::Value>(&t).ok());
    match parsed {
        Some(json @ serde_json::Value::Object(_)) => from_json(json, value.span),
        _ => value.clone(),
    }
}

fn from_json(json: serde_json::Value, span: Span) -> Value {
    use serde_json::Value as Json;
    let kind = match json {
        Json::Null => Kind::Null,
        Json::Bool(b) => Kind::Bool(b),
        Json::Number(n) => Kind::Number(n.to_string().into()),
        Json::String(s) => Kind::Text(s.into()),
        Json::Array(items) => Kind::List(items.into_iter().map(|v| from_json(v, span)).collect()),
        Json::Object(map) => Kind::Map(
            map.into_iter()
                .map(|(key, v)| Entry {
                    key: key.into(),
                    key_span: span,
                    value: from_json(v, span),
                })
                .collect(),
        ),
    };
    Value::new(kind, span)
}

impl Document<'_> {
    /// The statements whose effect is to allow. A denial never opens anything.
    ///
    /// # Errors
    /// Why the document, or whether a statement allows, is not known.
    fn allowing(&self) -> Result<Vec<Statement>, Arc<str>> {
        let statements = self.statements()?;
        let mut found = Vec::new();
        for statement in statements {
            // IAM refuses a statement without an effect.
            if &*statement
                .value
                .read_text("Effect")
                .or_default(Arc::from(""))?
                == "Allow"
            {
                found.push(statement);
            }
        }
        Ok(found)
    }

    /// All statements.
    ///
    /// # Errors
    /// Why the document is not known.
    pub(in crate::rules) fn statements(&self) -> Result<Vec<Statement>, Arc<str>> {
        let single =
            matches!(self.value.read("Statement"), Read::Known(v) if v.as_list().is_none());
        let list = self.value.read_list("Statement").or_default(&[])?;
        let path = |i: usize| {
            if single {
                format!("{}.Statement", self.path)
            } else {
                format!("{}.Statement.{i}", self.path)
            }
        };
        Ok(list
            .iter()
            .enumerate()
            .map(|(i, value)| Statement {
                path: path(i),
                value: value.clone(),
            })
            .collect())
    }
}

impl Statement {
    /// The elements under a key; `None` where the key is not set.
    ///
    /// # Errors
    /// Why the list as a whole is not known.
    pub(in crate::rules) fn terms(&self, key: &str) -> Result<Option<Vec<Term>>, Arc<str>> {
        Ok(self.value.read_list(key).optional()?.map(terms))
    }

    /// Who is meant: the kind (`AWS`, `Service`, `Federated`, or `*`) and each element.
    ///
    /// # Errors
    /// Why it is not known.
    pub(in crate::rules) fn principals(&self) -> Result<Vec<(String, Term, Value)>, Arc<str>> {
        let Some(principal) = self.value.read("Principal").optional()? else {
            return Ok(Vec::new());
        };
        let Some(entries) = principal.as_map() else {
            return Ok(vec![("*".to_owned(), term(principal), principal.clone())]);
        };
        let each = entries.iter().flat_map(|entry| {
            let list = entry
                .value
                .as_list()
                .unwrap_or(std::slice::from_ref(&entry.value));
            list.iter()
                .map(|v| (entry.key.to_string(), term(v), v.clone()))
        });
        Ok(each.collect())
    }

    /// The keys of the condition.
    ///
    /// # Errors
    /// Why it is not known.
    pub(in crate::rules) fn conditions(&self) -> Result<Vec<Condition>, Arc<str>> {
        let Some(block) = self.value.read("Condition").optional()? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for operator in block.as_map().unwrap_or_default() {
            if let Some(gap) = operator
                .value
                .first_unknown()
                .filter(|_| operator.value.as_map().is_none())
            {
                return Err(Arc::clone(&gap.reason));
            }
            for key in operator.value.as_map().unwrap_or_default() {
                let list = key
                    .value
                    .as_list()
                    .unwrap_or(std::slice::from_ref(&key.value));
                found.push(Condition {
                    operator: operator.key.to_string(),
                    key: key.key.to_ascii_lowercase(),
                    values: terms(list),
                });
            }
        }
        Ok(found)
    }

    /// The keys of the condition that narrow who is meant to some account, organisation, resource or network.
    ///
    /// # Errors
    /// Why it is not known.
    pub(in crate::rules) fn narrowed_by(&self) -> Result<Option<String>, Arc<str>> {
        const NARROW: [&str; 15] = [
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:principalarn",
            "aws:principalaccount",
            "aws:sourceaccount",
            "aws:sourcearn",
            "aws:sourceorgid",
            "aws:sourceorgpaths",
            "aws:sourceowner",
            "aws:sourceip",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "kms:calleraccount",
            "kms:viaservice",
            "sts:externalid",
        ];
        let conditions = self.conditions()?;
        let narrow = |c: &&Condition| {
            let positive = !c.operator.contains("Not")
                && !c.operator.ends_with("IfExists")
                && c.operator != "Null";
            let fixed = c
                .values
                .iter()
                .all(|v| v.gap.is_some() || !matches!(v.text.as_str(), "*" | "0.0.0.0/0" | "::/0"));
            positive && fixed && NARROW.contains(&c.key.as_str())
        };
        Ok(conditions.iter().find(narrow).map(|c| c.key.clone()))
    }
}

fn terms(list: &[Value]) -> Vec<Term> {
    list.iter().map(term).collect()
}

fn term(value: &Value) -> Term {
    match &value.kind {
        Kind::Unknown(gap) => Term {
            text: String::new(),
            gap: Some(Arc::clone(&gap.reason)),
        },
        _ => Term {
            text: value.pattern().unwrap_or_default(),
            gap: None,
        },
    }
}

/// Whether any element is so; a gap only counts where no known element is.
///
/// # Errors
/// The gap.
pub(in crate::rules) fn any(terms: &[Term], is: impl Fn(&str) -> bool) -> Result<bool, Arc<str>> {
    if terms.iter().any(|t| t.gap.is_none() && is(&t.text)) {
        return Ok(true);
    }
    match terms.iter().find_map(|t| t.gap.clone()) {
        Some(gap) => Err(gap),
        None => Ok(false),
    }
}

/// Judges the allowing statements of documents; one answer a fault, else one a document.
pub(in crate::rules) fn each_statement(
    documents: &[Document<'_>],
    judge: &mut Judge,
    passed: &str,
    fault: impl Fn(&Statement) -> Fault,
) {
    for document in documents {
        let statements = match document.allowing() {
            Ok(statements) => statements,
            Err(reason) => {
                judge.unknown(document.resource, &document.path, &reason);
                continue;
            }
        };
        let mut fine = true;
        for statement in statements {
            match fault(&statement) {
                Ok(None) => {}
                Ok(Some((key, message))) => {
                    fine = false;
                    judge.fail(document.resource, &join(&statement.path, key), message);
                }
                Err(reason) => {
                    fine = false;
                    judge.unknown(document.resource, &statement.path, &reason);
                }
            }
        }
        if fine {
            judge.pass(document.resource, passed);
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if key.is_empty() {
        path.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Whether an action pattern takes in an action, as IAM reads it: `*` and `?`, case does not count.
pub(in crate::rules) fn takes_in(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let (p, a) = (pattern.as_bytes(), action.as_bytes());
    // The last star seen, and how much of the action it has taken so far.
    let (mut i, mut j, mut star) = (0, 0, None);
    while j < a.len() {
        match p.get(i) {
            Some(b'*') => {
                star = Some((i, j));
                i += 1;
            }
            Some(b) if *b == b'?' || *b == a[j] => {
                i += 1;
                j += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    i = at + 1;
                    j = taken + 1;
                    star = Some((at, taken + 1));
                }
                None => return false,
            },
        }
    }
    p[i..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, without cleverness.
    fn model(p: &[u8], a: &[u8]) -> bool {
        match (p.first(), a.first()) {
            (None, None) => true,
            (Some(b'*'), _) => model(&p[1..], a) || (!a.is_empty() && model(p, &a[1..])),
            (Some(b'?'), Some(_)) => model(&p[1..], &a[1..]),
            (Some(x), Some(y)) if x.eq_ignore_ascii_case(y) => model(&p[1..], &a[1..]),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn wildcards_are_read_as_defined(pattern in "[aAb*?]{0,8}", action in "[abB]{0,8}") {
            prop_assert_eq!(takes_in(&pattern, &action), model(pattern.as_bytes(), action.as_bytes()));
        }
    }

    #[test]
    fn actions() {
        for (pattern, action, expected) in [
            ("iam:Pass*", "iam:PassRole", true),
            ("IAM:passrole", "iam:PassRole", true),
            ("*", "iam:PassRole", true),
            ("iam:?assRole", "iam:PassRole", true),
            ("iam:Get*", "iam:PassRole", false),
            ("s3:*", "iam:PassRole", false),
        ] {
            assert_eq!(takes_in(pattern, action), expected, "{pattern}");
        }
    }
}
