//! Evaluated values: known, a reference into the tree, or unknown with the reason.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::Address;
use super::trail::Trail;
use crate::source::Span;

/// One evaluated value, where it was written and what decided it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where the expression that produced it stands in the template.
    pub span: Span,
    /// What decided it, nearest first.
    pub trail: Trail,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// YAML null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, in the text CloudFormation would pass on.
    Number(Arc<str>),
    /// A string.
    Text(Arc<str>),
    /// A list.
    List(Arc<[Value]>),
    /// A mapping, in template order.
    Map(Arc<[Entry]>),
    /// A resource, or one attribute of a resource, of the tree.
    Reference(Reference),
    /// A string some of whose pieces are known only after deployment.
    Pieces(Arc<[Piece]>),
    /// Nobody can know before deployment; never treated as fine.
    Unknown(Unknown),
    /// The value of a `NoEcho` parameter: there is one, and it is never printed.
    Secret(Arc<str>),
}

/// One key and value of a [`Kind::Map`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// `Ref` or `Fn::GetAtt` of a resource, wherever in the tree it is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The resource.
    pub address: Address,
    /// The attribute of `Fn::GetAtt`; `None` for `Ref`.
    pub attribute: Option<Arc<str>>,
}

/// Part of a [`Kind::Pieces`] string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Known text.
    Text(Arc<str>),
    /// Known after deployment.
    Reference(Reference),
    /// Not known.
    Unknown(Unknown),
}

/// The reason of a piece that is the value of a `NoEcho` parameter.
pub const HOLDS_SECRET: &str = "holds a NoEcho value";

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What kind of gap it is.
    pub why: Why,
    /// One phrase for people, for example `parameter VpcId has no value`.
    pub reason: Arc<str>,
}

/// The kinds of gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// A parameter without default or value.
    Parameter,
    /// A value that lives in Systems Manager.
    SsmParameter,
    /// `{{resolve:…}}`, looked up at deployment.
    DynamicReference,
    /// `Fn::ImportValue` of an export that no stack of this environment has.
    Import,
    /// A macro or transform that runs in AWS.
    Transform,
    /// A pseudo parameter nobody gave (account id).
    Pseudo,
    /// Depends on a condition that is itself not known.
    Condition,
    /// The expression is wrong; a diagnostic says how.
    Invalid,
    /// A function over a part that is not known.
    Derived,
}

impl Unknown {
    /// A gap with its reason.
    pub fn new(why: Why, reason: impl Into<Arc<str>>) -> Self {
        Unknown {
            why,
            reason: reason.into(),
        }
    }
}

/// What a reader finds at a property: the answer, nothing there, or a gap with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<T> {
    /// The property is there and known.
    Known(T),
    /// The property is not set.
    Absent,
    /// The property is set, and its value is known only after deployment, or is of the wrong type.
    Unknown(Arc<str>),
}

impl<T> Read<T> {
    /// The answer, or a default where the property is not set; the reason where it is unknown.
    ///
    /// # Errors
    /// The reason why the value is not known.
    pub fn or_default(self, default: T) -> Result<T, Arc<str>> {
        match self {
            Read::Known(v) => Ok(v),
            Read::Absent => Ok(default),
            Read::Unknown(reason) => Err(reason),
        }
    }

    /// `Some` if set and known, `None` if not set.
    ///
    /// # Errors
    /// The reason why the value is not known.
    pub fn optional(self) -> Result<Option<T>, Arc<str>> {
        match self {
            Read::Known(v) => Ok(Some(v)),
            Read::Absent => Ok(None),
            Read::Unknown(reason) => Err(reason),
        }
    }

    /// The answer if there is one.
    pub fn known(self) -> Option<T> {
        match self {
            Read::Known(v) => Some(v),
            Read::Absent | Read::Unknown(_) => None,
        }
    }

    /// Changes the answer.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Read::Known(v) => Read::Known(f(v)),
            Read::Absent => Read::Absent,
            Read::Unknown(reason) => Read::Unknown(reason),
        }
    }
}

impl Value {
    /// A value at a place, decided by nothing but the template.
    pub fn new(kind: Kind, span: Span) -> Self {
        Value {
            kind,
            span,
            trail: Trail::default(),
        }
    }

