//! One template file as syntax: sections and expressions, nothing decided yet.

mod expr;
mod foreach;
mod function;
mod lower;
mod rename;
mod sections;
mod sub;

pub use expr::{Expr, ExprKind, Field, Function, SubPart};
pub use foreach::{expand, uses_for_each};
pub use lower::{lower, lower_expr};

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::{FileId, Span};
use crate::yaml::{Comment, Node};

/// A template's sections.
#[derive(Clone, Debug)]
pub struct Template {
    /// The file.
    pub file: FileId,
    /// Names in `Transform`, in order.
    pub transforms: Vec<(Arc<str>, Span)>,
    /// `Parameters`.
    pub parameters: IndexMap<Arc<str>, Parameter>,
    /// `Rules`.
    pub rules: Vec<Rule>,
    /// `Mappings`: map, first key, second key.
    pub mappings: IndexMap<Arc<str>, Mapping>,
    /// `Conditions`.
    pub conditions: IndexMap<Arc<str>, Condition>,
    /// `Resources`.
    pub resources: IndexMap<Arc<str>, ResourceSyntax>,
    /// `Outputs`.
    pub outputs: IndexMap<Arc<str>, Output>,
    /// `Hooks`.
    pub hooks: Option<Expr>,
    /// All comments, for suppressions.
    pub comments: Vec<Comment>,
    /// The unexpanded tree, kept only where `Fn::ForEach` has to be expanded with an environment's parameters.
    pub loops: Option<Node>,
}

/// A parameter's declaration.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in the template.
    pub key_span: Span,
    /// `Type`.
    pub kind: Arc<str>,
    /// `Default`, with its place.
    pub default: Option<(Arc<str>, Span)>,
    /// `AllowedValues`.
    pub allowed_values: Vec<Arc<str>>,
    /// `AllowedPattern`.
    pub allowed_pattern: Option<(Arc<str>, Span)>,
    /// `ConstraintDescription`.
    pub constraint: Option<Arc<str>>,
    /// `MinLength`, `MaxLength`, `MinValue`, `MaxValue` as written.
    pub bounds: Bounds,
    /// `NoEcho`.
    pub no_echo: bool,
    /// `Description`.
    pub description: Option<Arc<str>>,
}

/// A parameter's bounds.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Fewest characters.
    pub min_length: Option<usize>,
    /// Most characters.
    pub max_length: Option<usize>,
    /// Least number.
    pub min_value: Option<rust_decimal::Decimal>,
    /// Greatest number.
    pub max_value: Option<rust_decimal::Decimal>,
}

/// One entry of `Rules`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Arc<str>,
    /// Its name in the template.
    pub key_span: Span,
    /// `RuleCondition`.
    pub condition: Option<Expr>,
    /// `Assertions`: `Assert` and `AssertDescription`.
    pub assertions: Vec<(Expr, Option<Arc<str>>)>,
}

/// A two-level mapping.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Its name in the template.
    pub key_span: Span,
    /// First key to second key to value.
    pub entries: IndexMap<Arc<str>, IndexMap<Arc<str>, Expr>>,
}

/// One condition.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Its name in the template.
    pub key_span: Span,
    /// The expression.
    pub expr: Expr,
}

/// One resource as written.
#[derive(Clone, Debug)]
pub struct ResourceSyntax {
    /// Its logical id in the template.
    pub key_span: Span,
    /// The whole entry.
    pub span: Span,
    /// `Type`.
    pub kind: Arc<str>,
    /// `Condition`.
    pub condition: Option<(Arc<str>, Span)>,
    /// `DependsOn`.
    pub depends_on: Vec<(Arc<str>, Span)>,
    /// `Properties`.
    pub properties: Option<Expr>,
    /// `DeletionPolicy`.
    pub deletion_policy: Option<Expr>,
    /// `UpdateReplacePolicy`.
    pub update_replace_policy: Option<Expr>,
    /// `Metadata`.
    pub metadata: Option<Expr>,
}

/// One output as written.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name in the template.
    pub key_span: Span,
    /// `Condition`.
    pub condition: Option<(Arc<str>, Span)>,
    /// `Value`.
    pub value: Expr,
    /// `Export.Name`.
    pub export: Option<Expr>,
}
