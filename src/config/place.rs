//! Where something stands in the configuration, for messages and findings. serde_yaml tells a place only for what it
//! cannot read itself.

use crate::diag::Diagnostics;
use crate::source::{SourceMap, Span};
use crate::yaml::{self, Node};

/// The parsed text of a configuration, by path.
pub(super) struct Places {
    shown: String,
    sources: SourceMap,
    root: Option<Node>,
}

impl Places {
    pub(super) fn new(shown: &str, text: &str) -> Self {
        let sources = SourceMap::default();
        let file = sources.add(shown, text);
        let document = yaml::parse(file, text, &mut Diagnostics::default());
        Places {
            shown: shown.to_owned(),
            sources,
            root: document.and_then(|d| d.root),
        }
    }

    /// The value at a path of keys and list indexes, or the nearest thing above it.
    pub(super) fn span(&self, path: &[&str]) -> Option<Span> {
        let mut at = self.root.as_ref()?;
        for key in path {
            let item = || {
                key.parse::<usize>()
                    .ok()
                    .and_then(|i| at.as_sequence()?.get(i))
            };
            match at.get(key).or_else(item) {
                Some(next) => at = next,
                None => break,
            }
        }
        Some(at.span)
    }

    /// The value of a key of the whole.
    pub(super) fn section(&self, key: &str) -> Option<&Node> {
        self.root.as_ref()?.get(key).filter(|n| !n.is_null())
    }

    /// `file:line:column` of a place.
    pub(super) fn at(&self, span: Span) -> String {
        self.sources.locate(span)
    }

    /// `file:line:column` of a path.
    pub(super) fn locate(&self, path: &[&str]) -> String {
        self.span(path)
            .map_or(self.shown.clone(), |span| self.sources.locate(span))
    }
}