    /// A known string.
    pub fn text(text: impl Into<Arc<str>>, span: Span) -> Self {
        Value::new(Kind::Text(text.into()), span)
    }

    /// A gap.
    pub fn unknown(why: Why, reason: impl Into<Arc<str>>, span: Span) -> Self {
        Value::new(Kind::Unknown(Unknown::new(why, reason)), span)
    }

    /// The value of a key of a mapping; `None` also for anything that is no mapping.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?
            .iter()
            .find(|e| &*e.key == key)
            .map(|e| &e.value)
    }

    /// The value at a dotted path of keys and list indexes (`Tags.0.Key`). Stops with the gap where the path runs into one, so that
    /// something set inside an unknown mapping is never taken for something not set.
    pub fn read(&self, path: &str) -> Read<&Value> {
        let mut at = self;
        for key in path.split('.') {
            match &at.kind {
                Kind::Map(_) => match at.get(key) {
                    Some(next) => at = next,
                    None => return Read::Absent,
                },
                Kind::List(items) if key.bytes().all(|b| b.is_ascii_digit()) => {
                    match key.parse::<usize>().ok().and_then(|i| items.get(i)) {
                        Some(next) => at = next,
                        None => return Read::Absent,
                    }
                }
                Kind::Unknown(u) => return Read::Unknown(Arc::clone(&u.reason)),
                Kind::Null => return Read::Absent,
                _ => {
                    return Read::Unknown(
                        format!("{} where a mapping is expected", at.describe()).into(),
                    );
                }
            }
        }
        match &at.kind {
            Kind::Null => Read::Absent,
            Kind::Unknown(u) => Read::Unknown(Arc::clone(&u.reason)),
            _ => Read::Known(at),
        }
    }

    /// A string property; numbers and booleans are given as CloudFormation writes them.
    pub fn read_text(&self, path: &str) -> Read<Arc<str>> {
        self.typed(path, |v| v.as_text(), "a string")
    }

    /// A number property; `"512"` and `512` are the same to CloudFormation.
    pub fn read_number(&self, path: &str) -> Read<Decimal> {
        self.typed(path, Value::as_number, "a number")
    }

    /// A boolean property; `"true"` and `true` are the same to CloudFormation.
    pub fn read_bool(&self, path: &str) -> Read<bool> {
        self.typed(path, Value::as_bool, "true or false")
    }

    /// A list property; a single value stands for a list of one, as CloudFormation accepts it.
    pub fn read_list(&self, path: &str) -> Read<&[Value]> {
        match self.read(path) {
            Read::Known(v) => Read::Known(match &v.kind {
                Kind::List(items) => items,
                _ => std::slice::from_ref(v),
            }),
            Read::Absent => Read::Absent,
            Read::Unknown(reason) => Read::Unknown(reason),
        }
    }

    fn typed<T>(
        &self,
        path: &str,
        convert: impl Fn(&Value) -> Option<T>,
        expected: &str,
    ) -> Read<T> {
        match self.read(path) {
            Read::Known(v) => match convert(v) {
                Some(answer) => Read::Known(answer),
                None => Read::Unknown(
                    match &v.kind {
                        Kind::Reference(_) | Kind::Pieces(_) => {
                            format!("{path} is {} and known only after deployment", v.describe())
                        }
                        Kind::Secret(_) => format!("{path} is the value of a NoEcho parameter"),
                        _ => format!("{path} is {} where {expected} is expected", v.describe()),
                    }
                    .into(),
                ),
            },
            Read::Absent => Read::Absent,
            Read::Unknown(reason) => Read::Unknown(reason),
        }
    }

    /// The known text of a scalar.
    pub fn as_text(&self) -> Option<Arc<str>> {
        match &self.kind {
            Kind::Text(t) | Kind::Number(t) => Some(Arc::clone(t)),
            Kind::Bool(b) => Some(Arc::from(if *b { "true" } else { "false" })),
            _ => None,
        }
    }

    /// The known number of a scalar.
    pub fn as_number(&self) -> Option<Decimal> {
        match &self.kind {
            Kind::Text(t) | Kind::Number(t) => {
                let t = t.trim();
                Decimal::from_str(t)
                    .or_else(|_| Decimal::from_scientific(t))
                    .ok()
            }
            _ => None,
        }
    }

    /// The known boolean of a scalar.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(b) => Some(*b),
            Kind::Text(t) if t.eq_ignore_ascii_case("true") => Some(true),
            Kind::Text(t) if t.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The reference, if that is all the value is.
    pub fn as_reference(&self) -> Option<&Reference> {
        match &self.kind {
            Kind::Reference(r) => Some(r),
            _ => None,
        }
    }

    /// Whether the value, or anything inside it, is not known before deployment and no reference.
    pub fn first_unknown(&self) -> Option<&Unknown> {
        match &self.kind {
            Kind::Unknown(u) => Some(u),
            Kind::List(items) => items.iter().find_map(Value::first_unknown),
            Kind::Map(entries) => entries.iter().find_map(|e| e.value.first_unknown()),
            Kind::Pieces(pieces) => pieces.iter().find_map(|p| match p {
                Piece::Unknown(u) => Some(u),
                _ => None,
            }),
            _ => None,
        }
    }

    /// All references in it, in order, repeats included.
    pub fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        self.collect_references(&mut found);
        found
    }

    fn collect_references<'a>(&'a self, found: &mut Vec<&'a Reference>) {
        match &self.kind {
            Kind::Reference(r) => found.push(r),
            Kind::List(items) => items.iter().for_each(|v| v.collect_references(found)),
            Kind::Map(entries) => entries
                .iter()
                .for_each(|e| e.value.collect_references(found)),
            Kind::Pieces(pieces) => found.extend(pieces.iter().filter_map(|p| match p {
                Piece::Reference(r) => Some(r),
                _ => None,
            })),
            _ => {}
        }
    }

    /// The string with `${Address.Attribute}` for what is known only after deployment and `${?reason}` for
    /// gaps; `None` for lists and mappings. For rules that look at the known part of a string, and for people.
    pub fn pattern(&self) -> Option<String> {
        let one = |p: &Piece| match p {
            Piece::Text(t) => t.to_string(),
            Piece::Reference(r) => format!("${{{r}}}"),
            Piece::Unknown(u) => format!("${{?{}}}", u.reason),
        };
        match &self.kind {
            Kind::Reference(r) => Some(one(&Piece::Reference(r.clone()))),
            Kind::Unknown(u) => Some(one(&Piece::Unknown(u.clone()))),
            Kind::Pieces(pieces) => Some(pieces.iter().map(one).collect()),
            Kind::Secret(_) => Some("****".to_owned()),
            _ => self.as_text().map(|t| t.to_string()),
        }
    }

    /// What it is, for messages; never shows a secret.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(b) => b.to_string(),
            Kind::Number(n) => n.to_string(),
            Kind::Text(t) if t.chars().count() > 60 => {
                format!("'{}…'", t.chars().take(60).collect::<String>())
            }
            Kind::Text(t) => format!("'{t}'"),
            Kind::List(items) => format!("a list of {}", items.len()),
            Kind::Map(entries) => format!("a mapping of {}", entries.len()),
            Kind::Reference(r) => format!("a reference to {r}"),
            Kind::Pieces(_) => format!("'{}'", self.pattern().unwrap_or_default()),
            Kind::Unknown(u) => format!("unknown ({})", u.reason),
            Kind::Secret(_) => "a NoEcho value".to_owned(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.attribute {
            Some(attribute) => write!(f, "{}.{attribute}", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// Equal as CloudFormation's `Fn::Equals` sees it: scalars by their text, the rest by structure; spans do not count.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::List(a), Kind::List(b)) => a == b,
            (Kind::Map(a), Kind::Map(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b.iter())
                        .all(|(x, y)| x.key == y.key && x.value == y.value)
            }
            (Kind::Null, Kind::Null) => true,
            (Kind::Reference(a), Kind::Reference(b)) => a == b,
            (Kind::Pieces(a), Kind::Pieces(b)) => a == b,
            (Kind::Unknown(a), Kind::Unknown(b)) => a == b,
            (Kind::Secret(a), Kind::Secret(b)) => a == b,
            _ => match (self.as_text(), other.as_text()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }
}
