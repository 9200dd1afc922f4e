//! Parameter files in every form in use, and the checks CloudFormation makes on values.

use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::model::{Kind, ParameterFile, ParameterFileForm, ParameterSource, Step, Value, Why};
use crate::source::{ReadError, SourceMap, Span};
use crate::template::{Parameter, Template};
use crate::yaml::{Node, NodeKind, Plain, plain};

/// One value given for a parameter.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) value: Arc<str>,
    pub(super) span: Option<Span>,
    pub(super) source: ParameterSource,
    /// `UsePreviousValue`: there is a value, and it is in AWS.
    pub(super) previous: bool,
}

/// A parameter, where its name stands, and its value.
pub(super) type Entry = (Arc<str>, Span, Given);

/// Says that a parameter file cannot be read.
pub(super) fn unreadable(error: &ReadError, diagnostics: &mut Diagnostics) {
    diagnostics.push(Diagnostic::general(
        "parameter-file",
        format!("parameter file {error}"),
    ));
}

/// Reads a parameter file's text. Problems are diagnostics; `None` if there is nothing to use.
pub(super) fn read(
    path: &str,
    text: Arc<str>,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<(ParameterFile, Vec<Entry>)> {
    let file = sources.add(path, Arc::clone(&text));
    let root = crate::yaml::parse(file, &text, diagnostics)?.root;
    let at = Span::new(file, 0, 0);
    let Some(root) = root else {
        diagnostics.push(
            Diagnostic::error("parameter-file", at, "the parameter file is empty")
                .help("write {\"Parameters\": {\"Name\": \"value\"}}"),
        );
        return None;
    };
    let mut reader = Reader {
        diagnostics,
        entries: Vec::new(),
        not_text: Vec::new(),
    };
    let form = reader.file(&root)?;
    let Reader {
        entries, not_text, ..
    } = reader;
    Some((
        ParameterFile {
            file,
            span: root.span,
            form,
            not_text,
        },
        entries,
    ))
}

struct Reader<'a> {
    diagnostics: &'a mut Diagnostics,
    entries: Vec<(Arc<str>, Span, Given)>,
    not_text: Vec<(Arc<str>, Span)>,
}

