//! Plain scalars as YAML 1.1 types them, which is how CloudFormation reads a template.
//!
//! Source: <https://yaml.org/type/> (null, bool, int, float), and CloudFormation's user guide, "Template formats":
//! version 1.1 of the YAML specification, without timestamps.

use std::borrow::Cow;

/// The type of a plain scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plain<'a> {
    /// Nothing, `~`, `null`.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A number in decimal text; octal, hexadecimal, binary and sexagesimal are converted.
    Number(Cow<'a, str>),
    /// Anything else.
    Text,
}

/// Types a plain scalar.
pub fn plain(text: &str) -> Plain<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Plain::Bool(true);
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Plain::Bool(false);
        }
        _ => {}
    }
    // Only these can start a number; the check keeps the common case, a word, cheap.
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text).map_or(Plain::Text, Plain::Number),
        _ => Plain::Text,
    }
}

fn number(text: &str) -> Option<Cow<'_, str>> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    if digits.contains(':') {
        return sexagesimal(digits).map(|n| Cow::Owned(format!("{sign}{n}")));
    }
    if let Some(radix) = radix(digits) {
        let (base, body) = radix;
        let body: String = body.chars().filter(|c| *c != '_').collect();
        return u128::from_str_radix(&body, base)
            .ok()
            .map(|n| Cow::Owned(format!("{sign}{n}")));
    }
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if all_digits(digits) {
        // `08` is no octal number and, to YAML 1.1, no number at all: it stays the text it is.
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        return Some(if text.starts_with('+') {
            Cow::Borrowed(digits)
        } else {
            Cow::Borrowed(text)
        });
    }
    if digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.contains('_')
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_')
    {
        return Some(Cow::Owned(format!("{sign}{}", digits.replace('_', ""))));
    }
    float(digits).then(|| {
        if text.starts_with('+') {
            Cow::Borrowed(digits)
        } else {
            Cow::Borrowed(text)
        }
    })
}

/// `0o…` is YAML 1.2; YAML 1.1 writes octal with a leading zero.
fn radix(digits: &str) -> Option<(u32, &str)> {
    let rest = digits.strip_prefix('0')?;
    let is = |s: &str, ok: fn(u8) -> bool| !s.is_empty() && s.bytes().all(|b| ok(b) || b == b'_');
    if let Some(hex) = rest.strip_prefix('x') {
        return is(hex, |b| b.is_ascii_hexdigit()).then_some((16, hex));
    }
    if let Some(bin) = rest.strip_prefix('b') {
        return is(bin, |b| matches!(b, b'0' | b'1')).then_some((2, bin));
    }
    is(rest, |b| (b'0'..=b'7').contains(&b)).then_some((8, rest))
}

/// `1:30` is 90: base 60, each place after the first below 60.
fn sexagesimal(digits: &str) -> Option<u128> {
    let mut places = digits.split(':');
    let first = places.next()?;
    if first.is_empty()
        || !first.bytes().all(|b| b.is_ascii_digit())
        || (first.len() > 1 && first.starts_with('0'))
    {
        return None;
    }
    let mut total: u128 = first.parse().ok()?;
    for place in places {
        let value: u128 = place.parse().ok()?;
        if place.len() > 2 || value > 59 || !place.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(value)?;
    }
    Some(total)
}

/// `[0-9]*\.[0-9]*([eE][-+][0-9]+)?`: YAML 1.1 wants the point, and a sign in the exponent.
fn float(digits: &str) -> bool {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e)),
        None => (digits, None),
    };
    let Some((whole, fraction)) = mantissa.split_once('.') else {
        return false;
    };
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let exponent_ok = exponent.is_none_or(|e| {
        e.strip_prefix(['-', '+'])
            .is_some_and(|e| !e.is_empty() && numeric(e))
    });
    numeric(whole)
        && numeric(fraction)
        && (!whole.is_empty() || !fraction.is_empty())
        && exponent_ok
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn yaml_1_1_types() {
        let number = |s: &'static str| Plain::Number(Cow::Borrowed(s));
        for (text, expected) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("yes", Plain::Bool(true)),
            ("Off", Plain::Bool(false)),
            ("y", Plain::Text),
            ("123", number("123")),
            ("-5", number("-5")),
            ("+5", number("5")),
            ("012", number("10")),
            ("08", Plain::Text),
            ("012345678901", Plain::Text),
            ("0x1F", number("31")),
            ("0b101", number("5")),
            ("0o17", Plain::Text),
            ("1:30", number("90")),
            ("22:22", number("1342")),
            ("1:60", Plain::Text),
            ("1_000", number("1000")),
            ("1.5", number("1.5")),
            (".5", number(".5")),
            ("1.", number("1.")),
            (".", Plain::Text),
            ("1e5", Plain::Text),
            ("1.0e+5", number("1.0e+5")),
            ("2010-09-09", Plain::Text),
            ("10.0.0.0/16", Plain::Text),
            ("-", Plain::Text),
            ("eu-west-2", Plain::Text),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,12}") {
            let _ = plain(&text);
        }

        #[test]
        fn base_60_is_what_it_says(hours in 0u32..1000, minutes in 0u32..60, seconds in 0u32..60) {
            let text = format!("{hours}:{minutes:02}:{seconds:02}");
            let expected = (hours * 3600 + minutes * 60 + seconds).to_string();
            prop_assert_eq!(plain(&text), Plain::Number(Cow::Owned(expected)));
        }
    }
}
