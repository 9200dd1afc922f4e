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
    /// A fault, or something not known, that a waiver covers.
    Waived,
}

impl Status {
    /// Lower case, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Unknown => "unknown",
            Status::Waived => "waived",
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
    /// What proves it, hop by hop.
    pub evidence: Vec<String>,
    /// The property that shows it, as a dotted path with list indexes; empty for the resource as a whole.
    pub property: String,
    /// The property's value in words; never a secret.
    pub value: String,
    /// Other places that take part: the parameter that set the value, the other end of a path.
    pub related: Vec<Related>,
    /// The waiver that covers it.
    pub suppression: Option<Suppression>,
}

/// A place that takes part in a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What it does there, for example `parameter AdminCidr`.
    pub message: String,
}

/// Why a fault is accepted for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Where it is written: `isms-cost.yaml`, a template, the baseline.
    pub source: SuppressionSource,
    /// The reason that its author gave.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub until: Option<String>,
}

/// Where a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionSource {
    /// `policy.waivers` of the configuration.
    Policy,
    /// A comment in the template.
    Comment,
    /// The baseline file.
    Baseline,
}

impl Finding {
    /// What stays the same while lines move: rule, address and property. Where the property is in a list, whose
    /// order may change, the value stands for the index.
    pub fn key(&self) -> String {
        let path: Vec<&str> = self
            .property
            .split('.')
            .filter(|k| k.parse::<usize>().is_err())
            .collect();
        let (path, whole) = (path.join("."), self.property.as_str());
        let value = if path == whole {
            ""
        } else {
            self.value.as_str()
        };
        format!("{}|{}|{path}|{value}", self.rule, self.address)
    }
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
            waived: count(Status::Waived),
        }
    }
}
