//! Texts of a policy with wildcards and gaps, and what is known of them.

use std::sync::Arc;

use crate::model::{Kind, Piece, Value, Why};

/// One element of a statement: its text with `${…}` for what is known only after deployment, or a gap.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Term {
    /// The text; empty for a gap.
    pub(in crate::rules) text: String,
    /// Why it is not known.
    pub(in crate::rules) gap: Option<Arc<str>>,
    /// The widest that it can become, where a part of it is not known, and why that part is not.
    widest: Option<(String, Arc<str>)>,
}

/// An element as it stands in a policy.
pub(in crate::rules) fn term(value: &Value) -> Term {
    let known = |text: String| Term {
        text,
        gap: None,
        widest: None,
    };
    match &value.kind {
        // An account or a region is some text without a wildcard, whichever.
        Kind::Unknown(gap) if gap.why != Why::Pseudo => Term {
            text: String::new(),
            gap: Some(Arc::clone(&gap.reason)),
            widest: None,
        },
        Kind::Unknown(_) => known("${}".to_owned()),
        Kind::Pieces(pieces) => {
            let text = |unknown: &str| -> String {
                let piece = |piece: &Piece| match piece {
                    Piece::Text(text) => text.to_string(),
                    Piece::Reference(r) => format!("${{{r}}}"),
                    Piece::Unknown(gap) if gap.why == Why::Pseudo => "${}".to_owned(),
                    Piece::Unknown(_) => unknown.to_owned(),
                };
                pieces.iter().map(piece).collect()
            };
            let gap = pieces.iter().find_map(|piece| match piece {
                Piece::Unknown(gap) if gap.why != Why::Pseudo => Some(Arc::clone(&gap.reason)),
                _ => None,
            });
            Term {
                text: text("${}"),
                gap: None,
                widest: gap.map(|reason| (text("*"), reason)),
            }
        }
        _ => known(value.pattern().unwrap_or_default()),
    }
}

impl Term {
    /// Whether it is so.
    ///
    /// # Errors
    /// Why it is not known, where the answer depends on it.
    pub(in crate::rules) fn holds(&self, is: impl Fn(&str) -> bool) -> Result<bool, Arc<str>> {
        match (&self.gap, &self.widest) {
            (Some(gap), _) => Err(Arc::clone(gap)),
            _ if is(&self.text) => Ok(true),
            (None, Some((widest, reason))) if is(widest) => Err(Arc::clone(reason)),
            _ => Ok(false),
        }
    }
}

/// Whether any element is so; a gap only counts where no known element is. `is` must hold for a wider text too.
///
/// # Errors
/// The gap.
pub(in crate::rules) fn any<'a>(
    terms: impl IntoIterator<Item = &'a Term>,
    is: impl Fn(&str) -> bool,
) -> Result<bool, Arc<str>> {
    let mut gap = None;
    for term in terms {
        match term.holds(&is) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(reason) => gap = gap.or(Some(reason)),
        }
    }
    gap.map_or(Ok(false), Err)
}

/// Whether a text is nothing but stars.
pub(in crate::rules) fn is_any(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b == b'*')
}

/// Whether a resource is every one of a service, in every region and account: `*`, `arn:aws:s3:::*`.
pub(in crate::rules) fn every(resource: &str) -> bool {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let blank = |part: &&str| part.is_empty() || is_any(part);
    match parts.as_slice() {
        [one] => is_any(one),
        [arn, middle @ .., last] => {
            (*arn == "arn" || is_any(arn)) && is_any(last) && middle.iter().skip(2).all(blank)
        }
        [] => false,
    }
}

/// Whether a resource is everything there is, whatever its service.
pub(in crate::rules) fn everything(resource: &str) -> bool {
    every(resource) && resource.split(':').nth(2).is_none_or(is_any)
}

/// Whether an action pattern takes in every action of every service.
pub(in crate::rules) fn any_action(pattern: &str) -> bool {
    takes_in(pattern, NOBODY)
}

/// An action that no service has, so that only a pattern for all takes it in.
const NOBODY: &str = "\u{1}:\u{1}";

/// Both hold. What is known not to hold decides, whatever is not known.
///
/// # Errors
/// Why it is not known.
pub(in crate::rules) fn both(
    a: Result<bool, Arc<str>>,
    b: Result<bool, Arc<str>>,
) -> Result<bool, Arc<str>> {
    match (a, b) {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (Err(reason), _) | (_, Err(reason)) => Err(reason),
        (Ok(true), Ok(true)) => Ok(true),
    }
}

/// Whether an action pattern takes in an action, as IAM reads it: `*` and `?`, case does not count.
pub(in crate::rules) fn takes_in(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let (p, a) = (pattern.as_bytes(), action.as_bytes());
    // The last star seen, and how much of the action it has taken so far.
    let (mut i, mut j, mut star) = (0, 0, None);
    while j < a.len() {
        match p.get(i) {
            Some(b'*') => {
                star = Some((i, j));
                i += 1;
            }
            Some(b) if *b == b'?' || *b == a[j] => {
                i += 1;
                j += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    i = at + 1;
                    j = taken + 1;
                    star = Some((at, taken + 1));
                }
                None => return false,
            },
        }
    }
    p[i..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;
