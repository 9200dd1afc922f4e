//! `isms-cost diff`.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{DiffArgs, DiffFormat};
use super::run::{Priced, estimate_with, evaluate_tree};
use super::{CallError, Error, Outcome, Plan, progress};
use crate::diag::Diagnostics;
use crate::diff::{Delta, Step, diff};
use crate::estimate::Estimate;
use crate::model::{Address, Deployment};
use crate::report::diff as report;
use crate::resolve::Inputs;
use crate::source::{FileTree, GitTree, SourceMap};

pub(super) fn run(
    args: &DiffArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let head = Priced::new(Plan::new(&args.input)?);
    if !head.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let Some(deltas) = deltas(&head, &args.base, err)? else {
        return Ok(Outcome::WrongInput);
    };
    match args.format {
        DiffFormat::Table => report::table(out, &deltas, &head.plan.currency)?,
        DiffFormat::Json => report::json(out, &deltas, &head.plan.currency)?,
        DiffFormat::Markdown => report::markdown(out, &deltas, &head.plan.currency)?,
    }
    Ok(Outcome::Fine)
}

/// What changed in each environment since `base`; `None` where the base is wrong, which has been said.
pub(super) fn deltas(
    head: &Priced,
    base: &str,
    err: &mut dyn Write,
) -> Result<Option<Vec<Delta>>, Error> {
    let tree = base_tree(base, &head.plan)?;
    let mut deltas = Vec::new();
    let bar = progress::environments(head.estimates.len(), "comparing environments");
    for (index, estimate) in head.estimates.iter().enumerate() {
        let mut said = Vec::new();
        let delta = environment(head, &tree, index, estimate, &mut said)?;
        bar.suspend(|| err.write_all(&said))?;
        match delta {
            Some(delta) => deltas.push(delta),
            None => {
                bar.finish_and_clear();
                return Ok(None);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(Some(deltas))
}

/// A folder, or a commit of the repository; neither is touched.
pub(super) fn base_tree(base: &str, plan: &Plan) -> Result<FileTree, Error> {
    if Path::new(base).is_dir() {
        return Ok(FileTree::Folder(PathBuf::from(base)));
    }
    let FileTree::Folder(root) = &plan.tree else {
        return Err(CallError("there is no repository here".to_owned()).into());
    };
    let tree = GitTree::start(root, base)
        .map_err(|e| CallError(format!("--base '{base}': git could not be run: {e}")))?;
    if tree.commit().is_none() {
        return Err(CallError(format!(
            "--base '{base}' is neither a folder nor a commit of {}",
            root.display()
        ))
        .into());
    }
    Ok(FileTree::Git(tree))
}

/// The estimate of an environment that is not there.
pub(super) fn nothing(estimate: &Estimate) -> Estimate {
    Estimate {
        resources: vec![],
        free: vec![],
        unpriced: vec![],
        off: vec![],
        ..estimate.clone()
    }
}

/// One environment: base, one step for each changed parameter, head. `None` where the base is wrong.
fn environment(
    head: &Priced,
    tree: &FileTree,
    index: usize,
    estimate: &Estimate,
    err: &mut dyn Write,
) -> Result<Option<Delta>, Error> {
    let (inputs, usage) = &head.plan.environments[index];
    let deployment = &head.deployments[index];
    let sources = SourceMap::default();
    if !tree.contains(&inputs.template) {
        // Nothing was there: everything is new.
        let nothing = nothing(estimate);
        let step = Step {
            what: "a new environment".into(),
            from: String::new(),
            to: String::new(),
            estimate: estimate.clone(),
        };
        return Ok(Some(diff(&nothing, &[step])));
    }
    let mut diagnostics = Diagnostics::default();
    let before = evaluate_tree(tree, inputs, &sources, &mut diagnostics);
    let Some(before) = before.filter(|_| !diagnostics.has_errors()) else {
        writeln!(
            err,
            "error: the base of {} cannot be evaluated:",
            inputs.environment
        )?;
        crate::report::diagnostics::write(err, &diagnostics, &sources)?;
        return Ok(None);
    };
    let priced = |deployment: &Deployment| estimate_with(&head.plan, deployment, usage.as_deref());
    let base = priced(&before);
    let mut steps = Vec::new();
    let mut overrides: Vec<(String, String)> = inputs.parameters.clone();
    for (name, from, to) in changed_parameters(&before, deployment) {
        overrides.push((name.clone(), to.clone()));
        let step_inputs = Inputs {
            parameters: overrides.clone(),
            ..inputs.clone()
        };
        let mut ignored = Diagnostics::default();
        // A value that the old template does not take belongs to the step of the templates.
        let Some(stepped) = evaluate_tree(tree, &step_inputs, &sources, &mut ignored)
            .filter(|_| !ignored.has_errors())
        else {
            overrides.pop();
            continue;
        };
        steps.push(Step {
            what: format!("parameter {name}"),
            from,
            to,
            estimate: priced(&stepped),
        });
    }
    steps.push(Step {
        what: "templates".into(),
        from: String::new(),
        to: String::new(),
        estimate: estimate.clone(),
    });
    Ok(Some(diff(&base, &steps)))
}

/// Parameters of the root stack whose known value differs, by name.
fn changed_parameters(base: &Deployment, head: &Deployment) -> Vec<(String, String, String)> {
    let root = Address::root();
    let (Some(base), Some(head)) = (base.stacks.get(&root), head.stacks.get(&root)) else {
        return Vec::new();
    };
    let text = |value: &crate::model::Value| match value.as_list() {
        Some(items) => items
            .iter()
            .map(|i| i.as_text().map(|t| t.to_string()))
            .collect::<Option<Vec<_>>>()
            .map(|t| t.join(",")),
        None => value.as_text().map(|t| t.to_string()),
    };
    base.parameters
        .iter()
        .filter_map(|(name, old)| {
            let (from, to) = (text(old)?, text(head.parameters.get(name)?)?);
            (from != to).then(|| (name.to_string(), from, to))
        })
        .collect()
}
