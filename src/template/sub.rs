//! The `${…}` scanner of `Fn::Sub`.

use std::sync::Arc;

use super::SubPart;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

/// Splits a `Fn::Sub` string. `source` is the text of `span` in the file: where it equals the string, pieces get
/// their own exact place, otherwise (escapes, block scalars) the whole string's.
pub(super) fn scan(
    text: &str,
    span: Span,
    source: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<SubPart> {
    let quote = usize::from(source.len() == text.len() + 2);
    let exact = source.get(quote..source.len() - quote) == Some(text);
    let place = |start: usize, end: usize| {
        if exact {
            let base = span.start as usize + quote;
            Span::new(span.file, base + start, base + end)
        } else {
            span
        }
    };
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("${").map(|i| at + i) {
        literal.push_str(&text[at..open]);
        let Some(close) = text[open..].find('}').map(|i| open + i) else {
            at = open;
            break;
        };
        let name = &text[open + 2..close];
        let here = place(open, close + 1);
        at = close + 1;
        if let Some(escaped) = name.strip_prefix('!') {
            literal.push_str("${");
            literal.push_str(escaped);
            literal.push('}');
            continue;
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
        if name.is_empty() || !name.chars().all(legal) {
            diagnostics.push(
                Diagnostic::error("sub-variable", here, format!("'${{{name}}}' is no name that Fn::Sub can take"))
                    .help(format!("a shell variable is written ${{!{name}}}; names have letters, digits, '.', '_' and ':' only")),
            );
            continue;
        }
        if !literal.is_empty() {
            parts.push(SubPart::Text(std::mem::take(&mut literal).into()));
        }
        parts.push(match name.split_once('.') {
            Some((resource, attribute)) => {
                SubPart::Attribute(resource.into(), attribute.into(), here)
            }
            None => SubPart::Name(name.into(), here),
        });
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() || parts.is_empty() {
        parts.push(SubPart::Text(Arc::from(literal)));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn splits_names_attributes_and_escapes() {
        let map = SourceMap::default();
        let source = "'a-${B}-${C.D.E}-${!F}-${AWS::Region}$'";
        let file = map.add("t", source);
        let mut diagnostics = Diagnostics::default();
        let text = source.trim_matches('\'');
        let parts = scan(
            text,
            Span::new(file, 0, source.len()),
            source,
            &mut diagnostics,
        );
        let shown: Vec<String> = parts
            .iter()
            .map(|p| match p {
                SubPart::Text(t) => format!("text {t}"),
                SubPart::Name(n, s) => format!("name {n} {}", map.slice(*s)),
                SubPart::Attribute(r, a, s) => format!("attribute {r} {a} {}", map.slice(*s)),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "text a-",
                "name B ${B}",
                "text -",
                "attribute C D.E ${C.D.E}",
                "text -${F}-",
                "name AWS::Region ${AWS::Region}",
                "text $"
            ]
        );
        assert!(diagnostics.is_empty());
    }
}
