//! Diagnostics with the source line, in the compiler's look.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diag::{Diagnostics, Severity};
use crate::source::{SourceMap, Span};

/// Writes all diagnostics of a run, and a closing line that counts them.
///
/// # Errors
/// Those of the writer.
pub fn write(
    out: &mut dyn Write,
    diagnostics: &Diagnostics,
    sources: &SourceMap,
) -> io::Result<()> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    let renderer = Renderer::styled();
    for diagnostic in diagnostics.iter() {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code);
        let Some(span) = diagnostic.span else {
            let mut groups = vec![Group::with_title(title)];
            if let Some(help) = &diagnostic.help {
                groups.push(Group::with_title(
                    Level::HELP.secondary_title(help.as_str()),
                ));
            }
            writeln!(out, "{}\n", renderer.render(&groups))?;
            continue;
        };
        let file = sources.file(span.file);
        let shown = sources.shown(span.file);
        let mut snippet = Snippet::source(&*shown).path(&*file.path).annotation(
            AnnotationKind::Primary
                .span(range(span, &file.text))
                .label(diagnostic.label.as_deref()),
        );
        let mut others = Vec::new();
        for (related, text) in &diagnostic.related {
            if related.file == span.file {
                let annotation = AnnotationKind::Context
                    .span(range(*related, &file.text))
                    .label(text.as_str());
                snippet = snippet.annotation(annotation);
            } else {
                others.push((
                    sources.file(related.file),
                    sources.shown(related.file),
                    *related,
                    text,
                ));
            }
        }
        let mut group = title.element(snippet);
        for (other, shown, related, text) in &others {
            let annotation = AnnotationKind::Context
                .span(range(*related, &other.text))
                .label(text.as_str());
            group = group.element(
                Snippet::source(&**shown)
                    .path(&*other.path)
                    .annotation(annotation),
            );
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        writeln!(out, "{}\n", renderer.render(&[group]))?;
    }
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let plural = |n: usize, word: &str| {
        if n == 1 {
            format!("1 {word}")
        } else {
            format!("{n} {word}s")
        }
    };
    write!(
        out,
        "{}, {}",
        plural(errors, "error"),
        plural(warnings, "warning")
    )?;
    if diagnostics.dropped() > 0 {
        write!(out, "; {} more are not shown", diagnostics.dropped())?;
    }
    writeln!(out)
}

/// The first line of a span: a whole section underlined would hide the place.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(span.start as usize), floor(span.end as usize));
    let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    start..end.min(line_end).max(start)
}
