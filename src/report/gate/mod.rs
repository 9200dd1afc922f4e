//! The gate's verdict for people and programs.

mod json;
mod markdown;
mod table;
mod words;

pub use json::json;
pub use markdown::{markdown, summary};
pub use table::table;
pub use words::{Remedy, budget_line, remedies};

use crate::diff::Delta;
use crate::gate::Verdict;
use crate::pricing::Currency;
use crate::source::SourceMap;

/// What a report of the gate is made of.
#[derive(Clone, Copy, Debug)]
pub struct GateReport<'a> {
    /// The verdict.
    pub verdict: &'a Verdict,
    /// What moved the amounts, by environment; none without a base.
    pub deltas: &'a [Delta],
    /// The base as it was named.
    pub base: Option<&'a str>,
    /// Where fixed findings stood.
    pub base_sources: Option<&'a SourceMap>,
    /// Where things stand.
    pub sources: &'a SourceMap,
    /// The currency to print.
    pub currency: &'a Currency,
}