impl Reader<'_> {
    fn file(&mut self, root: &Node) -> Option<ParameterFileForm> {
        match &root.kind {
            NodeKind::Mapping(_) => match root.get("Parameters") {
                Some(parameters) if parameters.as_mapping().is_some() => {
                    self.plain_object(parameters);
                    Some(ParameterFileForm::CodePipeline)
                }
                _ => {
                    self.plain_object(root);
                    Some(ParameterFileForm::PlainObject)
                }
            },
            NodeKind::Sequence(items) => {
                let pairs = items.iter().all(|i| i.as_text().is_some());
                for item in items {
                    if pairs {
                        self.assignment(item)
                    } else {
                        self.key_value(item)
                    }
                }
                Some(if pairs {
                    ParameterFileForm::KeyEqualsValue
                } else {
                    ParameterFileForm::CloudFormation
                })
            }
            NodeKind::Scalar(_) => {
                self.diagnostics.push(
                    Diagnostic::error("parameter-file", root.span, format!("{} is no parameter file", root.describe())).help(
                        "write {\"Parameters\": {\"Name\": \"value\"}}, [{\"ParameterKey\": …, \"ParameterValue\": …}], [\"Name=value\"] or {\"Name\": \"value\"}",
                    ),
                );
                None
            }
        }
    }

    fn plain_object(&mut self, node: &Node) {
        for pair in node.as_mapping().unwrap_or_default() {
            self.entry(Arc::clone(&pair.key), pair.key_span, &pair.value);
        }
    }

    fn entry(&mut self, key: Arc<str>, key_span: Span, node: &Node) {
        let value = match &node.kind {
            NodeKind::Scalar(scalar) => {
                if scalar.plain {
                    self.not_text.push((Arc::clone(&key), node.span));
                }
                match plain(&scalar.text) {
                    Plain::Null if scalar.plain => Arc::from(""),
                    Plain::Bool(b) if scalar.plain => Arc::from(if b { "true" } else { "false" }),
                    _ => Arc::clone(&scalar.text),
                }
            }
            NodeKind::Sequence(items) if items.iter().all(|i| i.as_text().is_some()) => {
                self.not_text.push((Arc::clone(&key), node.span));
                let texts: Vec<&str> = items
                    .iter()
                    .filter_map(|i| i.as_text().map(|t| &**t))
                    .collect();
                Arc::from(texts.join(","))
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error(
                        "parameter-value",
                        node.span,
                        format!("parameter {key} is given {}", node.describe()),
                    )
                    .help("a parameter's value is a string; a list is one string with commas"),
                );
                return;
            }
        };
        let given = Given {
            value,
            span: Some(node.span),
            source: ParameterSource::File,
            previous: false,
        };
        self.push(key, key_span, given);
    }

    fn push(&mut self, key: Arc<str>, span: Span, given: Given) {
        if let Some((_, first, _)) = self.entries.iter().find(|(k, ..)| *k == key) {
            self.diagnostics.push(
                Diagnostic::error(
                    "duplicate-key",
                    span,
                    format!("parameter {key} stands twice"),
                )
                .related(*first, "first here")
                .help("remove one"),
            );
            return;
        }
        self.entries.push((key, span, given));
    }

    fn assignment(&mut self, item: &Node) {
        let text = item.as_text().map_or("", |t| t);
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                let given = Given {
                    value: value.into(),
                    span: Some(item.span),
                    source: ParameterSource::File,
                    previous: false,
                };
                self.push(key.into(), item.span, given);
            }
            _ => self.diagnostics.push(
                Diagnostic::error(
                    "parameter-file",
                    item.span,
                    format!("'{text}' is no Name=value"),
                )
                .help("write \"Name=value\""),
            ),
        }
    }

    fn key_value(&mut self, item: &Node) {
        let key = item
            .get("ParameterKey")
            .and_then(|n| n.as_text().map(|t| (Arc::clone(t), n.span)));
        let Some((key, key_span)) = key else {
            self.diagnostics.push(
                Diagnostic::error(
                    "parameter-file",
                    item.span,
                    format!("{} has no ParameterKey", item.describe()),
                )
                .help("write {\"ParameterKey\": \"Name\", \"ParameterValue\": \"value\"}"),
            );
            return;
        };
        if let Some(value) = item.get("ParameterValue") {
            self.entry(key, key_span, value);
        } else if item
            .get("UsePreviousValue")
            .and_then(Node::as_text)
            .is_some_and(|t| &**t == "true")
        {
            let given = Given {
                value: "".into(),
                span: Some(item.span),
                source: ParameterSource::File,
                previous: true,
            };
            self.push(key, key_span, given);
        } else {
            self.diagnostics.push(
                Diagnostic::error(
                    "parameter-file",
                    item.span,
                    format!("parameter {key} has no ParameterValue"),
                )
                .help("add \"ParameterValue\": \"…\""),
            );
        }
    }
}

/// Reports given parameters that the template does not declare.
pub(super) fn unknown_keys(
    template: &Template,
    key: &Arc<str>,
    span: Option<Span>,
    diagnostics: &mut Diagnostics,
) {
    if template.parameters.contains_key(key) {
        return;
    }
    let help = suggest(key, template.parameters.keys().map(|k| &**k))
        .map(|n| format!("did you mean {n}?"));
    let message = format!("the template has no parameter {key}");
    let diagnostic = match span {
        Some(span) => Diagnostic::error("unknown-parameter", span, message),
        None => Diagnostic::general("unknown-parameter", message),
    };
    diagnostics.push(diagnostic.maybe_help(help.or(Some(
        "the AWS CLI would drop it without saying so; remove it".into(),
    ))));
}

/// The value of a parameter as the template sees it.
pub(super) fn value(name: &Arc<str>, declared: &Parameter, given: &Given, step: Step) -> Value {
    let span = given.span.unwrap_or(declared.key_span);
    let trail = crate::model::Trail::default().then(step);
    if given.previous {
        let mut v = Value::unknown(
            Why::Parameter,
            format!("parameter {name} keeps its previous value"),
            span,
        );
        v.trail = trail;
        return v;
    }
    if declared.kind.starts_with("AWS::SSM::Parameter::Value<") {
        let reason = format!(
            "parameter {name} is read from Systems Manager parameter {} at deployment",
            given.value
        );
        let mut v = Value::unknown(Why::SsmParameter, reason, span);
        v.trail = trail;
        return v;
    }
    let item = |text: &str| Value {
        kind: Kind::Text(text.into()),
        span,
        trail: trail.clone(),
    };
    let kind = match &*declared.kind {
        _ if declared.no_echo => Kind::Secret(Arc::clone(&given.value)),
        "Number" => Kind::Number(Arc::clone(&given.value)),
        "CommaDelimitedList" => {
            Kind::List(given.value.split(',').map(|s| item(s.trim())).collect())
        }
        list if list.starts_with("List<") => {
            Kind::List(given.value.split(',').map(|s| item(s.trim())).collect())
        }
        _ => Kind::Text(Arc::clone(&given.value)),
    };
    Value { kind, span, trail }
}

