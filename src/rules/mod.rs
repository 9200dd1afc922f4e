//! Rules over evaluated environments: pass, fail, or unknown with the missing input named.
//!
//! A rule is one file, one line in the registry and one case file in `tests/cases/rules`.

mod deploy;
mod finding;
mod judge;
mod registry;

pub use finding::{EnvironmentFindings, Finding, Severity, Status, Summary};
pub use judge::{Asset, Context, Judge};
pub use registry::RULES;

use crate::model::Deployment;
use crate::source::SourceMap;

/// One rule: what it is about in words, and the check.
#[derive(Debug)]
pub struct Rule {
    /// Its id, `family.name`.
    pub id: &'static str,
    /// One line that says what holds when it passes.
    pub title: &'static str,
    /// How bad a fault is.
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
    pub check: fn(&Context<'_>, &mut Judge<'_>),
}

/// Judges an environment by every rule. Findings are in the order of rules and addresses.
pub fn check(
    deployment: &Deployment,
    sources: &SourceMap,
    assets: &[Asset],
) -> EnvironmentFindings {
    let context = Context {
        deployment,
        sources,
        assets,
    };
    let mut findings = Vec::new();
    for rule in RULES {
        let mut judge = Judge::new(rule, deployment);
        (rule.check)(&context, &mut judge);
        findings.extend(judge.finish());
    }
    EnvironmentFindings {
        environment: deployment.environment.clone(),
        findings,
    }
}
