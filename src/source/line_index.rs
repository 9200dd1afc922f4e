//! Byte offset to line and column.

/// A place in a file for people: both numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Where each line of a text starts.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes a text; LF and CRLF both end a line.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| i + 1),
        );
        LineIndex { starts }
    }

    /// Line and character column of a byte offset; an offset past the end is the end.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let (line, before) = self.before(text, offset);
        Position {
            line: line + 1,
            column: before.chars().count() + 1,
        }
    }

    /// Line and column in UTF-16 code units, both from 1: what SARIF viewers count in by default.
    pub fn position_utf16(&self, text: &str, offset: usize) -> Position {
        let (line, before) = self.before(text, offset);
        Position {
            line: line + 1,
            column: before.encode_utf16().count() + 1,
        }
    }

    /// The byte offset of a line (from 1) and character column (from 1), if the text has it.
    pub fn offset(&self, text: &str, at: Position) -> Option<usize> {
        let start = *self.starts.get(at.line.checked_sub(1)?)?;
        let end = self.starts.get(at.line).copied().unwrap_or(text.len());
        let line = &text[start..end];
        let column = at.column.checked_sub(1)?;
        let mut ends = line
            .char_indices()
            .map(|(i, _)| i)
            .chain(std::iter::once(line.len()));
        ends.nth(column).map(|i| start + i)
    }

    /// The line (from 0) of an offset, and what stands before it on that line.
    fn before<'a>(&self, text: &'a str, offset: usize) -> (usize, &'a str) {
        let (line, start) = self.line_of(text, offset);
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        (line, &text[start..end])
    }

    fn line_of(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let line = self
            .starts
            .partition_point(|s| *s <= offset)
            .saturating_sub(1);
        (line, self.starts[line])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "é: x\n  €y\r\nz";
        let index = LineIndex::new(text);
        let at = text.find('y').expect("in the text");
        assert_eq!(index.position(text, at), Position { line: 2, column: 4 });
        assert_eq!(
            index.position(text, text.len()),
            Position { line: 3, column: 2 }
        );
    }

    proptest! {
        #[test]
        fn offset_and_position_are_inverse(text in "[a-z\u{e9}\u{1f600}\n]{0,60}") {
            let index = LineIndex::new(&text);
            for (offset, _) in text.char_indices() {
                let at = index.position(&text, offset);
                prop_assert_eq!(index.offset(&text, at), Some(offset));
            }
        }
    }
}