/// What CloudFormation checks of a parameter's value.
pub(super) fn check(
    name: &str,
    declared: &Parameter,
    given: &Given,
    diagnostics: &mut Diagnostics,
) {
    // The value is not here.
    if given.previous || declared.kind.starts_with("AWS::SSM::Parameter::Value<") {
        return;
    }
    let given_span = given.span.unwrap_or(declared.key_span);
    // The line that holds a secret must not be shown, so the message points at the declaration.
    let span = if declared.no_echo {
        declared.key_span
    } else {
        given_span
    };
    let shown = if declared.no_echo {
        "****"
    } else {
        &given.value
    };
    let mut refuse = |what: String, help: String| {
        let mut d = Diagnostic::error(
            "parameter-value",
            span,
            format!("parameter {name} is '{shown}': {what}"),
        )
        .help(help);
        if given.span.is_some() && given.source != ParameterSource::Default && !declared.no_echo {
            d = d.related(declared.key_span, "declared here");
        }
        if let Some(constraint) = &declared.constraint {
            d.message = format!("{} ({constraint})", d.message);
        }
        diagnostics.push(d);
    };
    let many = &*declared.kind == "CommaDelimitedList" || declared.kind.starts_with("List<");
    let members: Vec<&str> = if many {
        given.value.split(',').map(str::trim).collect()
    } else {
        vec![&*given.value]
    };
    let numeric = &*declared.kind == "Number" || &*declared.kind == "List<Number>";
    for member in &members {
        if numeric
            && Decimal::from_str(member)
                .or_else(|_| Decimal::from_scientific(member))
                .is_err()
        {
            refuse(
                "not a number".to_owned(),
                format!("its Type is {}", declared.kind),
            );
        }
        if !declared.allowed_values.is_empty()
            && !declared.allowed_values.iter().any(|a| &**a == *member)
        {
            let allowed: Vec<&str> = declared.allowed_values.iter().map(|a| &**a).collect();
            let nearest =
                suggest(member, allowed.iter().copied()).map(|n| format!("did you mean '{n}'? "));
            refuse(
                "not one of AllowedValues".to_owned(),
                format!(
                    "{}allowed are {}",
                    nearest.unwrap_or_default(),
                    allowed.join(", ")
                ),
            );
        }
        let number = Decimal::from_str(member).ok();
        if let (Some(least), Some(n)) = (declared.bounds.min_value, number)
            && n < least
        {
            refuse(
                format!("below MinValue {least}"),
                format!("give {least} or more"),
            );
        }
        if let (Some(most), Some(n)) = (declared.bounds.max_value, number)
            && n > most
        {
            refuse(
                format!("above MaxValue {most}"),
                format!("give {most} or less"),
            );
        }
    }
    let length = given.value.chars().count();
    if let Some(least) = declared.bounds.min_length.filter(|least| length < *least) {
        refuse(
            format!("{length} characters, MinLength is {least}"),
            format!("give at least {least} characters"),
        );
    }
    if let Some(most) = declared.bounds.max_length.filter(|most| length > *most) {
        refuse(
            format!("{length} characters, MaxLength is {most}"),
            format!("give at most {most} characters"),
        );
    }
    if let Some((pattern, at)) = &declared.allowed_pattern {
        match regex_lite::Regex::new(&format!("^(?:{pattern})$")) {
            Ok(regex) => {
                for member in members.iter().filter(|m| !regex.is_match(m)) {
                    let _ = member;
                    refuse(
                        format!("does not match AllowedPattern {pattern}"),
                        "correct the value".to_owned(),
                    );
                }
            }
            Err(_) => diagnostics.push(
                Diagnostic::warning(
                    "allowed-pattern",
                    *at,
                    format!("AllowedPattern of {name} could not be checked"),
                )
                .help(
                    "it uses syntax of Java's regular expressions that this program does not have",
                ),
            ),
        }
    }
}
