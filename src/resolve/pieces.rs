//! Strings of which parts are known only after deployment.

use std::sync::Arc;

use super::limits::MAX_TEXT_BYTES;
use crate::model::{HOLDS_SECRET, Kind, Piece, Unknown, Value, Why};

/// Appends a scalar value to a string under way. `false` for lists and mappings, which no string holds.
pub(super) fn append(pieces: &mut Vec<Piece>, value: &Value) -> bool {
    match &value.kind {
        Kind::Reference(r) => pieces.push(Piece::Reference(r.clone())),
        Kind::Unknown(u) => pieces.push(Piece::Unknown(u.clone())),
        Kind::Pieces(more) => more.iter().for_each(|p| match p {
            Piece::Text(t) => text(pieces, t),
            other => pieces.push(other.clone()),
        }),
        // A secret inside a string makes the whole string one that must not be shown.
        Kind::Secret(_) => pieces.push(Piece::Unknown(Unknown::new(Why::Derived, HOLDS_SECRET))),
        Kind::Null => {}
        Kind::List(_) | Kind::Map(_) => return false,
        Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
            if let Some(known) = value.as_text() {
                text(pieces, &known);
            }
        }
    }
    true
}

/// Appends text, joined to text before it.
pub(super) fn text(pieces: &mut Vec<Piece>, more: &str) {
    if more.is_empty() {
        return;
    }
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        *last = format!("{last}{more}").into();
    } else {
        pieces.push(Piece::Text(more.into()));
    }
}

/// The value that a finished string is: text, one reference, or pieces. Dynamic references become gaps.
pub(super) fn finish(mut pieces: Vec<Piece>) -> Kind {
    let bytes: usize = pieces
        .iter()
        .map(|p| if let Piece::Text(t) = p { t.len() } else { 0 })
        .sum();
    if bytes > MAX_TEXT_BYTES {
        let reason = format!("longer than {MAX_TEXT_BYTES} bytes (limit `text-bytes`)");
        return Kind::Unknown(Unknown::new(Why::Invalid, reason));
    }
    match pieces.as_mut_slice() {
        [] => Kind::Text("".into()),
        [Piece::Text(text)] => literal(Arc::clone(text)),
        [Piece::Reference(r)] => Kind::Reference(r.clone()),
        [Piece::Unknown(u)] => Kind::Unknown(u.clone()),
        _ => Kind::Pieces(pieces.into()),
    }
}

/// Text, or the gap of a `{{resolve:…}}` in it.
/// Source: CloudFormation user guide, "Get values stored in other services using dynamic references".
pub(super) fn literal(text: Arc<str>) -> Kind {
    match text.find("{{resolve:") {
        None => Kind::Text(text),
        Some(_) => {
            let reason = format!("dynamic reference {text} is looked up at deployment");
            Kind::Unknown(Unknown::new(Why::DynamicReference, reason))
        }
    }
}

/// Splits at a delimiter that stands in known text.
pub(super) fn split(pieces: &[Piece], delimiter: &str) -> Vec<Vec<Piece>> {
    let mut parts = vec![Vec::new()];
    for piece in pieces {
        match piece {
            Piece::Text(known) => {
                for (i, part) in known.split(delimiter).enumerate() {
                    if i > 0 {
                        parts.push(Vec::new());
                    }
                    if let Some(last) = parts.last_mut() {
                        text(last, part);
                    }
                }
            }
            other => {
                if let Some(last) = parts.last_mut() {
                    last.push(other.clone());
                }
            }
        }
    }
    parts
}

/// One part of a list in a string, without the blanks around it.
pub(super) fn trimmed(mut part: Vec<Piece>) -> Kind {
    if let Some(Piece::Text(first)) = part.first_mut() {
        *first = first.trim_start().into();
    }
    if let Some(Piece::Text(last)) = part.last_mut() {
        *last = last.trim_end().into();
    }
    part.retain(|p| !matches!(p, Piece::Text(t) if t.is_empty()));
    finish(part)
}
