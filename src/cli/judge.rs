//! Rules, comparison and policy in one: what every command that shows findings does.

use super::run::Priced;
use super::{CallError, Error, Plan};
use crate::model::Deployment;
use crate::policy::{Baseline, Run};
use crate::rules::{self, Asset, EnvironmentFindings};
use crate::source::{FileTree, SourceMap};

/// What the rules find in the evaluated environments, with the policy applied.
///
/// # Errors
/// [`CallError`]: the baseline of the policy cannot be read.
pub(super) fn judge(evaluated: &Priced) -> Result<Vec<EnvironmentFindings>, Error> {
    let plan = &evaluated.plan;
    let complete = plan.complete;
    judge_in(
        plan,
        &plan.tree,
        &evaluated.deployments,
        &evaluated.sources,
        complete,
    )
}

/// The same for other files: what was deployed before a change, judged by the policy of now. `complete`: whether all
/// environments are in it.
///
/// # Errors
/// [`CallError`]: the baseline of the policy cannot be read.
pub(super) fn judge_in(
    plan: &Plan,
    tree: &FileTree,
    deployments: &[Deployment],
    sources: &SourceMap,
    complete: bool,
) -> Result<Vec<EnvironmentFindings>, Error> {
    let baseline = plan
        .policy
        .baseline
        .as_deref()
        .map(|path| read_baseline(path, plan))
        .transpose()?;
    let assets = assets(tree);
    let mut results: Vec<EnvironmentFindings> = deployments
        .iter()
        .map(|d| rules::check(d, sources, &assets))
        .collect();
    own_rules(plan, deployments, &mut results)?;
    rules::env::compare(deployments, &mut results, plan.policy.strict.as_deref());
    let run = Run {
        deployments,
        sources,
        today: plan.today,
        complete,
    };
    plan.policy.apply(&mut results, baseline.as_ref(), &run);
    Ok(results)
}

/// The user's own rules.
#[cfg(feature = "guard")]
fn own_rules(
    plan: &Plan,
    deployments: &[Deployment],
    results: &mut [EnvironmentFindings],
) -> Result<(), CallError> {
    use crate::guard::{RuleFile, judge};
    let mut files = Vec::new();
    for path in &plan.policy.guard {
        let text = plan
            .tree
            .read(path)
            .map_err(|e| CallError(format!("Guard rules {e}")))?;
        files.push(RuleFile {
            path: path.clone(),
            text,
        });
    }
    if files.is_empty() {
        return Ok(());
    }
    for (deployment, result) in deployments.iter().zip(results) {
        let found = judge(deployment, &files).map_err(|e| CallError(e.to_string()))?;
        result.findings.extend(found);
    }
    Ok(())
}

/// The user's own rules need the engine; nothing is passed over in silence.
#[cfg(not(feature = "guard"))]
fn own_rules(
    plan: &Plan,
    _: &[Deployment],
    _: &mut [EnvironmentFindings],
) -> Result<(), CallError> {
    match plan.policy.guard.first() {
        None => Ok(()),
        Some(path) => Err(CallError(format!(
            "{path}: this program was built without the Guard engine; build it with cargo install --features guard"
        ))),
    }
}

fn read_baseline(path: &str, plan: &Plan) -> Result<Baseline, CallError> {
    let text = plan
        .tree
        .read(path)
        .map_err(|e| CallError(format!("baseline {e}")))?;
    Baseline::parse(&text).map_err(|e| CallError(format!("{path}: {e}")))
}

/// AppSpecs, scripts and workflows beside the templates.
fn assets(tree: &FileTree) -> Vec<Asset> {
    let folders = [
        ("infrastructure/appspecs", "yaml"),
        ("infrastructure/scripts", "sh"),
        (".github/workflows", "yml"),
    ];
    let paths = folders
        .iter()
        .flat_map(|(folder, ending)| tree.list(folder, ending));
    paths
        .filter_map(|path| tree.read(&path).ok().map(|text| Asset { path, text }))
        .collect()
}
