//! Rules, comparison and policy in one: what every command that shows findings does.

use super::run::Priced;
use super::{CallError, Error, Plan};
use crate::policy::{Baseline, Run};
use crate::rules::{self, Asset, EnvironmentFindings};

/// What the rules find in the evaluated environments, with the policy applied.
///
/// # Errors
/// [`CallError`]: the baseline of the policy cannot be read.
pub(super) fn judge(evaluated: &Priced) -> Result<Vec<EnvironmentFindings>, Error> {
    let plan = &evaluated.plan;
    let baseline = plan
        .policy
        .baseline
        .as_deref()
        .map(|path| read_baseline(path, plan))
        .transpose()?;
    let assets = assets(plan);
    let mut results: Vec<EnvironmentFindings> = evaluated
        .deployments
        .iter()
        .map(|d| rules::check(d, &evaluated.sources, &assets))
        .collect();
    rules::env::compare(
        &evaluated.deployments,
        &mut results,
        plan.policy.strict.as_deref(),
    );
    let run = Run {
        deployments: &evaluated.deployments,
        sources: &evaluated.sources,
        today: plan.today,
        complete: plan.complete,
    };
    plan.policy.apply(&mut results, baseline.as_ref(), &run);
    Ok(results)
}

fn read_baseline(path: &str, plan: &Plan) -> Result<Baseline, CallError> {
    let text = plan
        .tree
        .read(path)
        .map_err(|e| CallError(format!("baseline {e}")))?;
    Baseline::parse(&text).map_err(|e| CallError(format!("{path}: {e}")))
}

/// AppSpecs, scripts and workflows beside the templates.
fn assets(plan: &Plan) -> Vec<Asset> {
    let folders = [
        ("infrastructure/appspecs", "yaml"),
        ("infrastructure/scripts", "sh"),
        (".github/workflows", "yml"),
    ];
    let paths = folders
        .iter()
        .flat_map(|(folder, ending)| plan.tree.list(folder, ending));
    paths
        .filter_map(|path| plan.tree.read(&path).ok().map(|text| Asset { path, text }))
        .collect()
}
