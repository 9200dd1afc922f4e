//! Findings for people and programs.

mod github;
mod json;
mod junit;
mod markdown;
mod sarif;
mod table;

pub use github::github;
pub use json::{finding, json};
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use table::table;

use crate::rules::{Finding, Suppression, SuppressionSource};

/// Why a fault is accepted, for people.
pub(super) fn accepted(suppression: &Suppression) -> String {
    let by = suppression
        .owner
        .as_ref()
        .map(|o| format!(", {o}"))
        .unwrap_or_default();
    let until = suppression
        .until
        .as_ref()
        .map(|u| format!(", until {u}"))
        .unwrap_or_default();
    format!("{}{by}{until}", suppression.reason)
}

/// Where a suppression is written.
fn written(suppression: &Suppression) -> &'static str {
    match suppression.source {
        SuppressionSource::Policy => "policy",
        SuppressionSource::Comment => "comment",
        SuppressionSource::Baseline => "baseline",
    }
}

/// Address for people: the environment as a whole has none.
fn address(finding: &Finding) -> &str {
    match finding.address.as_str() {
        "" => "(stack)",
        address => address,
    }
}
