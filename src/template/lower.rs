//! Nodes to expressions and sections.

use std::sync::Arc;

use super::function::long_name;
use super::{Expr, ExprKind, Field, Function, Template};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};
use crate::yaml::{Document, Node, NodeKind, Plain, plain};

/// Turns a parsed file into a template. Problems are diagnostics; what can be read is read.
/// `None` only where the file is no template at all.
pub fn lower(
    file: FileId,
    source: &str,
    document: Document,
    diagnostics: &mut Diagnostics,
) -> Option<Template> {
    let Document { root, comments } = document;
    let start = Span::new(file, 0, 0);
    let Some(root) = root.filter(|r| !r.is_null()) else {
        diagnostics.push(
            Diagnostic::error("empty-file", start, "the file is empty")
                .help("a template has at least a Resources section"),
        );
        return None;
    };
    let mut lowerer = Lowerer {
        source,
        diagnostics,
    };
    let mut template = lowerer.template(file, &root)?;
    template.comments = comments;
    template.loops = super::uses_for_each(&root).then_some(root);
    Some(template)
}

/// One expression outside a template: an included fragment, or a loop's collection. `source` is the whole text of
/// the node's file.
pub fn lower_expr(source: &str, node: &Node, diagnostics: &mut Diagnostics) -> Expr {
    Lowerer {
        source,
        diagnostics,
    }
    .expr(node)
}

/// Lowers nodes of one file.
pub(super) struct Lowerer<'a> {
    pub(super) source: &'a str,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl<'a> Lowerer<'a> {
    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.source
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// Any expression.
    pub(super) fn expr(&mut self, node: &Node) -> Expr {
        if let Some(tag) = &node.tag {
            return self.call(&tag.name, tag.span, node);
        }
        self.untagged(node)
    }

    /// An expression whose own tag, if it has one, has been dealt with.
    pub(super) fn untagged(&mut self, node: &Node) -> Expr {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.plain => match plain(&scalar.text) {
                Plain::Null => ExprKind::Null,
                Plain::Bool(b) => ExprKind::Bool(b),
                Plain::Number(n) if *n == *scalar.text => {
                    ExprKind::Number(Arc::clone(&scalar.text))
                }
                Plain::Number(n) => ExprKind::Number(Arc::from(&*n)),
                Plain::Text => ExprKind::Text(Arc::clone(&scalar.text)),
            },
            NodeKind::Scalar(scalar) => ExprKind::Text(Arc::clone(&scalar.text)),
            NodeKind::Sequence(items) => {
                ExprKind::List(items.iter().map(|i| self.expr(i)).collect())
            }
            NodeKind::Mapping(pairs) => {
                if let [pair] = pairs.as_slice()
                    && let Some(name) = long_name(&pair.key)
                {
                    return self.call(name, pair.key_span, &pair.value);
                }
                if let Some(pair) = pairs
                    .iter()
                    .find(|p| p.key.starts_with("Fn::") && !p.key.starts_with("Fn::ForEach"))
                    && &*pair.key != "Fn::Transform"
                {
                    self.diagnostics.push(
                        Diagnostic::error(
                            "function-mixed",
                            pair.key_span,
                            format!("{} stands among other keys", pair.key),
                        )
                        .help("a function is the only key of its mapping"),
                    );
                    return Expr {
                        span: node.span,
                        kind: ExprKind::Invalid,
                    };
                }
                ExprKind::Map(self.fields(node))
            }
        };
        Expr {
            span: node.span,
            kind,
        }
    }

    /// An expression where a condition is expected: `Condition: Name` is a function here.
    pub(super) fn condition(&mut self, node: &Node) -> Expr {
        if node.tag.is_none()
            && let Some([pair]) = node.as_mapping()
            && &*pair.key == "Condition"
        {
            return self.call("Condition", pair.key_span, &pair.value);
        }
        let expr = self.expr(node);
        let fits = match &expr.kind {
            ExprKind::Call(function) => matches!(
                &**function,
                Function::Equals(..)
                    | Function::And(_)
                    | Function::Or(_)
                    | Function::Not(_)
                    | Function::Condition(_)
                    | Function::Contains(..)
                    | Function::EachMemberEquals(..)
                    | Function::EachMemberIn(..)
            ),
            ExprKind::Invalid => true,
            _ => false,
        };
        if !fits {
            self.diagnostics.push(
                Diagnostic::error(
                    "condition-expected",
                    node.span,
                    format!("{} where a condition is expected", node.describe()),
                )
                .help("conditions are made of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition"),
            );
        }
        expr
    }

    /// The entries of a mapping; nothing for anything else, with a diagnostic.
    pub(super) fn fields(&mut self, node: &Node) -> Vec<Field> {
        let Some(pairs) = node.as_mapping() else {
            self.expected(node, "a mapping");
            return Vec::new();
        };
        pairs
            .iter()
            .filter(|p| !p.key.starts_with("Fn::ForEach"))
            .map(|p| Field {
                key: Arc::clone(&p.key),
                key_span: p.key_span,
                value: self.expr(&p.value),
            })
            .collect()
    }

    pub(super) fn expected(&mut self, node: &Node, what: &str) {
        self.diagnostics.push(Diagnostic::error(
            "wrong-type",
            node.span,
            format!("{} where {what} is expected", node.describe()),
        ));
    }

    /// The text of a scalar, or a diagnostic.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<Arc<str>> {
        match node.as_text() {
            Some(text) if node.tag.is_none() => Some(Arc::clone(text)),
            _ => {
                self.expected(node, what);
                None
            }
        }
    }
}
