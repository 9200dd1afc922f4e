//! `Fn::ForEach` of the language extensions: copies of a fragment, one for each value of a collection.
//!
//! Source: CloudFormation user guide, "Fn::ForEach": a key `Fn::ForEach::Name` holds
//! `[Identifier, Collection, {OutputKey: OutputValue}]`; `${Identifier}` (or `&{Identifier}`, which drops
//! what is not alphanumeric) is replaced in keys and values.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::yaml::{Node, NodeKind, Pair, Scalar};

/// More copies than this are refused (limit `for-each-copies`); a template has at most 500 resources.
pub(super) const MAX_COPIES: usize = 5_000;

/// Whether there is a loop anywhere.
pub fn uses_for_each(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Scalar(_) => false,
        NodeKind::Sequence(items) => items.iter().any(uses_for_each),
        NodeKind::Mapping(pairs) => pairs
            .iter()
            .any(|p| p.key.starts_with("Fn::ForEach::") || uses_for_each(&p.value)),
    }
}

/// The tree with all loops unrolled. `collection` gives the values of a node, for example of a `Ref` to a list
/// parameter; `None` where they are not known.
pub fn expand(
    node: &Node,
    collection: &mut dyn FnMut(&Node) -> Option<Vec<Arc<str>>>,
    diagnostics: &mut Diagnostics,
) -> Node {
    let mut expander = Expander {
        collection,
        diagnostics,
        copies: 0,
    };
    expander.node(node)
}

struct Expander<'a> {
    collection: &'a mut dyn FnMut(&Node) -> Option<Vec<Arc<str>>>,
    diagnostics: &'a mut Diagnostics,
    copies: usize,
}

impl Expander<'_> {
    fn node(&mut self, node: &Node) -> Node {
        let kind = match &node.kind {
            NodeKind::Scalar(s) => NodeKind::Scalar(s.clone()),
            NodeKind::Sequence(items) => {
                NodeKind::Sequence(items.iter().map(|i| self.node(i)).collect())
            }
            NodeKind::Mapping(pairs) => {
                let mut out = Vec::with_capacity(pairs.len());
                for pair in pairs {
                    if pair.key.starts_with("Fn::ForEach::") {
                        self.unroll(pair, &mut out);
                    } else {
                        out.push(Pair {
                            value: self.node(&pair.value),
                            ..pair.clone()
                        });
                    }
                }
                NodeKind::Mapping(out)
            }
        };
        Node {
            span: node.span,
            tag: node.tag.clone(),
            kind,
        }
    }

    fn unroll(&mut self, pair: &Pair, out: &mut Vec<Pair>) {
        let items = pair.value.as_sequence().unwrap_or_default();
        let [identifier, collection, body] = items else {
            self.diagnostics.push(
                Diagnostic::error(
                    "for-each",
                    pair.value.span,
                    format!("{} takes a list of 3", pair.key),
                )
                .help("write [Identifier, [value, …], {Key${Identifier}: …}]"),
            );
            return;
        };
        let (Some(identifier), Some(body)) = (identifier.as_text(), body.as_mapping()) else {
            self.diagnostics.push(
                Diagnostic::error(
                    "for-each",
                    pair.value.span,
                    format!("{} has the wrong arguments", pair.key),
                )
                .help("write [Identifier, [value, …], {Key${Identifier}: …}]"),
            );
            return;
        };
        let Some(values) = (self.collection)(collection) else {
            self.diagnostics.push(
                Diagnostic::error(
                    "for-each",
                    collection.span,
                    format!("the collection of {} is not known", pair.key),
                )
                .help(
                    "it is a list of plain values, or a Ref to a list parameter that has a value",
                ),
            );
            return;
        };
        for value in values {
            for template in body {
                self.copies += 1;
                if self.copies > MAX_COPIES {
                    self.diagnostics.push(Diagnostic::error(
                        "for-each",
                        pair.key_span,
                        format!("more than {MAX_COPIES} copies (limit `for-each-copies`)"),
                    ));
                    return;
                }
                let copy = Pair {
                    key: replace(&template.key, identifier, &value),
                    key_span: template.key_span,
                    value: substitute(&template.value, identifier, &value),
                };
                if copy.key.starts_with("Fn::ForEach::") {
                    self.unroll(&copy, out);
                } else if out.iter().any(|p| p.key == copy.key) {
                    self.diagnostics.push(
                        Diagnostic::error("for-each", template.key_span, format!("two copies are named {}", copy.key))
                            .help(format!("put ${{{identifier}}} into the key, and each value once into the collection")),
                    );
                } else {
                    let value = self.node(&copy.value);
                    out.push(Pair { value, ..copy });
                }
            }
        }
    }
}

fn replace(text: &Arc<str>, identifier: &str, value: &str) -> Arc<str> {
    if !text.contains(identifier) {
        return Arc::clone(text);
    }
    let clean: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{identifier}}}"), value)
        .replace(&format!("&{{{identifier}}}"), &clean)
        .into()
}

/// Replaces the identifier in strings, and `Ref` of it by its value.
fn substitute(node: &Node, identifier: &str, value: &str) -> Node {
    let is_ref = |text: &str| text == identifier;
    let literal = || Node {
        span: node.span,
        tag: None,
        kind: NodeKind::Scalar(Scalar {
            text: Arc::from(value),
            plain: false,
        }),
    };
    match &node.kind {
        NodeKind::Scalar(s) => {
            if node.tag.as_ref().is_some_and(|t| &*t.name == "Ref") && is_ref(&s.text) {
                return literal();
            }
            let text = replace(&s.text, identifier, value);
            Node {
                span: node.span,
                tag: node.tag.clone(),
                kind: NodeKind::Scalar(Scalar {
                    text,
                    plain: s.plain,
                }),
            }
        }
        NodeKind::Sequence(items) => Node {
            span: node.span,
            tag: node.tag.clone(),
            kind: NodeKind::Sequence(
                items
                    .iter()
                    .map(|i| substitute(i, identifier, value))
                    .collect(),
            ),
        },
        NodeKind::Mapping(pairs) => {
            if let [pair] = pairs.as_slice()
                && &*pair.key == "Ref"
                && pair.value.as_text().is_some_and(|t| is_ref(t))
            {
                return literal();
            }
            let pairs = pairs.iter().map(|p| Pair {
                key: replace(&p.key, identifier, value),
                key_span: p.key_span,
                value: substitute(&p.value, identifier, value),
            });
            Node {
                span: node.span,
                tag: node.tag.clone(),
                kind: NodeKind::Mapping(pairs.collect()),
            }
        }
    }
}
