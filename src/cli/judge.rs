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
    let assets = assets(&plan.tree);
    let answers = ask(&evaluated.deployments, &evaluated.sources, &assets, |_| {
        None
    });
    decide(
        plan,
        &evaluated.deployments,
        &evaluated.sources,
        plan.complete,
        answers,
    )
}

/// What the rules say of each environment by itself; `known` may have an environment's answer already.
pub(super) fn ask(
    deployments: &[Deployment],
    sources: &SourceMap,
    assets: &[Asset],
    known: impl Fn(usize) -> Option<EnvironmentFindings>,
) -> Vec<EnvironmentFindings> {
    let environments = deployments.iter().enumerate();
    environments
        .map(|(i, d)| known(i).unwrap_or_else(|| rules::check(d, sources, assets)))
        .collect()
}

/// The user's own rules, the environments beside each other, and the policy. The environments may be those before a
/// change: they are judged by the policy of now. `complete`: whether all environments are in it.
///
/// # Errors
/// [`CallError`]: the baseline or a file of rules cannot be read.
pub(super) fn decide(
    plan: &Plan,
    deployments: &[Deployment],
    sources: &SourceMap,
    complete: bool,
    mut results: Vec<EnvironmentFindings>,
) -> Result<Vec<EnvironmentFindings>, Error> {
    let baseline = plan
        .policy
        .baseline
        .as_deref()
        .map(|path| read_baseline(path, plan))
        .transpose()?;
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

/// Folders of files beside the templates, and their endings.
pub(super) const ASSETS: [(&str, &str); 3] = [
    ("infrastructure/appspecs", "yaml"),
    ("infrastructure/scripts", "sh"),
    (".github/workflows", "yml"),
];

/// AppSpecs, scripts and workflows beside the templates.
pub(super) fn assets(tree: &FileTree) -> Vec<Asset> {
    let paths = ASSETS
        .iter()
        .flat_map(|(folder, ending)| tree.list(folder, ending));
    paths
        .filter_map(|path| tree.read(&path).ok().map(|text| Asset { path, text }))
        .collect()
}
