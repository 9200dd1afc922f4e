//! Collects diagnostics: all of a run at once, each once.

use super::{Diagnostic, Severity};

/// More than this many are counted, not kept: a broken 1 MB file must not print for minutes.
const MAX_KEPT: usize = 200;

/// The diagnostics of a run in the order they were found, without repeats.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    dropped: usize,
}

impl Diagnostics {
    /// Adds one unless the same was said already (one template serves several environments).
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.kept.contains(&diagnostic) {
            return;
        }
        if self.kept.len() >= MAX_KEPT {
            self.dropped += 1;
        } else {
            self.kept.push(diagnostic);
        }
    }

    /// Adds all of another run.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        others.into_iter().for_each(|d| self.push(d));
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.kept.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// In the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.kept.iter()
    }

    /// How many were left out because there were too many.
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter()
    }
}
