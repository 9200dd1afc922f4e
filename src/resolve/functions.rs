//! Intrinsic functions over values.

use std::sync::Arc;

use rust_decimal::prelude::ToPrimitive;

use super::{Run, pieces};
use crate::diag::{Diagnostic, suggest};
use crate::model::{Entry, Kind, Piece, Reference, Step, Trail, Value, Why};
use crate::source::Span;
use crate::template::{Expr, ExprKind, Field, Function, SubPart};

impl Run<'_> {
    /// Evaluates; `None` is `AWS::NoValue`: the property or item does not exist.
    pub(super) fn eval(&mut self, stack: usize, expr: &Expr) -> Option<Value> {
        if self.depth >= super::MAX_EVALUATION_DEPTH {
            self.diagnostics.push(Diagnostic::error(
                "evaluation-depth",
                expr.span,
                format!(
                    "evaluation is deeper than {} (limit `evaluation-depth`)",
                    super::MAX_EVALUATION_DEPTH
                ),
            ));
            return Some(Self::invalid(expr.span));
        }
        self.depth += 1;
        let value = self.eval_inner(stack, expr);
        self.depth -= 1;
        value
    }

    fn eval_inner(&mut self, stack: usize, expr: &Expr) -> Option<Value> {
        let kind = match &expr.kind {
            ExprKind::Null => Kind::Null,
            ExprKind::Bool(b) => Kind::Bool(*b),
            ExprKind::Number(n) => Kind::Number(Arc::clone(n)),
            ExprKind::Text(t) => pieces::literal(Arc::clone(t)),
            ExprKind::List(items) => {
                Kind::List(items.iter().filter_map(|i| self.eval(stack, i)).collect())
            }
            ExprKind::Map(fields) => Kind::Map(self.entries(stack, fields).into()),
            ExprKind::Call(function) => return self.call(stack, function, expr.span),
            ExprKind::Invalid => return Some(Self::invalid(expr.span)),
        };
        Some(Value::new(kind, expr.span))
    }

    pub(super) fn entries(&mut self, stack: usize, fields: &[Field]) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(fields.len());
        for field in fields {
            if &*field.key == "Fn::Transform" {
                if let Some(included) = self.include_fields(stack, &field.value) {
                    entries.extend(included);
                }
            } else if let Some(value) = self.eval(stack, &field.value) {
                entries.push(Entry {
                    key: Arc::clone(&field.key),
                    key_span: field.key_span,
                    value,
                });
            }
        }
        entries
    }

    fn call(&mut self, stack: usize, function: &Function, span: Span) -> Option<Value> {
        Some(match function {
            Function::Ref(name) => return self.reference(stack, name, span),
            Function::GetAtt {
                resource,
                attribute,
            } => {
                let attribute = self.value(stack, attribute);
                match attribute.as_text() {
                    Some(attribute) => self.attribute(stack, resource, &attribute, span),
                    None => self.unknown(
                        Why::Derived,
                        format!("attribute of {resource} is {}", attribute.describe()),
                        span,
                    ),
                }
            }
            Function::Sub { parts, variables } => self.sub(stack, parts, variables, span),
            Function::Join { delimiter, list } => self.join(stack, delimiter, list, span),
            Function::Select { index, list } => self.select(stack, index, list, span),
            Function::Split { delimiter, source } => self.split(stack, delimiter, source, span),
            Function::FindInMap {
                map,
                top,
                second,
                default,
            } => {
                return self.find_in_map(stack, [map, top, second], default.as_ref(), span);
            }
            Function::If {
                condition,
                then,
                otherwise,
            } => {
                let verdict = self.named_condition(stack, condition, span);
                let taken = match &verdict.value {
                    Ok(true) => then,
                    Ok(false) => otherwise,
                    Err(reason) => {
                        let mut gap = self.unknown(
                            Why::Condition,
                            format!("condition {condition} is not known: {reason}"),
                            span,
                        );
                        gap.trail = verdict.trail;
                        return Some(gap);
                    }
                };
                let mut value = self.eval(stack, taken)?;
                let defined = self.stacks[stack]
                    .template
                    .conditions
                    .get(condition)
                    .map_or(span, |c| c.key_span);
                let step = Step::Condition {
                    name: Arc::clone(condition),
                    value: verdict.value == Ok(true),
                    span: defined,
                };
                value.trail = verdict.trail.then(step).under(&value.trail);
                value
            }
            Function::Equals(..)
            | Function::And(_)
            | Function::Or(_)
            | Function::Not(_)
            | Function::Condition(_)
            | Function::Contains(..)
            | Function::EachMemberEquals(..)
            | Function::EachMemberIn(..) => {
                // `Condition: Name` and `Fn::Equals` as a value: CloudFormation takes them in conditions only.
                self.diagnostics.push(
                    Diagnostic::error(
                        "condition-here",
                        span,
                        "a condition function where a value is expected",
                    )
                    .help("use Fn::If with a named condition"),
                );
                Self::invalid(span)
            }
            Function::RefAll(kind) => self.unknown(
                Why::Invalid,
                format!("Fn::RefAll {kind} works in Rules only"),
                span,
            ),
            Function::Base64(inner) => {
                let value = self.value(stack, inner);
                match value.as_text() {
                    Some(text) => {
                        let encoded = base64::Engine::encode(
                            &base64::prelude::BASE64_STANDARD,
                            text.as_bytes(),
                        );
                        Value {
                            kind: Kind::Text(encoded.into()),
                            span,
                            trail: value.trail,
                        }
                    }
                    // What is known only after deployment stays readable, references and all.
                    None => Value { span, ..value },
                }
            }
            Function::Cidr { block, count, bits } => {
                self.cidr(stack, block, count, bits.as_ref(), span)
            }
            Function::GetAzs(region) => {
                let value = self.value(stack, region);
                let region = match value.as_text() {
                    Some(text) if text.is_empty() => Some(Arc::clone(&self.inputs.region)),
                    Some(text) => Some(text),
                    None if matches!(value.kind, Kind::Null) => {
                        Some(Arc::clone(&self.inputs.region))
                    }
                    None => None,
                };
                match region.as_deref().and_then(super::zones::zones) {
                    Some(names) => {
                        let items = names.into_iter().map(|name| Value::text(name, span));
                        Value::new(Kind::List(items.collect()), span)
                    }
                    None => self.unknown(
                        Why::Pseudo,
                        "the availability zones of the region are not known",
                        span,
                    ),
                }
            }
            Function::ImportValue(name) => self.import(stack, name, span),
            Function::Length(list) => {
                let value = self.value(stack, list);
                match (&value.kind, value.as_list()) {
                    (_, Some(items)) => {
                        let length: Arc<str> = items.len().to_string().into();
                        Value {
                            kind: Kind::Number(length),
                            span,
                            trail: value.trail,
                        }
                    }
                    (Kind::Unknown(_) | Kind::Reference(_), _) => self.unknown(
                        Why::Derived,
                        format!("length of {}", value.describe()),
                        span,
                    ),
                    _ => self.wrong_type("Fn::Length", &value, "a list"),
                }
            }
            Function::ToJsonString(inner) => {
                let value = self.value(stack, inner);
                Value {
                    kind: super::json::to_json(&value),
                    span,
                    trail: value.trail,
                }
            }
            Function::Transform { name, parameters } => {
                return self.transform(stack, name, parameters, span);
            }
        })
    }

    /// A gap made of another: its own reason where it has one, else what it is made of.
    fn derived(&self, what: &str, value: &Value, span: Span) -> Value {
        match value.first_unknown() {
            Some(gap) => Value::new(Kind::Unknown(gap.clone()), span),
            None => self.unknown(Why::Derived, format!("{what} {}", value.describe()), span),
        }
    }

    pub(super) fn wrong_type(&mut self, function: &str, value: &Value, expected: &str) -> Value {
        self.diagnostics.push(Diagnostic::error(
            "wrong-type",
            value.span,
            format!(
                "{function} is given {} where {expected} is expected",
                value.describe()
            ),
        ));
        Self::invalid(value.span)
    }

    fn reference(&mut self, stack: usize, name: &Arc<str>, span: Span) -> Option<Value> {
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo(stack, pseudo, span);
        }
        if let Some(value) = self.stacks[stack].parameters.get(name) {
            return Some(Value {
                span,
                ..value.clone()
            });
        }
        Some(match self.target(stack, name, span) {
            Some(address) => Value::new(
                Kind::Reference(Reference {
                    address,
                    attribute: None,
                }),
                span,
            ),
            None => Self::invalid(span),
        })
    }

    /// Source: CloudFormation user guide, "Pseudo parameters reference".
    fn pseudo(&mut self, stack: usize, name: &str, span: Span) -> Option<Value> {
        let region = &*self.inputs.region;
        let china = region.starts_with("cn-");
        let known = |text: &str| Some(Value::text(text, span));
        match name {
            "NoValue" => None,
            "Region" => {
                let step = Step::Pseudo {
                    name: "AWS::Region".into(),
                };
                Some(Value {
                    trail: Trail::default().then(step),
                    ..Value::text(Arc::clone(&self.inputs.region), span)
                })
            }
            "Partition" if china => known("aws-cn"),
            "Partition" if region.starts_with("us-gov-") => known("aws-us-gov"),
            "Partition" => known("aws"),
            "URLSuffix" => known(if china {
                "amazonaws.com.cn"
            } else {
                "amazonaws.com"
            }),
            "AccountId" => Some(match &self.inputs.account {
                Some(account) => {
                    let step = Step::Pseudo {
                        name: "AWS::AccountId".into(),
                    };
                    Value {
                        trail: Trail::default().then(step),
                        ..Value::text(Arc::clone(account), span)
                    }
                }
                None => self.unknown(
                    Why::Pseudo,
                    "the account id (AWS::AccountId) is not configured",
                    span,
                ),
            }),
            "StackName" | "StackId" | "NotificationARNs" => {
                let stack = &self.stacks[stack].address;
                let which = if stack.as_str().is_empty() {
                    "the root stack".to_owned()
                } else {
                    stack.to_string()
                };
                Some(self.unknown(
                    Why::Pseudo,
                    format!("AWS::{name} of {which} is chosen at deployment"),
                    span,
                ))
            }
            _ => {
                let known = [
                    "AccountId",
                    "NoValue",
                    "NotificationARNs",
                    "Partition",
                    "Region",
                    "StackId",
                    "StackName",
                    "URLSuffix",
                ];
                let help = suggest(name, known).map(|n| format!("did you mean AWS::{n}?"));
                self.diagnostics.push(
                    Diagnostic::error(
                        "unknown-pseudo",
                        span,
                        format!("there is no pseudo parameter AWS::{name}"),
                    )
                    .maybe_help(help),
                );
                Some(Self::invalid(span))
            }
        }
    }

    /// The address of a resource of this stack, if it is there and exists in this environment.
    fn target(
        &mut self,
        stack: usize,
        name: &Arc<str>,
        span: Span,
    ) -> Option<crate::model::Address> {
        let template = Arc::clone(&self.stacks[stack].template);
        let Some(resource) = template.resources.get(name) else {
            let names = template
                .resources
                .keys()
                .chain(template.parameters.keys())
                .map(|k| &**k);
            let help = suggest(name, names).map(|n| format!("did you mean {n}?"));
            self.diagnostics.push(
                Diagnostic::error(
                    "unknown-name",
                    span,
                    format!("the template has no resource or parameter {name}"),
                )
                .maybe_help(help),
            );
            return None;
        };
        if let Some((condition, at)) = &resource.condition
            && self.named_condition(stack, condition, *at).value == Ok(false)
        {
            self.diagnostics.push(
                Diagnostic::error(
                    "absent-resource",
                    span,
                    format!("{name} does not exist in environment {}: its condition {condition} is false", self.inputs.environment),
                )
                .related(*at, "the condition")
                .help(format!("use it inside !If [{condition}, …, !Ref AWS::NoValue]")),
            );
            return None;
        }
        Some(self.stacks[stack].address.join(name))
    }

    fn attribute(
        &mut self,
        stack: usize,
        resource: &Arc<str>,
        attribute: &Arc<str>,
        span: Span,
    ) -> Value {
        let template = Arc::clone(&self.stacks[stack].template);
        if self.stacks[stack].parameters.contains_key(resource) {
            self.diagnostics.push(
                Diagnostic::error(
                    "unknown-name",
                    span,
                    format!("{resource} is a parameter, which has no attributes"),
                )
                .help(format!("write !Ref {resource}")),
            );
            return Self::invalid(span);
        }
        let Some(address) = self.target(stack, resource, span) else {
            return Self::invalid(span);
        };
        let nested = template
            .resources
            .get(resource)
            .is_some_and(|r| &*r.kind == super::nested::STACK);
        match attribute.strip_prefix("Outputs.") {
            Some(output) if nested => self.child_output(stack, resource, &Arc::from(output), span),
            _ => Value::new(
                Kind::Reference(Reference {
                    address,
                    attribute: Some(Arc::clone(attribute)),
                }),
                span,
            ),
        }
    }

    fn sub(&mut self, stack: usize, parts: &[SubPart], variables: &[Field], span: Span) -> Value {
        let mut found = Vec::with_capacity(parts.len());
        let mut trail = Trail::default();
        for part in parts {
            let (value, at) = match part {
                SubPart::Text(text) => {
                    pieces::text(&mut found, text);
                    continue;
                }
                SubPart::Name(name, at) => {
                    let value = match variables.iter().find(|v| v.key == *name) {
                        Some(variable) => Some(self.value(stack, &variable.value)),
                        None => self.reference(stack, name, *at),
                    };
                    (value, *at)
                }
                SubPart::Attribute(resource, attribute, at) => {
                    let whole: String = format!("{resource}.{attribute}");
                    let value = match variables.iter().find(|v| *v.key == *whole) {
                        Some(variable) => self.value(stack, &variable.value),
                        None => self.attribute(stack, resource, attribute, *at),
                    };
                    (Some(value), *at)
                }
            };
            let Some(value) = value else { continue };
            trail = trail.under(&value.trail);
            if !pieces::append(&mut found, &value) {
                self.wrong_type("Fn::Sub", &Value { span: at, ..value }, "a string");
            }
        }
        Value {
            kind: pieces::finish(found),
            span,
            trail,
        }
    }

    fn join(&mut self, stack: usize, delimiter: &Expr, list: &Expr, span: Span) -> Value {
        let delimiter = self.value(stack, delimiter);
        let list = self.value(stack, list);
        let Some(glue) = delimiter.as_text() else {
            return self.wrong_type("Fn::Join", &delimiter, "a string");
        };
        let items = match &list.kind {
            Kind::List(items) => items,
            Kind::Unknown(_) | Kind::Reference(_) | Kind::Pieces(_) => {
                let mut gap = self.derived("a list joined of", &list, span);
                gap.trail = list.trail;
                return gap;
            }
            _ => return self.wrong_type("Fn::Join", &list, "a list"),
        };
        let mut found: Vec<Piece> = Vec::new();
        let mut trail = list.trail.clone();
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                pieces::text(&mut found, &glue);
            }
            trail = trail.under(&item.trail);
            if !pieces::append(&mut found, item) {
                return self.wrong_type("Fn::Join", item, "a string");
            }
        }
        Value {
            kind: pieces::finish(found),
            span,
            trail,
        }
    }

    fn select(&mut self, stack: usize, index: &Expr, list: &Expr, span: Span) -> Value {
        let index = self.value(stack, index);
        let list = self.value(stack, list);
        let at = match index.as_number().and_then(|n| n.to_usize()) {
            Some(at) => at,
            None if matches!(index.kind, Kind::Unknown(_) | Kind::Reference(_)) => {
                return self.unknown(
                    Why::Derived,
                    format!("selected by {}", index.describe()),
                    span,
                );
            }
            None => return self.wrong_type("Fn::Select", &index, "a whole number from 0"),
        };
        match &list.kind {
            Kind::List(items) => match items.get(at) {
                Some(item) => Value {
                    trail: list.trail.under(&item.trail),
                    span,
                    kind: item.kind.clone(),
                },
                None => {
                    self.diagnostics.push(
                        Diagnostic::error(
                            "select-index",
                            index.span,
                            format!("Fn::Select asks for item {at} of a list of {}", items.len()),
                        )
                        .help("the first item is number 0"),
                    );
                    Self::invalid(span)
                }
            },
            Kind::Unknown(_) | Kind::Reference(_) | Kind::Pieces(_) => {
                let mut gap = self.derived(&format!("item {at} of"), &list, span);
                gap.trail = list.trail;
                gap
            }
            _ => self.wrong_type("Fn::Select", &list, "a list"),
        }
    }

    fn split(&mut self, stack: usize, delimiter: &Expr, source: &Expr, span: Span) -> Value {
        let delimiter = self.value(stack, delimiter);
        let source = self.value(stack, source);
        let Some(delimiter) = delimiter.as_text().filter(|d| !d.is_empty()) else {
            return self.wrong_type("Fn::Split", &delimiter, "a string that is not empty");
        };
        let trail = source.trail.clone();
        let item = |kind: Kind| Value {
            kind,
            span,
            trail: trail.clone(),
        };
        let items: Vec<Value> = match &source.kind {
            Kind::Pieces(found) => pieces::split(found, &delimiter)
                .into_iter()
                .map(|p| item(pieces::finish(p)))
                .collect(),
            Kind::Unknown(_) | Kind::Reference(_) | Kind::Secret(_) => {
                let mut gap = self.derived("parts of", &source, span);
                gap.trail = trail;
                return gap;
            }
            _ => match source.as_text() {
                Some(text) => text
                    .split(&*delimiter)
                    .map(|part| item(pieces::literal(part.into())))
                    .collect(),
                None => return self.wrong_type("Fn::Split", &source, "a string"),
            },
        };
        Value {
            kind: Kind::List(items.into()),
            span,
            trail: source.trail,
        }
    }

    fn find_in_map(
        &mut self,
        stack: usize,
        keys: [&Expr; 3],
        default: Option<&Expr>,
        span: Span,
    ) -> Option<Value> {
        let mut names = Vec::with_capacity(3);
        let mut trail = Trail::default();
        for key in keys {
            let value = self.value(stack, key);
            trail = trail.under(&value.trail);
            match value.as_text() {
                Some(text) => names.push((text, value.span)),
                None => {
                    let mut gap = self.unknown(
                        Why::Derived,
                        format!("a mapping's key is {}", value.describe()),
                        span,
                    );
                    gap.trail = trail;
                    return Some(gap);
                }
            }
        }
        let template = Arc::clone(&self.stacks[stack].template);
        let [(map, map_at), (top, top_at), (second, second_at)] = names.as_slice() else {
            return Some(Self::invalid(span));
        };
        let mapping = template.mappings.get(map);
        let tops = mapping.and_then(|m| m.entries.get(top));
        if let Some(expr) = tops.and_then(|t| t.get(second)) {
            let mut value = self.eval(stack, expr)?;
            let step = Step::Mapping {
                map: Arc::clone(map),
                top: Arc::clone(top),
                second: Arc::clone(second),
                span: expr.span,
            };
            value.trail = trail.then(step);
            value.span = span;
            return Some(value);
        }
        if let Some(default) = default {
            let mut value = self.eval(stack, default)?;
            value.trail = trail.under(&value.trail);
            return Some(value);
        }
        let (message, at, help) = match (mapping, tops) {
            (None, _) => (
                format!("the template has no mapping {map}"),
                *map_at,
                near(map, template.mappings.keys().map(|k| &**k)),
            ),
            (Some(m), None) => (
                format!("mapping {map} has no key {top}"),
                *top_at,
                near(top, m.entries.keys().map(|k| &**k)),
            ),
            (Some(_), Some(t)) => (
                format!("mapping {map} has no key {second} under {top}"),
                *second_at,
                near(second, t.keys().map(|k| &**k)),
            ),
        };
        let mut diagnostic = Diagnostic::error("mapping-key", at, message);
        if let Some(m) = mapping {
            diagnostic = diagnostic.related(m.key_span, "the mapping");
        }
        self.diagnostics.push(diagnostic.help(help));
        Some(Self::invalid(span))
    }

    fn cidr(
        &mut self,
        stack: usize,
        block: &Expr,
        count: &Expr,
        bits: Option<&Expr>,
        span: Span,
    ) -> Value {
        let block = self.value(stack, block);
        let count = self.value(stack, count);
        let bits = bits.map(|b| self.value(stack, b));
        let trail = block.trail.under(&count.trail);
        let Some(text) = block.as_text() else {
            let mut gap = self.unknown(
                Why::Derived,
                format!("blocks of {}", block.describe()),
                span,
            );
            gap.trail = trail;
            return gap;
        };
        let number = |v: &Value| v.as_number().and_then(|n| n.to_u32());
        let Some(n) = number(&count) else {
            return self.wrong_type("Fn::Cidr", &count, "a number from 1 to 256");
        };
        let host_bits = match &bits {
            Some(value) => match number(value) {
                Some(bits) => Some(bits),
                None => return self.wrong_type("Fn::Cidr", value, "a number of host bits"),
            },
            None => None,
        };
        match super::cidr::blocks(&text, n, host_bits) {
            Ok(blocks) => {
                let items = blocks.into_iter().map(|b| Value {
                    kind: Kind::Text(b.into()),
                    span,
                    trail: trail.clone(),
                });
                Value {
                    kind: Kind::List(items.collect()),
                    span,
                    trail: trail.clone(),
                }
            }
            Err(message) => {
                self.diagnostics
                    .push(Diagnostic::error("cidr", span, message));
                Self::invalid(span)
            }
        }
    }
}

/// The nearest key, or all of them.
fn near<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match suggest(wanted, known.iter().copied()) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("known are {}", known.join(", ")),
    }
}
