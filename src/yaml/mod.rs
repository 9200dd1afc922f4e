//! YAML and JSON text to a tree of nodes with byte spans. Nothing outside this folder names the parser.
//!
//! JSON is read by the same parser: it is YAML. What the parser does not do is done here: duplicate keys,
//! limits on aliases and depth, merge keys, and the YAML 1.1 reading of plain scalars.

mod parse;
mod scalar;

pub use parse::{MAX_DEPTH, MAX_NODES, parse};
pub use scalar::{Plain, plain};

use std::sync::Arc;

use crate::source::Span;

/// A parsed file: its one document and its comments.
#[derive(Debug)]
pub struct Document {
    /// The root node; `None` for an empty file.
    pub root: Option<Node>,
    /// The comments in order.
    pub comments: Vec<Comment>,
}

/// A comment with its text after `#`.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// The text after `#`.
    pub text: Arc<str>,
}

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands, tag excluded.
    pub span: Span,
    /// A local tag without its `!`, for example `Ref`, and where it stands.
    pub tag: Option<Tag>,
    /// What it is.
    pub kind: NodeKind,
}

/// A local tag such as `!Ref`.
#[derive(Clone, Debug)]
pub struct Tag {
    /// Its name without `!`.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A scalar.
    Scalar(Scalar),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping in source order; no key twice.
    Mapping(Vec<Pair>),
}

/// A scalar's text after escapes, and whether it was plain (quoted text is always a string).
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text.
    pub text: Arc<str>,
    /// Whether it stood unquoted and outside a block scalar.
    pub plain: bool,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Pair {
    /// From the key to the end of the value.
    pub fn span(&self) -> Span {
        self.key_span.to(self.value.span)
    }
}

impl Node {
    /// The pairs of a mapping.
    pub fn as_mapping(&self) -> Option<&[Pair]> {
        match &self.kind {
            NodeKind::Mapping(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The items of a sequence.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether it is YAML null: nothing, `~` or `null`, unquoted.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar(s) if s.plain && plain(&s.text) == Plain::Null)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|p| &p.value)
    }

    /// The pair of a key.
    pub fn pair(&self, key: &str) -> Option<&Pair> {
        self.as_mapping()?.iter().find(|p| &*p.key == key)
    }

    /// `a mapping`, `a list` or the scalar, for messages.
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::Scalar(_) if self.is_null() => "nothing".to_owned(),
            NodeKind::Scalar(s) if s.text.chars().count() > 40 => {
                format!("'{}…'", s.text.chars().take(40).collect::<String>())
            }
            NodeKind::Scalar(s) => format!("'{}'", s.text),
            NodeKind::Sequence(_) => "a list".to_owned(),
            NodeKind::Mapping(_) => "a mapping".to_owned(),
        }
    }
}
