//! What was there before a change: evaluated, priced and judged with the prices, usage and policy of now.

use std::io::Write;

use super::Error;
use super::diff::{base_tree, nothing};
use super::judge::judge_in;
use super::run::{Priced, estimate_with, evaluate_tree};
use crate::diag::Diagnostics;
use crate::estimate::Estimate;
use crate::gate::Side;
use crate::model::Deployment;
use crate::report;
use crate::rules::{EnvironmentFindings, Finding};
use crate::source::SourceMap;

/// The environments of a plan before a change.
pub(super) struct Base {
    /// Where its findings stand.
    pub(super) sources: SourceMap,
    deployments: Vec<Deployment>,
    findings: Vec<EnvironmentFindings>,
    /// In the order of the plan: the place in `deployments`, and the estimate.
    environments: Vec<(Option<usize>, Estimate)>,
}

impl Base {
    /// Evaluates the base; `None` where it is wrong, which has been said.
    pub(super) fn new(
        head: &Priced,
        base: &str,
        err: &mut dyn Write,
    ) -> Result<Option<Base>, Error> {
        let plan = &head.plan;
        let tree = base_tree(base, plan)?;
        let sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        let mut deployments = Vec::new();
        let mut environments = Vec::new();
        for ((inputs, usage), estimate) in plan.environments.iter().zip(&head.estimates) {
            if !tree.contains(&inputs.template) {
                environments.push((None, nothing(estimate)));
                continue;
            }
            let evaluated = evaluate_tree(&tree, inputs, &sources, &mut diagnostics);
            let Some(deployment) = evaluated.filter(|_| !diagnostics.has_errors()) else {
                writeln!(
                    err,
                    "error: the base of {} cannot be evaluated:",
                    inputs.environment
                )?;
                report::diagnostics::write(err, &diagnostics, &sources)?;
                return Ok(None);
            };
            let estimate = estimate_with(plan, &deployment, usage.as_deref());
            environments.push((Some(deployments.len()), estimate));
            deployments.push(deployment);
        }
        let complete = plan.complete && deployments.len() == environments.len();
        let findings = judge_in(plan, &tree, &deployments, &sources, complete)?;
        Ok(Some(Base {
            sources,
            deployments,
            findings,
            environments,
        }))
    }

    /// The environment at a place in the plan.
    pub(super) fn side(&self, index: usize) -> Option<Side<'_>> {
        let (place, estimate) = self.environments.get(index)?;
        let deployment = place.and_then(|at| self.deployments.get(at));
        let findings: &[Finding] = place
            .and_then(|at| self.findings.get(at))
            .map_or(&[], |f| &f.findings);
        Some(Side {
            deployment,
            estimate,
            findings,
        })
    }
}
