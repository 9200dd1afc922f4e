//! Expressions: literals and intrinsic functions. Short and long form end in the same variant.

use std::sync::Arc;

use crate::source::Span;

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Arc<str>),
    /// A string.
    Text(Arc<str>),
    /// A list.
    List(Vec<Expr>),
    /// A mapping.
    Map(Vec<Field>),
    /// An intrinsic function.
    Call(Box<Function>),
    /// Something wrong that a diagnostic has named.
    Invalid,
}

/// A key and its expression.
#[derive(Clone, Debug)]
pub struct Field {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Expr,
}

/// An intrinsic function with its arguments.
/// Source: CloudFormation user guide, "Intrinsic function reference" and "Rule-specific intrinsic functions".
#[derive(Clone, Debug, PartialEq)]
pub enum Function {
    /// `Ref`.
    Ref(Arc<str>),
    /// `Fn::GetAtt`.
    GetAtt {
        /// The logical id.
        resource: Arc<str>,
        /// The attribute; may itself be an expression in the list form.
        attribute: Expr,
    },
    /// `Fn::Sub`.
    Sub {
        /// The pieces of the string.
        parts: Vec<SubPart>,
        /// The variables of the list form.
        variables: Vec<Field>,
    },
    /// `Fn::Join`.
    Join {
        /// The delimiter.
        delimiter: Expr,
        /// The list.
        list: Expr,
    },
    /// `Fn::Select`.
    Select {
        /// The index, from 0.
        index: Expr,
        /// The list.
        list: Expr,
    },
    /// `Fn::Split`.
    Split {
        /// The delimiter.
        delimiter: Expr,
        /// The string.
        source: Expr,
    },
    /// `Fn::FindInMap`.
    FindInMap {
        /// The mapping.
        map: Expr,
        /// The first key.
        top: Expr,
        /// The second key.
        second: Expr,
        /// `DefaultValue` of the language extensions.
        default: Option<Expr>,
    },
    /// `Fn::If`.
    If {
        /// The condition.
        condition: Arc<str>,
        /// If true.
        then: Expr,
        /// If false.
        otherwise: Expr,
    },
    /// `Fn::Equals`.
    Equals(Expr, Expr),
    /// `Fn::And`.
    And(Vec<Expr>),
    /// `Fn::Or`.
    Or(Vec<Expr>),
    /// `Fn::Not`.
    Not(Expr),
    /// `Condition`.
    Condition(Arc<str>),
    /// `Fn::Base64`.
    Base64(Expr),
    /// `Fn::Cidr`.
    Cidr {
        /// The block to divide.
        block: Expr,
        /// How many.
        count: Expr,
        /// Host bits of each.
        bits: Option<Expr>,
    },
    /// `Fn::GetAZs`.
    GetAzs(Expr),
    /// `Fn::ImportValue`.
    ImportValue(Expr),
    /// `Fn::Length`.
    Length(Expr),
    /// `Fn::ToJsonString`.
    ToJsonString(Expr),
    /// `Fn::Transform`.
    Transform {
        /// The macro.
        name: Arc<str>,
        /// Its parameters.
        parameters: Vec<Field>,
    },
    /// `Fn::Contains` of a rule.
    Contains(Expr, Expr),
    /// `Fn::EachMemberEquals` of a rule.
    EachMemberEquals(Expr, Expr),
    /// `Fn::EachMemberIn` of a rule.
    EachMemberIn(Expr, Expr),
    /// `Fn::RefAll` of a rule.
    RefAll(Arc<str>),
}

/// A piece of a `Fn::Sub` string.
#[derive(Clone, Debug)]
pub enum SubPart {
    /// Text as it is.
    Text(Arc<str>),
    /// `${Name}`: a variable, parameter, pseudo parameter or resource.
    Name(Arc<str>, Span),
    /// `${Resource.Attribute}`.
    Attribute(Arc<str>, Arc<str>, Span),
}

/// Equal as they are written, wherever they stand.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// Equal as they are written, wherever they stand.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

/// Equal as they are written, wherever they stand.
impl PartialEq for SubPart {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (SubPart::Text(a), SubPart::Text(b)) => a == b,
            (SubPart::Name(a, _), SubPart::Name(b, _)) => a == b,
            (SubPart::Attribute(a, x, _), SubPart::Attribute(b, y, _)) => a == b && x == y,
            _ => false,
        }
    }
}
