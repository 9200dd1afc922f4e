//! Source text: the only stage that reads the file system.
//!
//! Every file gets a [`FileId`]; a [`Span`] is a byte range in one file and stays valid to the end of the run.

mod git;
mod line_index;
mod tree;
mod write;

pub use git::GitTree;
pub use line_index::{LineIndex, Position};
pub use tree::{FileTree, MAX_FILE_BYTES, ReadError, normalize};
pub use write::write_whole;

use std::sync::{Arc, OnceLock, RwLock};

/// Identifies one file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A byte range `[start, end)` in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte `start` up to, not including, byte `end`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            file,
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// The smallest span that holds both, which must be of one file; otherwise `self`.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// One file's text and name.
#[derive(Debug)]
pub struct SourceFile {
    /// Path as shown to people: relative to where the program was started when possible, with `/`.
    pub path: Arc<str>,
    /// The whole text, UTF-8.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// The line index, built at the first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// All files of a run. Files are only ever added, so that a [`FileId`] stays valid.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: RwLock<Vec<Arc<SourceFile>>>,
    hidden: RwLock<Vec<Span>>,
}

impl SourceMap {
    /// Adds a file and returns its id.
    pub fn add(&self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let file = SourceFile {
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
        };
        let mut files = self
            .files
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        files.push(Arc::new(file));
        FileId(u32::try_from(files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file behind an id.
    ///
    /// # Panics
    /// Never for an id that this map gave out.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let files = self
            .files
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(
            files
                .get(id.0 as usize)
                .expect("internal: a FileId comes from the map it is used with"),
        )
    }

    /// Hides a place from [`SourceMap::shown`]: the value of a `NoEcho` parameter.
    pub fn hide(&self, span: Span) {
        let mut hidden = self
            .hidden
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if !hidden.contains(&span) {
            hidden.push(span);
        }
    }

    /// A file's text for people: what is hidden is stars, byte for byte, so that places stay what they are.
    pub fn shown(&self, id: FileId) -> Arc<str> {
        let text = Arc::clone(&self.file(id).text);
        let hidden = self
            .hidden
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut spans = hidden.iter().filter(|s| s.file == id).peekable();
        if spans.peek().is_none() {
            return text;
        }
        let mut bytes = text.as_bytes().to_vec();
        for span in spans {
            let end = (span.end as usize).min(bytes.len());
            for byte in bytes.get_mut(span.start as usize..end).unwrap_or_default() {
                if !matches!(byte, b'\n' | b'\r' | b'"' | b'\'') {
                    *byte = b'*';
                }
            }
        }
        String::from_utf8(bytes).map_or(text, Arc::from)
    }

    /// Path of a span's file as shown to people.
    pub fn path(&self, span: Span) -> Arc<str> {
        Arc::clone(&self.file(span.file).path)
    }

    /// Line and column (both from 1, columns in characters) of a span's start.
    pub fn position(&self, span: Span) -> Position {
        let file = self.file(span.file);
        file.lines().position(&file.text, span.start as usize)
    }

    /// `path:line:column` of a span's start.
    pub fn locate(&self, span: Span) -> String {
        let at = self.position(span);
        format!("{}:{}:{}", self.path(span), at.line, at.column)
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> String {
        let file = self.file(span.file);
        file.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
            .to_owned()
    }
}
