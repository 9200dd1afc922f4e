//! Rules over evaluated environments: pass, fail, or unknown with the missing input named.
//!
//! A rule is one file, one line in the registry and one case file in `tests/cases/rules`.

mod alb;
mod aurora;
mod controls;
mod data;
mod deploy;
mod ecr;
mod ecs;
pub mod env;
mod finding;
mod iam;
mod judge;
mod kms;
mod logs;
mod net;
pub mod policy;
mod registry;
mod s3;
mod secret;

pub use controls::{Mapping, mapping};
pub use finding::{
    EnvironmentFindings, Finding, Related, Severity, Status, Summary, Suppression,
    SuppressionSource,
};
pub use judge::{Asset, Context, Judge};
pub use registry::{all, named};

use std::collections::BTreeSet;

use crate::model::{Deployment, Resource};
use crate::source::SourceMap;

/// One rule: what it is about in words, and the check.
#[derive(Debug)]
pub struct Rule {
    /// Its id, `family.name`.
    pub id: &'static str,
    /// One line that says what holds when it passes.
    pub title: &'static str,
    /// How bad a fault is, unless the policy says otherwise.
    pub severity: Severity,
    /// The types that it judges.
    pub resource_types: &'static [&'static str],
    /// Why it matters.
    pub why: &'static str,
    /// How to mend a fault, with an example.
    pub fix: &'static str,
    /// How to see it in AWS.
    pub see: &'static str,
    /// Judges one environment.
    pub check: fn(&Context<'_>, &mut Judge),
}

/// The dotted paths of a resource's properties that are secrets by name or shape: no output may show their values.
pub fn secrets(resource: &Resource) -> BTreeSet<String> {
    secret::plaintext::paths(resource)
}

/// Judges an environment by every rule. Findings are in the order of rules and addresses.
pub fn check(
    deployment: &Deployment,
    sources: &SourceMap,
    assets: &[Asset],
) -> EnvironmentFindings {
    let context = Context::new(deployment, sources, assets);
    let mut findings = Vec::new();
    for rule in all() {
        let mut judge = Judge::new(rule);
        (rule.check)(&context, &mut judge);
        for span in judge.masked() {
            sources.hide(*span);
        }
        findings.extend(judge.finish());
    }
    EnvironmentFindings {
        environment: deployment.environment.clone(),
        findings,
    }
}
