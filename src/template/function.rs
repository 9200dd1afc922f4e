//! Intrinsic functions from their two written forms: `!Name value` and `{"Fn::Name": value}`.

use std::sync::Arc;

use super::lower::Lowerer;
use super::{Expr, ExprKind, Function};
use crate::diag::{Diagnostic, suggest};
use crate::source::Span;
use crate::yaml::{Node, NodeKind};

/// Every function by its short name; the long name is `Fn::` and this, save for `Ref` and `Condition`.
const NAMES: [&str; 25] = [
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "ForEach",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Ref",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

/// The functions whose whole argument may itself be a function.
const TAKES_A_FUNCTION: [&str; 5] = ["Base64", "GetAZs", "ImportValue", "Length", "ToJsonString"];

/// The short name behind a long one: `Ref` or `Fn::…`. `Condition` is one only where a condition is expected.
pub(super) fn long_name(key: &str) -> Option<&str> {
    if key == "Ref" {
        Some("Ref")
    } else {
        key.strip_prefix("Fn::")
    }
}

impl Lowerer<'_> {
    /// The call `name(argument)`; `at` is where the name stands.
    pub(super) fn call(&mut self, name: &str, at: Span, argument: &Node) -> Expr {
        let span = at.to(argument.span);
        let invalid = Expr {
            span,
            kind: ExprKind::Invalid,
        };
        // In the short form the argument carries the function's own tag; another tag on it is another function.
        let plain = argument.tag.as_ref().is_none_or(|tag| tag.span == at);
        if !plain && !TAKES_A_FUNCTION.contains(&name) {
            self.wrong(
                name,
                argument,
                "its argument as it is, without another function around it",
            );
            return invalid;
        }
        let single = |lowerer: &mut Self| {
            if plain {
                lowerer.untagged(argument)
            } else {
                lowerer.expr(argument)
            }
        };
        let function = match name {
            "Ref" => self.name_argument(name, argument).map(Function::Ref),
            "Condition" => self.name_argument(name, argument).map(Function::Condition),
            "RefAll" => self.name_argument(name, argument).map(Function::RefAll),
            "GetAtt" => self.get_att(argument),
            "Sub" => self.sub(argument),
            "Join" => self
                .args::<2>(name, argument)
                .map(|[delimiter, list]| Function::Join { delimiter, list }),
            "Select" => self
                .args::<2>(name, argument)
                .map(|[index, list]| Function::Select { index, list }),
            "Split" => self
                .args::<2>(name, argument)
                .map(|[delimiter, source]| Function::Split { delimiter, source }),
            "FindInMap" => self.find_in_map(argument),
            "If" => self.conditional(argument),
            "Equals" => self
                .args::<2>(name, argument)
                .map(|[a, b]| Function::Equals(a, b)),
            "Contains" => self
                .args::<2>(name, argument)
                .map(|[a, b]| Function::Contains(a, b)),
            "EachMemberEquals" => self
                .args::<2>(name, argument)
                .map(|[a, b]| Function::EachMemberEquals(a, b)),
            "EachMemberIn" => self
                .args::<2>(name, argument)
                .map(|[a, b]| Function::EachMemberIn(a, b)),
            "And" => self.several(name, argument).map(Function::And),
            "Or" => self.several(name, argument).map(Function::Or),
            "Not" => self.not(argument),
            "Base64" => Some(Function::Base64(single(self))),
            "GetAZs" => Some(Function::GetAzs(single(self))),
            "ImportValue" => Some(Function::ImportValue(single(self))),
            "Length" => Some(Function::Length(single(self))),
            "ToJsonString" => Some(Function::ToJsonString(single(self))),
            "Cidr" => self.cidr(argument),
            "Transform" => self.transform(argument),
            _ if name.starts_with("ForEach") => {
                self.diagnostics.push(
                    Diagnostic::error(
                        "for-each",
                        at,
                        "Fn::ForEach without the transform that expands it",
                    )
                    .help("add `Transform: AWS::LanguageExtensions` at the top of the template"),
                );
                None
            }
            _ => {
                let nearest = suggest(name, NAMES).map(|n| format!("did you mean {n}?"));
                self.diagnostics.push(
                    Diagnostic::error(
                        "unknown-function",
                        at,
                        format!("there is no intrinsic function {name}"),
                    )
                    .maybe_help(nearest),
                );
                None
            }
        };
        match function {
            Some(function) => Expr {
                span,
                kind: ExprKind::Call(Box::new(function)),
            },
            None => invalid,
        }
    }

    fn wrong(&mut self, name: &str, argument: &Node, expected: &str) {
        self.diagnostics.push(
            Diagnostic::error(
                "function-argument",
                argument.span,
                format!("{name} is given {}", argument.describe()),
            )
            .help(format!("{name} takes {expected}")),
        );
    }

    fn name_argument(&mut self, name: &str, argument: &Node) -> Option<Arc<str>> {
        match argument.as_text() {
            Some(text) if !argument.is_null() => Some(Arc::clone(text)),
            _ => {
                self.wrong(name, argument, "one name, without another function inside");
                None
            }
        }
    }

    /// Exactly N arguments in a list.
    fn args<const N: usize>(&mut self, name: &str, argument: &Node) -> Option<[Expr; N]> {
        let items = argument.as_sequence();
        let Some(items) = items.filter(|items| items.len() == N) else {
            let found = items.map_or_else(
                || argument.describe(),
                |items| format!("{} arguments", items.len()),
            );
            self.diagnostics.push(
                Diagnostic::error(
                    "function-arity",
                    argument.span,
                    format!("{name} takes a list of {N}, not {found}"),
                )
                .maybe_help(self.usage(name)),
            );
            return None;
        };
        let mut exprs = Vec::with_capacity(N);
        for item in items {
            exprs.push(self.expr(item));
        }
        exprs.try_into().ok()
    }

    fn usage(&self, name: &str) -> Option<String> {
        let form = match name {
            "Join" => "!Join [delimiter, [value, …]]",
            "Select" => "!Select [index, [value, …]]",
            "Split" => "!Split [delimiter, string]",
            "If" => "!If [ConditionName, value if true, value if false]",
            "Equals" => "!Equals [a, b]",
            _ => return None,
        };
        Some(format!("write {form}"))
    }

    /// 2 to 10 conditions, as `Fn::And` and `Fn::Or` take them.
    fn several(&mut self, name: &str, argument: &Node) -> Option<Vec<Expr>> {
        match argument.as_sequence() {
            Some(items) if (2..=10).contains(&items.len()) => {
                Some(items.iter().map(|i| self.condition(i)).collect())
            }
            _ => {
                let found = argument.as_sequence().map_or_else(
                    || argument.describe(),
                    |i| format!("{} conditions", i.len()),
                );
                self.diagnostics.push(Diagnostic::error(
                    "function-arity",
                    argument.span,
                    format!("{name} takes a list of 2 to 10 conditions, not {found}"),
                ));
                None
            }
        }
    }

    fn not(&mut self, argument: &Node) -> Option<Function> {
        match argument.as_sequence() {
            Some([one]) => Some(Function::Not(self.condition(one))),
            _ => {
                self.wrong("Not", argument, "a list of one condition: !Not [condition]");
                None
            }
        }
    }

    fn get_att(&mut self, argument: &Node) -> Option<Function> {
        match &argument.kind {
            NodeKind::Scalar(scalar) => match scalar.text.split_once('.') {
                Some((resource, attribute)) if !attribute.is_empty() => Some(Function::GetAtt {
                    resource: resource.into(),
                    attribute: Expr {
                        span: argument.span,
                        kind: ExprKind::Text(attribute.into()),
                    },
                }),
                _ => {
                    self.wrong("GetAtt", argument, "LogicalId.Attribute");
                    None
                }
            },
            NodeKind::Sequence(items) => match items.as_slice() {
                [resource, attribute] if resource.as_text().is_some() => Some(Function::GetAtt {
                    resource: resource.as_text().map(Arc::clone)?,
                    attribute: self.expr(attribute),
                }),
                // `!GetAtt [Stack, Outputs, Name]` is seen in the wild and means the dotted form.
                [resource, rest @ ..]
                    if rest.len() > 1 && items.iter().all(|i| i.as_text().is_some()) =>
                {
                    let attribute: Vec<&str> = rest
                        .iter()
                        .filter_map(|i| i.as_text().map(|t| &**t))
                        .collect();
                    Some(Function::GetAtt {
                        resource: resource.as_text().map(Arc::clone)?,
                        attribute: Expr {
                            span: argument.span,
                            kind: ExprKind::Text(attribute.join(".").into()),
                        },
                    })
                }
                _ => {
                    self.wrong(
                        "GetAtt",
                        argument,
                        "LogicalId.Attribute or [LogicalId, Attribute]",
                    );
                    None
                }
            },
            NodeKind::Mapping(_) => {
                self.wrong(
                    "GetAtt",
                    argument,
                    "LogicalId.Attribute or [LogicalId, Attribute]",
                );
                None
            }
        }
    }

    fn sub(&mut self, argument: &Node) -> Option<Function> {
        if let Some(text) = argument.as_text() {
            let source = self.slice(argument.span);
            let parts = super::sub::scan(text, argument.span, source, self.diagnostics);
            return Some(Function::Sub {
                parts,
                variables: Vec::new(),
            });
        }
        if let Some([template, variables]) = argument.as_sequence()
            && let (Some(text), Some(_)) = (template.as_text(), variables.as_mapping())
        {
            let source = self.slice(template.span);
            let parts = super::sub::scan(text, template.span, source, self.diagnostics);
            let variables = self.fields(variables);
            return Some(Function::Sub { parts, variables });
        }
        self.wrong(
            "Sub",
            argument,
            "a string, or a list of a string and a mapping of variables",
        );
        None
    }

    fn find_in_map(&mut self, argument: &Node) -> Option<Function> {
        match argument.as_sequence() {
            Some([map, top, second]) => Some(Function::FindInMap {
                map: self.expr(map),
                top: self.expr(top),
                second: self.expr(second),
                default: None,
            }),
            Some([map, top, second, options]) if options.get("DefaultValue").is_some() => {
                let default = options.get("DefaultValue").map(|d| self.expr(d));
                Some(Function::FindInMap {
                    map: self.expr(map),
                    top: self.expr(top),
                    second: self.expr(second),
                    default,
                })
            }
            _ => {
                self.wrong("FindInMap", argument, "[MapName, first key, second key] and, with the language extensions, {DefaultValue: …}");
                None
            }
        }
    }

    fn conditional(&mut self, argument: &Node) -> Option<Function> {
        match argument.as_sequence() {
            Some([condition, then, otherwise]) => {
                let condition = self.name_argument("If", condition)?;
                Some(Function::If {
                    condition,
                    then: self.expr(then),
                    otherwise: self.expr(otherwise),
                })
            }
            _ => {
                let found = argument
                    .as_sequence()
                    .map_or_else(|| argument.describe(), |i| format!("{} arguments", i.len()));
                self.diagnostics.push(
                    Diagnostic::error(
                        "function-arity",
                        argument.span,
                        format!("If takes a list of 3, not {found}"),
                    )
                    .maybe_help(self.usage("If")),
                );
                None
            }
        }
    }

    fn cidr(&mut self, argument: &Node) -> Option<Function> {
        match argument.as_sequence() {
            Some([block, count]) => Some(Function::Cidr {
                block: self.expr(block),
                count: self.expr(count),
                bits: None,
            }),
            Some([block, count, bits]) => {
                let bits = Some(self.expr(bits));
                Some(Function::Cidr {
                    block: self.expr(block),
                    count: self.expr(count),
                    bits,
                })
            }
            _ => {
                self.wrong(
                    "Cidr",
                    argument,
                    "[block, count] or [block, count, host bits]",
                );
                None
            }
        }
    }

    fn transform(&mut self, argument: &Node) -> Option<Function> {
        match argument.get("Name").and_then(Node::as_text) {
            Some(name) => {
                let parameters = argument
                    .get("Parameters")
                    .map(|p| self.fields(p))
                    .unwrap_or_default();
                Some(Function::Transform {
                    name: Arc::clone(name),
                    parameters,
                })
            }
            None => {
                self.wrong("Transform", argument, "a mapping with Name and Parameters");
                None
            }
        }
    }
}
