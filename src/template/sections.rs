//! The top-level sections and their entries.

use std::str::FromStr;
use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::lower::Lowerer;
use super::{
    Bounds, Condition, Expr, ExprKind, Mapping, Output, Parameter, ResourceSyntax, Rule, Template,
};
use crate::diag::{Diagnostic, suggest};
use crate::source::{FileId, Span};
use crate::yaml::{Node, NodeKind, Pair};

/// Source: CloudFormation user guide, "Template sections".
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Source: CloudFormation user guide, "Resource attribute reference".
const RESOURCE_KEYS: [&str; 10] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

const PARAMETER_KEYS: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

impl Lowerer<'_> {
    pub(super) fn template(&mut self, file: FileId, root: &Node) -> Option<Template> {
        let Some(pairs) = root.as_mapping() else {
            self.diagnostics.push(
                Diagnostic::error(
                    "no-template",
                    root.span,
                    format!("{} where a template is expected", root.describe()),
                )
                .help("a template is a mapping with a Resources section"),
            );
            return None;
        };
        let mut template = Template {
            file,
            transforms: Vec::new(),
            parameters: IndexMap::new(),
            rules: Vec::new(),
            mappings: IndexMap::new(),
            conditions: IndexMap::new(),
            resources: IndexMap::new(),
            outputs: IndexMap::new(),
            hooks: None,
            comments: Vec::new(),
            loops: None,
        };
        for pair in pairs {
            match &*pair.key {
                "Resources" => template.resources = self.resources(&pair.value),
                "Parameters" => template.parameters = self.section(&pair.value, Self::parameter),
                "Conditions" => {
                    template.conditions = self.section(&pair.value, Self::condition_entry)
                }
                "Mappings" => template.mappings = self.section(&pair.value, Self::mapping),
                "Outputs" => template.outputs = self.section(&pair.value, Self::output),
                "Rules" => {
                    let rules: IndexMap<Arc<str>, Rule> = self.section(&pair.value, Self::rule);
                    template.rules = rules.into_values().collect();
                }
                "Transform" => template.transforms = self.transforms(&pair.value),
                "Hooks" => template.hooks = Some(self.expr(&pair.value)),
                "AWSTemplateFormatVersion" => self.version(&pair.value),
                "Description" | "Metadata" => {}
                _ => self.unknown_key("unknown-section", pair, &SECTIONS, "section of a template"),
            }
        }
        if root.pair("Resources").is_none() {
            self.diagnostics.push(
                Diagnostic::error(
                    "no-resources",
                    Span::new(file, 0, 0),
                    "the template has no Resources section",
                )
                .help("is this a CloudFormation template?"),
            );
            return None;
        }
        Some(template)
    }

    fn unknown_key(&mut self, code: &'static str, pair: &Pair, known: &[&str], what: &str) {
        let help = match suggest(&pair.key, known.iter().copied()) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("known are {}", known.join(", ")),
        };
        self.diagnostics.push(
            Diagnostic::error(code, pair.key_span, format!("{} is no {what}", pair.key)).help(help),
        );
    }

    fn version(&mut self, node: &Node) {
        if node.as_text().map(|t| &**t) != Some("2010-09-09") {
            self.diagnostics.push(
                Diagnostic::error(
                    "format-version",
                    node.span,
                    format!("{} is no template format version", node.describe()),
                )
                .help("the only version is '2010-09-09'"),
            );
        }
    }

    fn transforms(&mut self, node: &Node) -> Vec<(Arc<str>, Span)> {
        let mut found = Vec::new();
        match &node.kind {
            NodeKind::Scalar(s) => found.push((Arc::clone(&s.text), node.span)),
            NodeKind::Sequence(items) => items.iter().for_each(|item| match item.as_text() {
                Some(text) => found.push((Arc::clone(text), item.span)),
                None => found.extend(
                    item.get("Name")
                        .and_then(Node::as_text)
                        .map(|t| (Arc::clone(t), item.span)),
                ),
            }),
            NodeKind::Mapping(_) => {
                found.extend(
                    node.get("Name")
                        .and_then(Node::as_text)
                        .map(|t| (Arc::clone(t), node.span)),
                );
            }
        }
        found
    }

    fn section<T>(
        &mut self,
        node: &Node,
        entry: fn(&mut Self, &Pair) -> Option<T>,
    ) -> IndexMap<Arc<str>, T> {
        if node.is_null() {
            return IndexMap::new();
        }
        let Some(pairs) = node.as_mapping() else {
            self.expected(node, "a mapping of names");
            return IndexMap::new();
        };
        let mut entries = IndexMap::with_capacity(pairs.len());
        for pair in pairs.iter().filter(|p| !p.key.starts_with("Fn::")) {
            if let Some(value) = entry(self, pair) {
                entries.insert(Arc::clone(&pair.key), value);
            }
        }
        entries
    }

    fn parameter(&mut self, pair: &Pair) -> Option<Parameter> {
        if pair.value.as_mapping().is_none() {
            self.expected(&pair.value, "a mapping with Type");
            return None;
        }
        self.alphanumeric(pair, "parameter name");
        let mut parameter = Parameter {
            key_span: pair.key_span,
            kind: Arc::from("String"),
            default: None,
            allowed_values: Vec::new(),
            allowed_pattern: None,
            constraint: None,
            bounds: Bounds::default(),
            no_echo: false,
            description: None,
        };
        let mut typed = false;
        for field in pair.value.as_mapping().unwrap_or_default() {
            let value = &field.value;
            match &*field.key {
                "Type" => {
                    typed = true;
                    if let Some(kind) = self.text(value, "a parameter type") {
                        parameter.kind = kind;
                    }
                }
                "Default" => parameter.default = self.scalar(value).map(|t| (t, value.span)),
                "AllowedValues" => match value.as_sequence() {
                    Some(items) => {
                        parameter.allowed_values =
                            items.iter().filter_map(|i| self.scalar(i)).collect()
                    }
                    None => self.expected(value, "a list of values"),
                },
                "AllowedPattern" => {
                    parameter.allowed_pattern = self
                        .text(value, "a regular expression")
                        .map(|t| (t, value.span));
                }
                "ConstraintDescription" => parameter.constraint = self.text(value, "a string"),
                "Description" => parameter.description = self.text(value, "a string"),
                "NoEcho" => {
                    parameter.no_echo = self
                        .scalar(value)
                        .is_some_and(|t| t.eq_ignore_ascii_case("true"))
                }
                "MinLength" => {
                    parameter.bounds.min_length = self.number(value).and_then(|n| n.try_into().ok())
                }
                "MaxLength" => {
                    parameter.bounds.max_length = self.number(value).and_then(|n| n.try_into().ok())
                }
                "MinValue" => parameter.bounds.min_value = self.number(value),
                "MaxValue" => parameter.bounds.max_value = self.number(value),
                _ => self.unknown_key("unknown-key", field, &PARAMETER_KEYS, "key of a parameter"),
            }
        }
        if !typed {
            self.diagnostics.push(
                Diagnostic::error(
                    "parameter-type",
                    pair.key_span,
                    format!("parameter {} has no Type", pair.key),
                )
                .help("add `Type: String`"),
            );
        }
        Some(parameter)
    }

    fn alphanumeric(&mut self, pair: &Pair, what: &str) {
        if !pair.key.chars().all(|c| c.is_ascii_alphanumeric()) {
            self.diagnostics.push(
                Diagnostic::error("name", pair.key_span, format!("{} is no {what}", pair.key))
                    .help("letters and digits only"),
            );
        }
    }

    /// A scalar as the string that CloudFormation makes of it.
    fn scalar(&mut self, node: &Node) -> Option<Arc<str>> {
        match self.expr(node).kind {
            ExprKind::Text(t) | ExprKind::Number(t) => Some(t),
            ExprKind::Bool(b) => Some(Arc::from(if b { "true" } else { "false" })),
            ExprKind::Null => Some(Arc::from("")),
            ExprKind::Invalid => None,
            ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Call(_) => {
                self.expected(node, "one plain value");
                None
            }
        }
    }

    fn number(&mut self, node: &Node) -> Option<Decimal> {
        let number = self.scalar(node).and_then(|t| Decimal::from_str(&t).ok());
        if number.is_none() {
            self.expected(node, "a number");
        }
        number
    }

    fn condition_entry(&mut self, pair: &Pair) -> Option<Condition> {
        Some(Condition {
            key_span: pair.key_span,
            expr: self.condition(&pair.value),
        })
    }

    fn mapping(&mut self, pair: &Pair) -> Option<Mapping> {
        let mut entries = IndexMap::new();
        let Some(tops) = pair.value.as_mapping() else {
            self.expected(&pair.value, "a mapping of two levels");
            return None;
        };
        for top in tops {
            let Some(seconds) = top.value.as_mapping() else {
                self.expected(&top.value, "a mapping of names to values");
                continue;
            };
            let inner = seconds
                .iter()
                .map(|s| (Arc::clone(&s.key), self.expr(&s.value)))
                .collect();
            entries.insert(Arc::clone(&top.key), inner);
        }
        Some(Mapping {
            key_span: pair.key_span,
            entries,
        })
    }

    fn output(&mut self, pair: &Pair) -> Option<Output> {
        let Some(fields) = pair.value.as_mapping() else {
            self.expected(&pair.value, "a mapping with Value");
            return None;
        };
        let mut value = None;
        let mut condition = None;
        let mut export = None;
        for field in fields {
            match &*field.key {
                "Value" => value = Some(self.expr(&field.value)),
                "Condition" => {
                    condition = self
                        .text(&field.value, "a condition's name")
                        .map(|t| (t, field.value.span));
                }
                "Export" => match field.value.get("Name") {
                    Some(name) => export = Some(self.expr(name)),
                    None => self.expected(&field.value, "a mapping with Name"),
                },
                "Description" => {}
                _ => {
                    let known = ["Condition", "Description", "Export", "Value"];
                    self.unknown_key("unknown-key", field, &known, "key of an output");
                }
            }
        }
        let Some(value) = value else {
            self.diagnostics.push(Diagnostic::error(
                "output-value",
                pair.key_span,
                format!("output {} has no Value", pair.key),
            ));
            return None;
        };
        Some(Output {
            key_span: pair.key_span,
            condition,
            value,
            export,
        })
    }

    fn rule(&mut self, pair: &Pair) -> Option<Rule> {
        let condition = pair.value.get("RuleCondition").map(|c| self.condition(c));
        let mut assertions = Vec::new();
        match pair.value.get("Assertions").and_then(Node::as_sequence) {
            Some(items) => {
                for item in items {
                    match item.get("Assert") {
                        Some(assert) => {
                            let description = item
                                .get("AssertDescription")
                                .and_then(Node::as_text)
                                .cloned();
                            assertions.push((self.condition(assert), description));
                        }
                        None => self.expected(item, "a mapping with Assert"),
                    }
                }
            }
            None => self.expected(&pair.value, "a mapping with Assertions"),
        }
        Some(Rule {
            name: Arc::clone(&pair.key),
            key_span: pair.key_span,
            condition,
            assertions,
        })
    }

    fn resources(&mut self, node: &Node) -> IndexMap<Arc<str>, ResourceSyntax> {
        if let Some(pairs) = node.as_mapping()
            && pairs.iter().any(|p| p.key.starts_with("Fn::Transform"))
        {
            let at = pairs
                .iter()
                .find(|p| p.key.starts_with("Fn::Transform"))
                .map_or(node.span, |p| p.key_span);
            self.diagnostics.push(
                Diagnostic::warning(
                    "transform-not-run",
                    at,
                    "a macro in the Resources section runs in AWS only",
                )
                .help("what it adds is neither priced nor judged"),
            );
        }
        self.section(node, Self::resource)
    }

    fn resource(&mut self, pair: &Pair) -> Option<ResourceSyntax> {
        let Some(fields) = pair.value.as_mapping() else {
            self.expected(&pair.value, "a resource: a mapping with Type");
            return None;
        };
        self.alphanumeric(pair, "logical id");
        let mut kind = None;
        let mut resource = ResourceSyntax {
            key_span: pair.key_span,
            span: pair.span(),
            kind: Arc::from(""),
            condition: None,
            depends_on: Vec::new(),
            properties: None,
            deletion_policy: None,
            update_replace_policy: None,
            metadata: None,
        };
        for field in fields {
            let value = &field.value;
            match &*field.key {
                "Type" => kind = self.text(value, "a resource type"),
                "Condition" => {
                    resource.condition = self
                        .text(value, "a condition's name")
                        .map(|t| (t, value.span))
                }
                "DependsOn" => match &value.kind {
                    NodeKind::Sequence(items) => {
                        for item in items {
                            resource
                                .depends_on
                                .extend(self.text(item, "a logical id").map(|t| (t, item.span)));
                        }
                    }
                    _ => resource
                        .depends_on
                        .extend(self.text(value, "a logical id").map(|t| (t, value.span))),
                },
                "Properties" => {
                    let expr = self.expr(value);
                    match expr.kind {
                        ExprKind::Map(_) | ExprKind::Invalid | ExprKind::Call(_) => {
                            resource.properties = Some(expr)
                        }
                        ExprKind::Null => {}
                        _ => self.expected(value, "a mapping of properties"),
                    }
                }
                "DeletionPolicy" => {
                    resource.deletion_policy = Some(self.policy(value, "DeletionPolicy"))
                }
                "UpdateReplacePolicy" => {
                    resource.update_replace_policy = Some(self.policy(value, "UpdateReplacePolicy"))
                }
                "Metadata" => resource.metadata = Some(self.expr(value)),
                "CreationPolicy" | "UpdatePolicy" | "Description" => {}
                // Transforms (SAM and others) add resource attributes of their own.
                key if key.starts_with("Fn::") || key == "Connectors" || key == "IgnoreGlobals" => {
                }
                _ => self.unknown_key(
                    "unknown-key",
                    field,
                    &RESOURCE_KEYS,
                    "attribute of a resource",
                ),
            }
        }
        let Some(kind) = kind else {
            if pair.value.get("Type").is_none() {
                self.diagnostics.push(
                    Diagnostic::error(
                        "resource-type",
                        pair.key_span,
                        format!("resource {} has no Type", pair.key),
                    )
                    .help("add for example `Type: AWS::S3::Bucket`"),
                );
            }
            return None;
        };
        resource.kind = kind;
        Some(resource)
    }

    fn policy(&mut self, node: &Node, what: &str) -> Expr {
        let expr = self.expr(node);
        if let ExprKind::Text(text) = &expr.kind
            && !matches!(
                &**text,
                "Delete" | "Retain" | "Snapshot" | "RetainExceptOnCreate"
            )
        {
            self.diagnostics.push(
                Diagnostic::error("policy", node.span, format!("'{text}' is no {what}"))
                    .help("it is Delete, Retain, RetainExceptOnCreate or Snapshot"),
            );
        }
        expr
    }
}
