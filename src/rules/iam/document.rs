//! Policy documents as they are evaluated, whatever built them.

use std::sync::Arc;

use super::pattern::{Term, any, both, every, is_any, term};
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

/// One key of a statement's condition.
pub(in crate::rules) struct Condition {
    /// For example `StringLike`.
    pub(in crate::rules) operator: String,
    /// The key, in lower case.
    pub(in crate::rules) key: String,
    /// What it is compared with.
    pub(in crate::rules) values: Vec<Term>,
}

/// What a rule thinks of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Verdict {
    /// Nothing is wrong.
    Fine,
    /// It would be wrong but for this key of its condition.
    Narrowed(String),
    /// The key below the statement that is wrong, and a message.
    Fault(&'static str, String),
}

/// A verdict; `Err` with the reason where an input is missing that it depends on.
pub(in crate::rules) type Judged = Result<Verdict, Arc<str>>;

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
                match resource.read("Policies").map(Value::as_list) {
                    Read::Absent => {}
                    // Read again for the reason.
                    Read::Unknown(_) => found.extend(document(resource, "Policies".to_owned())),
                    Read::Known(None) => {
                        found.extend(document(resource, "Policies.PolicyDocument".to_owned()));
                    }
                    Read::Known(Some(list)) => found.extend((0..list.len()).filter_map(|i| {
                        document(resource, format!("Policies.{i}.PolicyDocument"))
                    })),
                }
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

    /// Whether the statement has a key, whatever its value.
    ///
    /// # Errors
    /// Why it is not known.
    pub(in crate::rules) fn names(&self, key: &str) -> Result<bool, Arc<str>> {
        Ok(self.value.read(key).optional()?.is_some())
    }

    /// Whether any element under a key is so.
    ///
    /// # Errors
    /// Why it is not known, where the answer depends on it.
    pub(in crate::rules) fn has(
        &self,
        key: &str,
        is: impl Fn(&str) -> bool,
    ) -> Result<bool, Arc<str>> {
        any(&self.terms(key)?.unwrap_or_default(), is)
    }

    /// The first known element under a key that is so, for messages.
    pub(in crate::rules) fn first(&self, key: &str, is: impl Fn(&str) -> bool) -> String {
        let list = self.terms(key).ok().flatten().unwrap_or_default();
        let found = list.into_iter().find(|t| t.gap.is_none() && is(&t.text));
        found.map(|t| t.text).unwrap_or_default()
    }

    /// A verdict on who is let in: everybody is a fault, unless a condition narrows it.
    ///
    /// # Errors
    /// Why it is not known.
    pub(in crate::rules) fn lets_in_everybody(&self, message: &str) -> Judged {
        let all_but = self.names("NotPrincipal")?;
        let principals = self.principals()?;
        let named = principals
            .iter()
            .filter(|(kind, _, _)| matches!(kind.as_str(), "*" | "AWS" | "Federated"));
        let everybody = any(named.map(|(_, term, _)| term), is_any).map(|any| any || all_but);
        let narrow = self.narrowed_by();
        if both(everybody.clone(), narrow.clone().map(|key| key.is_none()))? {
            return Ok(if all_but {
                Verdict::Fault("NotPrincipal", format!("{message}, but for those named"))
            } else {
                Verdict::Fault("Principal", message.to_owned())
            });
        }
        Ok(match (everybody, narrow) {
            (Ok(true), Ok(Some(key))) => Verdict::Narrowed(key),
            _ => Verdict::Fine,
        })
    }

    /// The key of the condition that narrows who is meant to some account, organisation, resource or network.
    /// Source: Amazon S3 User Guide, "The meaning of public"; IAM User Guide, "AWS global condition context keys".
    ///
    /// # Errors
    /// Why it is not known.
    pub(in crate::rules) fn narrowed_by(&self) -> Result<Option<String>, Arc<str>> {
        // What a service says of the caller is no limit by itself: kms:ViaService is any account's use of a service.
        const NARROW: [&str; 16] = [
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
            "aws:userid",
            "kms:calleraccount",
            "sts:externalid",
            "elasticfilesystem:accessedviamounttarget",
        ];
        self.narrowed(|key| NARROW.contains(&key), is_fixed)
    }

    /// The key of the condition that narrows what may be done, or to what.
    ///
    /// # Errors
    /// Why it is not known.
    pub(in crate::rules) fn limited_by(&self) -> Result<Option<String>, Arc<str>> {
        // When, how and by which program a request is made says nothing of what it touches.
        const WEAK: [&str; 11] = [
            "aws:securetransport",
            "aws:multifactorauthpresent",
            "aws:multifactorauthage",
            "aws:currenttime",
            "aws:epochtime",
            "aws:tokenissuetime",
            "aws:useragent",
            "aws:referer",
            "aws:requestedregion",
            "aws:principaltype",
            "s3:tlsversion",
        ];
        self.narrowed(|key| !WEAK.contains(&key), |_, value| !is_any(value))
    }

    fn narrowed(
        &self,
        counts: impl Fn(&str) -> bool,
        fixed: impl Fn(&str, &str) -> bool,
    ) -> Result<Option<String>, Arc<str>> {
        let mut gap = None;
        for condition in self.conditions()? {
            // ForAllValues and IfExists also hold where the request has no such key.
            let positive = !condition.operator.contains("Not")
                && !condition.operator.ends_with("IfExists")
                && !condition.operator.starts_with("ForAllValues:")
                && condition.operator != "Null";
            if !positive || !counts(&condition.key) || condition.values.is_empty() {
                continue;
            }
            match any(&condition.values, |v| !fixed(&condition.key, v)) {
                Ok(false) => return Ok(Some(condition.key)),
                Ok(true) => {}
                Err(reason) => gap = gap.or(Some(reason)),
            }
        }
        gap.map_or(Ok(None), Err)
    }
}

