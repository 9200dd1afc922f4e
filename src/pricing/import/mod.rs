//! Offer files of the AWS price list, as anyone can download them, made into price rows.
//!
//! The files: `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/SERVICE/current/REGION/index.csv` (or `.json`).
//! Taken are on-demand prices in US dollars, every tier. Free allowances have no region and go to the book's `global`
//! file. What is left out is counted, and what contradicts itself is named and left out: a missing price is reported
//! by an estimate, a wrong one is not.

mod collect;
mod csv;
mod json;
mod merge;
mod products;

use std::collections::BTreeMap;
use std::io::BufRead;

pub use merge::{Scope, Update, updates};
pub use products::products;

use super::Row;

/// The file of prices without a region.
const GLOBAL: &str = "global";

/// An offer file's prices.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Service code, for example `AmazonECS`.
    pub service: String,
    /// AWS's version of the list, for example `20260831092155`.
    pub version: String,
    /// The day it was published, `YYYY-MM-DD`.
    pub published: String,
    /// Rows in order, by region; `global` holds what has no region.
    pub files: BTreeMap<String, Vec<Row>>,
    /// What was left out and why, a sentence each.
    pub left_out: Vec<String>,
}

/// An offer file that cannot be used. Nothing of it is.
#[derive(Debug, thiserror::Error)]
#[error("{path}{}: {message}", line.map_or_else(String::new, |line| format!(":{line}")))]
pub struct ImportError {
    path: String,
    line: Option<u64>,
    message: String,
}

/// Reads an offer file, CSV or JSON. `path` is for messages.
///
/// # Errors
/// [`ImportError`]: no offer file, cut off, or a number that is none.
pub fn read(path: &str, input: &mut dyn BufRead) -> Result<Offer, ImportError> {
    let start = input.fill_buf().map_err(|e| ImportError {
        path: path.to_owned(),
        line: None,
        message: e.to_string(),
    })?;
    // A byte order mark in front of the text is no part of it.
    let mark = b"\xef\xbb\xbf";
    let is_marked = start.starts_with(mark);
    let text = start.strip_prefix(mark).unwrap_or(start);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let is_json = first == Some(&b'{');
    if first.is_none() {
        return Err(ImportError {
            path: path.to_owned(),
            line: None,
            message: "the file is empty".to_owned(),
        });
    }
    if is_marked {
        input.consume(mark.len());
    }
    if is_json {
        json::read(path, input)
    } else {
        csv::read(path, input)
    }
}
