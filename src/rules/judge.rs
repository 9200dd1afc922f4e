//! What a rule reads and what it writes into.

use std::sync::{Arc, OnceLock};

use super::{Finding, Related, Rule, Status};
use crate::model::{Address, Deployment, Read, Resource, Step, Trail, Value};
use crate::reach::Graph;
use crate::source::{SourceMap, Span};

/// A file beside the templates that takes part in the deployment: an AppSpec, a workflow, a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What rules read.
#[derive(Debug)]
pub struct Context<'a> {
    /// The environment.
    pub deployment: &'a Deployment,
    /// The sources.
    pub sources: &'a SourceMap,
    /// Files beside the templates.
    pub assets: &'a [Asset],
    reach: OnceLock<Graph<'a>>,
}

impl<'a> Context<'a> {
    /// What rules read of an environment.
    pub fn new(deployment: &'a Deployment, sources: &'a SourceMap, assets: &'a [Asset]) -> Self {
        Context {
            deployment,
            sources,
            assets,
            reach: OnceLock::new(),
        }
    }

    /// Who can reach what. Built when the first rule asks.
    pub fn reach(&self) -> &Graph<'a> {
        self.reach.get_or_init(|| Graph::new(self.deployment))
    }
}

/// Collects one rule's findings.
#[derive(Debug)]
pub struct Judge {
    rule: &'static Rule,
    findings: Vec<Finding>,
    masked: Vec<Span>,
}

impl Judge {
    /// A judge for one rule.
    pub fn new(rule: &'static Rule) -> Self {
        Judge {
            rule,
            findings: Vec::new(),
            masked: Vec::new(),
        }
    }

    /// The findings, by address.
    pub fn finish(mut self) -> Vec<Finding> {
        self.findings
            .sort_by(|a, b| a.address.cmp(&b.address).then_with(|| a.span.cmp(&b.span)));
        self.findings
    }

    fn push(&mut self, status: Status, resource: &Resource, path: &str, message: String) {
        // A fault in a resource that may not exist is not known to be one.
        let unsure = resource.condition.as_ref().and_then(|c| c.unknown.clone());
        let (status, message) = match (status, unsure) {
            (Status::Fail, Some(reason)) => (
                Status::Unknown,
                format!("{message}, if it exists: {reason}"),
            ),
            (status, _) => (status, message),
        };
        let value = match resource.read(path) {
            Read::Known(value) if status != Status::Pass => Some(value),
            _ => None,
        };
        self.findings.push(Finding {
            rule: self.rule.id,
            severity: self.rule.severity,
            status,
            address: resource.address.clone(),
            resource_type: Arc::clone(&resource.resource_type),
            span: Some(resource.place(path)),
            message,
            evidence: value.map(|v| chain(path, v)).unwrap_or_default(),
            property: path.to_owned(),
            value: value.map(Value::describe).unwrap_or_default(),
            related: value.map(|v| places(&v.trail)).unwrap_or_default(),
            suppression: None,
        });
    }

    /// It holds for a resource.
    pub fn pass(&mut self, resource: &Resource, message: impl Into<String>) {
        self.push(Status::Pass, resource, "", message.into());
    }

    /// It does not hold; `path` is the property that shows it, for example `SecurityGroupIngress.0.CidrIp`, or empty
    /// for the resource as a whole. The evidence begins with the property's value and what decided it.
    pub fn fail(&mut self, resource: &Resource, path: &str, message: impl Into<String>) {
        self.push(Status::Fail, resource, path, message.into());
    }

    /// It does not hold, and more than the property's own value proves it: hops of a path, in order, and their places.
    pub fn fail_by(
        &mut self,
        resource: &Resource,
        path: &str,
        message: impl Into<String>,
        hops: Vec<String>,
        related: Vec<Related>,
    ) {
        self.push(Status::Fail, resource, path, message.into());
        if let Some(finding) = self.findings.last_mut() {
            finding.evidence.extend(hops);
            finding.related.extend(related);
        }
    }

    /// What the last finding's property says in words, where its own value would be another fault's too: a baseline
    /// and a fingerprint tell faults in a list apart by it.
    pub fn says(&mut self, value: impl Into<String>) {
        if let Some(finding) = self.findings.last_mut() {
            finding.value = value.into();
        }
    }

