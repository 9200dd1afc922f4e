//! What a rule reads and what it writes into.

use std::sync::Arc;

use super::{Finding, Rule, Status};
use crate::model::{Address, Deployment, Read, Resource, Step, Trail, Value};
use crate::source::{SourceMap, Span};

/// A file beside the templates that takes part in the deployment: an AppSpec, a workflow, a script.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What rules read.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The environment.
    pub deployment: &'a Deployment,
    /// The sources.
    pub sources: &'a SourceMap,
    /// Files beside the templates.
    pub assets: &'a [Asset],
}

/// Collects one rule's findings.
#[derive(Debug)]
pub struct Judge<'a> {
    rule: &'static Rule,
    deployment: &'a Deployment,
    findings: Vec<Finding>,
}

impl<'a> Judge<'a> {
    /// A judge for one rule.
    pub fn new(rule: &'static Rule, deployment: &'a Deployment) -> Self {
        Judge {
            rule,
            deployment,
            findings: Vec::new(),
        }
    }

    /// The findings, by address.
    pub fn finish(mut self) -> Vec<Finding> {
        self.findings
            .sort_by(|a, b| a.address.cmp(&b.address).then_with(|| a.span.cmp(&b.span)));
        self.findings
    }

    fn push(
        &mut self,
        status: Status,
        address: Address,
        kind: Arc<str>,
        span: Option<Span>,
        message: String,
        evidence: Vec<String>,
    ) {
        // A fault in a resource that may not exist is not known to be one.
        let unsure = self
            .deployment
            .get(&address)
            .and_then(|r| r.condition.as_ref())
            .and_then(|c| c.unknown.clone());
        let (status, message) = match (status, unsure) {
            (Status::Fail, Some(reason)) => (
                Status::Unknown,
                format!("{message}, if it exists: {reason}"),
            ),
            (status, _) => (status, message),
        };
        self.findings.push(Finding {
            rule: self.rule.id,
            severity: self.rule.severity,
            status,
            address,
            resource_type: kind,
            span,
            message,
            evidence,
        });
    }

    /// It holds for a resource.
    pub fn pass(&mut self, resource: &Resource, message: impl Into<String>) {
        let (address, kind) = (
            resource.address.clone(),
            Arc::clone(&resource.resource_type),
        );
        self.push(
            Status::Pass,
            address,
            kind,
            Some(resource.key_span),
            message.into(),
            Vec::new(),
        );
    }

    /// It does not hold; `path` is the property that shows it.
    pub fn fail(&mut self, resource: &Resource, path: &str, message: impl Into<String>) {
        let evidence = match resource.read(path) {
            Read::Known(value) => chain(path, value),
            Read::Absent | Read::Unknown(_) => Vec::new(),
        };
        let (address, kind) = (
            resource.address.clone(),
            Arc::clone(&resource.resource_type),
        );
        self.push(
            Status::Fail,
            address,
            kind,
            Some(resource.place(path)),
            message.into(),
            evidence,
        );
    }

    /// An input is missing.
    pub fn unknown(&mut self, resource: &Resource, path: &str, reason: &str) {
        let (address, kind) = (
            resource.address.clone(),
            Arc::clone(&resource.resource_type),
        );
        self.push(
            Status::Unknown,
            address,
            kind,
            Some(resource.place(path)),
            format!("not known: {reason}"),
            Vec::new(),
        );
    }

    /// One answer for a resource: the faults found, else a pass.
    pub fn faults(&mut self, resource: &Resource, faults: Vec<(&str, String)>, passed: &str) {
        if faults.is_empty() {
            return self.pass(resource, passed);
        }
        for (path, message) in faults {
            self.fail(resource, path, message);
        }
    }

    /// An answer about the environment or a file, at a place.
    pub fn at(
        &mut self,
        status: Status,
        address: &Address,
        span: Option<Span>,
        message: impl Into<String>,
    ) {
        self.push(
            status,
            address.clone(),
            Arc::from(""),
            span,
            message.into(),
            Vec::new(),
        );
    }
}

/// Value and what decided it.
fn chain(path: &str, value: &Value) -> Vec<String> {
    let mut evidence = vec![format!("{path} = {}", value.describe())];
    evidence.extend(steps(&value.trail));
    evidence
}

fn steps(trail: &Trail) -> impl Iterator<Item = String> {
    trail.steps().filter_map(|step| match step {
        Step::Parameter { stack, name, .. } if stack.as_str().is_empty() => {
            Some(format!("← parameter {name}"))
        }
        Step::Parameter { stack, name, .. } => Some(format!("← parameter {name} of {stack}")),
        Step::Mapping {
            map, top, second, ..
        } => Some(format!("← mapping {map}.{top}.{second}")),
        Step::Condition { name, value, .. } => Some(format!("← condition {name} is {value}")),
        Step::Output { stack, name, .. } => Some(format!("← output {name} of {stack}")),
        Step::Import { .. } | Step::Pseudo { .. } => None,
    })
}
