//! What a rule says of a resource.

use std::sync::Arc;

use crate::model::Address;
use crate::source::Span;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Untidy.
    Low,
    /// A weakness.
    Medium,
    /// Breaks in production, or opens a way.
    High,
    /// An open door.
    Critical,
}

impl Severity {
    /// Lower case, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// The three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// An input is missing; never taken for a pass.
    Unknown,
}

impl Status {
    /// Lower case, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Unknown => "unknown",
        }
    }
}

/// One rule's answer for one resource.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// The rule's severity.
    pub severity: Severity,
    /// The answer.
    pub status: Status,
    /// The resource; empty for the environment as a whole.
    pub address: Address,
    /// Its type; empty likewise.
    pub resource_type: Arc<str>,
    /// The property or resource; `None` for what stands in no template.
    pub span: Option<Span>,
    /// What was found, in one sentence without a final full stop.
    pub message: String,
    /// What proves it.
    pub evidence: Vec<String>,
}

/// One environment's findings, passes included.
#[derive(Clone, Debug)]
pub struct EnvironmentFindings {
    /// The environment.
    pub environment: Arc<str>,
    /// In the order of rules and addresses.
    pub findings: Vec<Finding>,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Passes.
    pub pass: usize,
    /// Faults.
    pub fail: usize,
    /// Not known.
    pub unknown: usize,
    /// Faults that a waiver covers.
    pub waived: usize,
}

impl EnvironmentFindings {
    /// Counts.
    pub fn summary(&self) -> Summary {
        let count = |status| self.findings.iter().filter(|f| f.status == status).count();
        Summary {
            pass: count(Status::Pass),
            fail: count(Status::Fail),
            unknown: count(Status::Unknown),
            waived: 0,
        }
    }
}