    /// It does not hold, and the value itself must not be shown: a secret.
    pub fn fail_masked(&mut self, resource: &Resource, path: &str, message: impl Into<String>) {
        self.push(Status::Fail, resource, path, message.into());
        if let Some(finding) = self.findings.last_mut() {
            finding.value = "a secret".to_owned();
            if let Some(first) = finding.evidence.first_mut() {
                *first = format!("{path} = ****");
            }
        }
        if let Read::Known(value) = resource.read(path) {
            self.masked.extend(written(value));
        }
    }

    /// A secret stands at a place that is no property.
    pub fn at_masked(&mut self, address: &Address, span: Span, message: impl Into<String>) {
        self.at(Status::Fail, address, Some(span), message);
        self.masked.push(span);
    }

    /// Where values stand that no report may show, whichever rule's finding is near them.
    pub fn masked(&self) -> &[Span] {
        &self.masked
    }

    /// An input is missing.
    pub fn unknown(&mut self, resource: &Resource, path: &str, reason: &str) {
        self.push(
            Status::Unknown,
            resource,
            path,
            format!("not known: {reason}"),
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

    /// One answer for a boolean property: it passes if it is `want`; `default` is what AWS takes where it is not set.
    pub fn flag(
        &mut self,
        resource: &Resource,
        path: &str,
        want: bool,
        default: bool,
        passed: &str,
        failed: &str,
    ) {
        match resource.flag(path).or_default(default) {
            Ok(value) if value == want => self.pass(resource, passed),
            Ok(_) => self.fail(resource, path, failed),
            Err(reason) => self.unknown(resource, path, &reason),
        }
    }

    /// One answer for a property that must be set, to whatever value.
    pub fn set(&mut self, resource: &Resource, path: &str, passed: &str, failed: &str) {
        match resource.read(path) {
            Read::Known(_) => self.pass(resource, passed),
            Read::Absent => self.fail(resource, path, failed),
            Read::Unknown(reason) => self.unknown(resource, path, &reason),
        }
    }

    /// One answer for a word: it passes if it is one of `allowed`; `default` is what AWS takes where it is not set.
    pub fn word(
        &mut self,
        resource: &Resource,
        path: &str,
        allowed: &[&str],
        default: &str,
        failed: &str,
    ) {
        match resource.text(path).or_default(Arc::from(default)) {
            Ok(word) if allowed.contains(&&*word) => {
                self.pass(resource, format!("{path} is {word}"))
            }
            Ok(_) => self.fail(resource, path, failed),
            Err(reason) => self.unknown(resource, path, &reason),
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
        self.findings.push(Finding {
            rule: self.rule.id,
            severity: self.rule.severity,
            status,
            address: address.clone(),
            resource_type: Arc::from(""),
            span,
            message: message.into(),
            evidence: Vec::new(),
            property: String::new(),
            value: String::new(),
            related: Vec::new(),
            suppression: None,
        });
    }
}

/// The places that decided a value: parameters with where their value stands, mappings and conditions.
fn places(trail: &Trail) -> Vec<Related> {
    let place = |step: &Step| match step {
        Step::Parameter {
            name,
            span: Some(span),
            ..
        } => Some((*span, format!("parameter {name}"))),
        Step::Mapping {
            map,
            top,
            second,
            span,
        } => Some((*span, format!("mapping {map}.{top}.{second}"))),
        Step::Condition { name, value, span } => {
            Some((*span, format!("condition {name} is {value}")))
        }
        Step::Output { stack, name, span } => Some((*span, format!("output {name} of {stack}"))),
        _ => None,
    };
    trail
        .steps()
        .filter_map(place)
        .map(|(span, message)| Related { span, message })
        .collect()
}

/// Where parts of the text of a value stand: itself, and the parameters and mappings that it came from. Which of them
/// holds the secret is not told, so none is shown.
fn written(value: &Value) -> Vec<Span> {
    let place = |step: &Step| match step {
        Step::Mapping { span, .. } => Some(*span),
        Step::Parameter { span, .. } => *span,
        _ => None,
    };
    let mut places: Vec<Span> = value.trail.steps().filter_map(place).collect();
    places.push(value.span);
    places
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