/// Whether a value of a condition means something, and not all accounts.
fn is_fixed(key: &str, value: &str) -> bool {
    if value.starts_with("arn:") {
        let account = value.split(':').nth(4).unwrap_or("*");
        return !account.contains(['*', '?']) && !every(value);
    }
    match key {
        // The identity and path of an organisation end in a star, and begin with what they are.
        "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:userid" => {
            !value.starts_with(['*', '?']) && !value.starts_with("o-*")
        }
        "aws:sourceip" => !value.ends_with("/0"),
        _ => !value.is_empty() && !value.contains(['*', '?']),
    }
}

fn terms(list: &[Value]) -> Vec<Term> {
    list.iter().map(term).collect()
}

/// Judges the allowing statements of documents; one answer a fault, else one a document.
pub(in crate::rules) fn each_statement(
    documents: &[Document<'_>],
    judge: &mut Judge,
    passed: &str,
    verdict: impl Fn(&Statement) -> Judged,
) {
    for document in documents {
        let statements = match document.statements() {
            Ok(statements) => statements,
            Err(reason) => {
                judge.unknown(document.resource, &document.path, &reason);
                continue;
            }
        };
        let mut fine = true;
        let mut narrowed = Vec::new();
        for statement in statements {
            match allowed(&statement, &verdict) {
                Ok(Verdict::Fine) => {}
                Ok(Verdict::Narrowed(key)) => narrowed.push(key),
                Ok(Verdict::Fault(key, message)) => {
                    fine = false;
                    judge.fail(document.resource, &join(&statement.path, key), message);
                }
                Err(reason) => {
                    fine = false;
                    judge.unknown(document.resource, &statement.path, &reason);
                }
            }
        }
        match (fine, narrowed.is_empty()) {
            (false, _) => {}
            (true, true) => judge.pass(document.resource, passed),
            (true, false) => judge.pass(
                document.resource,
                format!("{passed}; narrowed by {}", narrowed.join(", ")),
            ),
        }
    }
}

/// The verdict on a statement that allows; a denial never opens anything.
fn allowed(statement: &Statement, verdict: impl Fn(&Statement) -> Judged) -> Judged {
    // IAM refuses a statement without an effect.
    match statement
        .value
        .read_text("Effect")
        .or_default(Arc::from(""))
    {
        Ok(effect) if &*effect == "Allow" => verdict(statement),
        Ok(_) => Ok(Verdict::Fine),
        Err(reason) => match verdict(statement) {
            Ok(Verdict::Fault(..)) => Err(reason),
            other => other,
        },
    }
}

fn join(path: &str, key: &str) -> String {
    if key.is_empty() {
        path.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceMap;

    fn read(text: &str) -> Value {
        let sources = SourceMap::default();
        let span = Span::new(sources.add("policy.json", "{}"), 0, 0);
        written_as_text(&Value::text(text, span))
    }

    proptest! {
        /// JSON in a string is read as the same mapping is.
        #[test]
        fn a_document_in_a_string_is_the_document(action in "[a-z]{1,4}:[A-Z*]{1,4}", many in prop::bool::ANY) {
            let list = if many { format!("[\"{action}\"]") } else { format!("\"{action}\"") };
            let text = format!("{{\"Statement\": {{\"Effect\": \"Allow\", \"Action\": {list}}}}}");
            let read = read(&text);
            prop_assert_eq!(read.read_text("Statement.Effect"), Read::Known("Allow".into()));
            let actions = read.read_list("Statement.Action").known().unwrap_or_default();
            prop_assert_eq!(actions.len(), 1);
            let text = actions[0].as_text();
            prop_assert_eq!(text.as_deref(), Some(action.as_str()));
        }

        /// Reading never panics, whatever the text.
        #[test]
        fn any_text_is_read(text in ".{0,60}") {
            let _ = (read(&text), is_fixed("aws:sourcearn", &text), is_fixed("aws:sourceip", &text));
        }
    }

    #[test]
    fn what_narrows() {
        for (key, value, expected) in [
            ("aws:sourcearn", "arn:aws:sns:*:*:*", false),
            ("aws:sourcearn", "arn:aws:s3:::*", false),
            ("aws:sourcearn", "arn:aws:s3:::logs", true),
            (
                "aws:sourcearn",
                "arn:aws:sns:eu-west-2:111122223333:*",
                true,
            ),
            ("aws:principalarn", "arn:aws:iam::*:role/deploy", false),
            ("aws:principalorgid", "o-*", false),
            ("aws:principalorgid", "o-abcdefghij", true),
            ("aws:principalorgpaths", "o-abcdefghij/*", true),
            ("aws:sourceip", "0.0.0.0/0", false),
            ("aws:sourceip", "::/0", false),
            ("aws:sourceip", "203.0.113.0/24", true),
        ] {
            assert_eq!(is_fixed(key, value), expected, "{key} {value}");
        }
    }
}
