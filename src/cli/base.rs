//! What was there before a change, evaluated and judged as what is there now, and the difference.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::judge::{ASSETS, ask, assets, decide, judge};
use super::run::{Priced, estimate_with, read_usage};
use super::{CallError, Error, Plan, progress};
use crate::diag::{Diagnostics, suggest};
use crate::diff::{Common, Delta, Moves, Side, changed_findings, diff, unchanged};
use crate::estimate::Estimate;
use crate::gate;
use crate::model::{Address, Deployment};
use crate::resolve::{Evaluator, Snapshot};
use crate::rules::{Asset, EnvironmentFindings};
use crate::source::{FileTree, GitTree, SourceMap};
use crate::usage::Usage;

/// Both sides of a change.
pub(super) struct Compared {
    /// By environment: those of the head in their order, then those that are gone.
    pub(super) deltas: Vec<Delta>,
    before: Before,
    /// By environment of the head: its estimate before.
    estimates: Vec<Estimate>,
    /// By environment: which address was which.
    moves: Vec<Moves>,
    /// Findings before, with the addresses of now, and after; `None` where the rules need not be asked twice.
    findings: Option<Both>,
}

/// Findings before and after.
type Both = (Vec<EnvironmentFindings>, Vec<EnvironmentFindings>);

impl Compared {
    /// Compares the work tree with a base. `None` where the base is wrong, which has been said.
    pub(super) fn new(
        head: &Priced,
        tree: FileTree,
        named: &[(Address, Address)],
        err: &mut dyn Write,
    ) -> Result<Option<Compared>, Error> {
        if let FileTree::Git(git) = &tree
            && git.commit().is_none()
        {
            return Err(CallError(format!(
                "--base '{}' is neither a folder nor a commit of {}",
                git.revision(),
                git.repository().display()
            ))
            .into());
        }
        let beside = assets(&head.plan.tree);
        prefetch(&tree, head, &beside);
        let git = match &tree {
            FileTree::Git(git) => Some(git.clone()),
            FileTree::Folder(_) | FileTree::Memory(_) => None,
        };
        let base_plan = head.plan.over(tree)?;
        let Some(before) = Before::evaluate(head, base_plan, err)? else {
            return Ok(None);
        };
        check_moves(named, head, &before)?;
        let questions = before.questions(head, beside);
        // All is read; git may end while the rest is done.
        if let Some(git) = git {
            git.prefetch(before.usage_paths());
            git.finish();
        }
        // The rules judge while the causes are looked for.
        let (mut walked, answers) = std::thread::scope(|scope| {
            let answers = questions.map(|q| scope.spawn(move || q.ask()));
            let walked = before.deltas(head, named, err);
            let answers = answers.map(|answers| {
                answers
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            walked.map(|walked| (walked, answers))
        })?;
        let findings = answers.map(|answers| before.findings(head, answers, &mut walked));
        Ok(Some(Compared {
            deltas: walked.deltas,
            before,
            estimates: walked.estimates,
            moves: walked.moves,
            findings: findings.transpose()?,
        }))
    }

    /// The findings of now.
    pub(super) fn findings(&self, head: &Priced) -> Result<Vec<EnvironmentFindings>, Error> {
        match &self.findings {
            Some((_, after)) => Ok(after.clone()),
            None => judge(head),
        }
    }

    /// An environment of the head before the change; `now` are the findings of now.
    pub(super) fn side<'a>(
        &'a self,
        index: usize,
        head: &'a Priced,
        now: &'a [EnvironmentFindings],
    ) -> Option<gate::Side<'a>> {
        let before = self.before.named(&head.deployments.get(index)?.environment);
        let findings = match &self.findings {
            Some((old, _)) => before.and_then(|i| old.get(i)),
            None => now.get(index).filter(|_| before.is_some()),
        };
        Some(gate::Side {
            deployment: before.map(|i| &self.before.priced.deployments[i]),
            estimate: self.estimates.get(index)?,
            moves: self.moves.get(index),
            findings: findings.map_or(&[], |f| &f.findings),
        })
    }
}

/// Asks git at once for what the head has, most of which the base will need.
fn prefetch(tree: &FileTree, head: &Priced, beside: &[Asset]) {
    let FileTree::Git(git) = tree else { return };
    let usage = head.plan.environments.iter().filter_map(|(_, u)| u.clone());
    let config = head.plan.config.iter().cloned();
    let folders = ASSETS.iter().map(|(folder, _)| (*folder).to_owned());
    let assets = beside.iter().map(|a| a.path.clone());
    let paths = config.chain(head.files.paths()).chain(usage);
    git.prefetch(paths.chain(folders).chain(assets));
}

/// What the comparison of the environments gives.
#[derive(Default)]
struct Walked {
    deltas: Vec<Delta>,
    moves: Vec<Moves>,
    estimates: Vec<Estimate>,
}

/// A folder, or a commit of the repository; neither is touched.
pub(super) fn start(base: &str, plan: &Plan) -> Result<FileTree, Error> {
    if Path::new(base).is_dir() {
        return Ok(FileTree::Folder(PathBuf::from(base)));
    }
    let FileTree::Folder(root) = &plan.tree else {
        return Err(CallError("there is no repository here".to_owned()).into());
    };
    let tree = GitTree::start(root, base)
        .map_err(|e| CallError(format!("--base '{base}': git could not be run: {e}")))?;
    Ok(FileTree::Git(tree))
}

pub(super) fn named_moves(moved: &[String]) -> Result<Vec<(Address, Address)>, CallError> {
    let one = |text: &String| match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => {
            Ok((Address::from(old), Address::from(new)))
        }
        _ => Err(CallError(format!("--moved '{text}' is no OLD=NEW"))),
    };
    moved.iter().map(one).collect()
}

/// A named move must be one in some environment.
fn check_moves(
    named: &[(Address, Address)],
    head: &Priced,
    before: &Before,
) -> Result<(), CallError> {
    let is_move = |old: &Address, new: &Address| {
        head.deployments.iter().any(|after| {
            let base = before
                .named(&after.environment)
                .map(|i| &before.priced.deployments[i]);
            base.is_some_and(|base| {
                Moves::find(base, after, &[(old.clone(), new.clone())]).after(old) == new
            })
        })
    };
    for (old, new) in named {
        if is_move(old, new) {
            continue;
        }
        let addresses = |all: &[Deployment]| -> Vec<String> {
            all.iter()
                .flat_map(|d| d.resources.keys().map(Address::to_string))
                .collect()
        };
        let near = |wanted: &Address, known: Vec<String>| {
            suggest(wanted.as_str(), known.iter().map(String::as_str))
                .filter(|n| *n != wanted.as_str())
                .map(|n| format!("; did you mean {n}?"))
                .unwrap_or_default()
        };
        let there = |all: &[Deployment], address| all.iter().any(|d| d.get(address).is_some());
        let (old_side, new_side) = (&before.priced.deployments, &head.deployments);
        let what = if !there(old_side, old) {
            format!(
                "the base has no resource {old}{}",
                near(old, addresses(old_side))
            )
        } else if !there(new_side, new) {
            format!(
                "there is no resource {new} now{}",
                near(new, addresses(new_side))
            )
        } else {
            format!("{old} is still there, {new} was there before, or they are of different types")
        };
        return Err(CallError(format!("--moved {old}={new}: {what}")));
    }
    Ok(())
}

/// The evaluated base. An environment that finds there what it finds in the head is the head's own.
struct Before {
    priced: Priced,
    /// By environment of the base: the environment of the head that is exactly the same.
    same: Vec<Option<usize>>,
}

impl Before {
    fn evaluate(head: &Priced, plan: Plan, err: &mut dyn Write) -> Result<Option<Before>, Error> {
        let sources = Arc::clone(&head.sources);
        let mut diagnostics = Diagnostics::default();
        let (mut deployments, mut same) = (Vec::new(), Vec::new());
        let evaluator = Evaluator::beside(&sources, &plan.tree, Rc::clone(&head.files));
        for (inputs, _) in &plan.environments {
            let after = head.plan.environments.iter().position(|(i, _)| i == inputs);
            let after = after.filter(|_| head.files.same(&inputs.environment, &plan.tree));
            let deployment = match after {
                Some(index) => Some(head.deployments[index].clone()),
                None => evaluator.evaluate(inputs, &mut diagnostics),
            };
            let Some(deployment) = deployment.filter(|_| !diagnostics.has_errors()) else {
                writeln!(
                    err,
                    "error: the base of {} cannot be evaluated:",
                    inputs.environment
                )?;
                crate::report::diagnostics::write(err, &diagnostics, &sources)?;
                return Ok(None);
            };
            deployments.push(deployment);
            same.push(after);
        }
        let files = evaluator.files();
        let priced = Priced {
            plan,
            sources: Arc::clone(&head.sources),
            diagnostics,
            deployments,
            estimates: Vec::new(),
            files,
            usages: Vec::new(),
        };
        Ok(Some(Before { priced, same }))
    }

    fn usage_paths(&self) -> impl Iterator<Item = String> {
        let environments = self.priced.plan.environments.iter();
        environments.filter_map(|(_, usage)| usage.clone())
    }

    fn named(&self, environment: &str) -> Option<usize> {
        let mut all = self.priced.deployments.iter();
        all.position(|d| *d.environment == *environment)
    }

    /// Environments that the head does not have; only where the head has all of its own.
    fn gone(&self, head: &Priced) -> Vec<usize> {
        let there = |d: &Deployment| {
            head.deployments
                .iter()
                .any(|h| h.environment == d.environment)
        };
        let all = self.priced.deployments.iter().enumerate();
        let gone = all.filter(|(_, d)| head.plan.complete && !there(d));
        gone.map(|(i, _)| i).collect()
    }

    /// One environment of the head.
    fn against(
        &self,
        head: &Priced,
        index: usize,
        named: &[(Address, Address)],
        err: &mut dyn Write,
    ) -> Result<(Delta, Moves, Estimate), Error> {
        let (after, estimate) = (&head.deployments[index], &head.estimates[index]);
        let snapshot = || head.files.snapshot(&head.plan.environments[index].0);
        let before = self.named(&after.environment);
        let is_same = before.is_some_and(|b| self.same[b].is_some());
        let head_snapshot = if is_same { None } else { Some(snapshot()) };
        let empty = Snapshot::empty(&head.plan.environments[index].0);
        let side = Side {
            deployment: after,
            estimate,
            snapshot: head_snapshot.as_ref().unwrap_or(&empty),
        };
        let common = |price| Common {
            sources: &head.sources,
            price,
        };
        // Nothing is priced again where there is no way to walk.
        let asis = |_: &Deployment, _: &dyn Fn(&Address) -> bool| estimate.clone();
        let Some(before) = before else {
            let moves = Moves::default();
            let delta = diff(None, Some(&side), &moves, &common(&asis));
            return Ok((delta, moves, nothing(estimate)));
        };
        if is_same {
            let moves = Moves::default();
            return Ok((unchanged(estimate), moves, estimate.clone()));
        }
        let deployment = &self.priced.deployments[before];
        let moves = Moves::find(deployment, after, named);
        let usage = self.usage(head, (before, index), &moves, err)?;
        let price = |d: &Deployment, wanted: &dyn Fn(&Address) -> bool| {
            estimate_with(&head.plan, d, &usage, wanted)
        };
        let base_estimate = price(deployment, &|_| true);
        let base_snapshot = self
            .priced
            .files
            .snapshot(&self.priced.plan.environments[before].0);
        let base = Side {
            deployment,
            estimate: &base_estimate,
            snapshot: &base_snapshot,
        };
        let delta = diff(Some(&base), Some(&side), &moves, &common(&price));
        Ok((delta, moves, base_estimate))
    }

    /// The head's usage for both sides; the base's own figures only for resources that the head does not have, and
    /// those of a resource that moved under both of its addresses.
    fn usage(
        &self,
        head: &Priced,
        (before, after): (usize, usize),
        moves: &Moves,
        err: &mut dyn Write,
    ) -> Result<Usage, Error> {
        let mut usage = head.usages[after].clone();
        for (old, new) in moves.iter() {
            if let Some(figures) = usage.resources.get(new.as_str()).cloned() {
                usage.resources.insert(old.as_str().into(), figures);
            }
        }
        let plan = &self.priced.plan;
        let Some(path) = plan.environments[before].1.as_deref() else {
            return Ok(usage);
        };
        let text = |plan: &Plan, path: &str| plan.tree.read(path).ok();
        let new_path = head.plan.environments[after].1.as_deref();
        let Some(old_text) = text(plan, path) else {
            return Ok(usage);
        };
        if new_path.and_then(|p| text(&head.plan, p)).as_ref() == Some(&old_text) {
            return Ok(usage);
        }
        writeln!(
            err,
            "note: {path} differs from the base's; both sides of {} are priced with the new usage figures",
            head.deployments[after].environment
        )?;
        let deployments = [&self.priced.deployments[before]];
        let mut ignored = Diagnostics::default();
        let own = read_usage(path, plan, &head.sources, &deployments, &mut ignored);
        for (address, figures) in own.map(|u| u.resources).unwrap_or_default() {
            let at = Address::from(&*address);
            if head.deployments[after].get(&at).is_none() {
                usage.resources.entry(address).or_insert(figures);
            }
        }
        Ok(usage)
    }

    /// An environment that is gone.
    fn removed(&self, index: usize) -> Delta {
        let (inputs, path) = &self.priced.plan.environments[index];
        let deployment = &self.priced.deployments[index];
        let plan = &self.priced.plan;
        let mut ignored = Diagnostics::default();
        let usage = path.as_deref().and_then(|path| {
            read_usage(
                path,
                plan,
                &self.priced.sources,
                &[deployment],
                &mut ignored,
            )
        });
        let usage = usage.unwrap_or_default();
        let price = |d: &Deployment, wanted: &dyn Fn(&Address) -> bool| {
            estimate_with(plan, d, &usage, wanted)
        };
        let side = Side {
            deployment,
            estimate: &price(deployment, &|_| true),
            snapshot: &Snapshot::empty(inputs),
        };
        let common = Common {
            sources: &self.priced.sources,
            price: &price,
        };
        diff(Some(&side), None, &Moves::default(), &common)
    }

    /// What the rules are to be asked of both sides; nothing where nothing differs that they read.
    fn questions<'a>(&'a self, head: &'a Priced, beside: Vec<Asset>) -> Option<Questions<'a>> {
        let assets = [assets(&self.priced.plan.tree), beside];
        let nothing = head.deployments.len() == self.same.len()
            && self.same.iter().all(Option::is_some)
            && assets[0] == assets[1];
        (!nothing).then(|| Questions {
            before: &self.priced.deployments,
            after: &head.deployments,
            sources: &head.sources,
            same: &self.same,
            assets,
        })
    }

    /// What the answers of the rules mean, for each environment and for all.
    fn findings(
        &self,
        head: &Priced,
        (old, new): Both,
        walked: &mut Walked,
    ) -> Result<Both, Error> {
        let plan = &head.plan;
        let sources = &head.sources;
        let complete = plan.complete && self.priced.deployments.len() >= head.deployments.len();
        let mut old = decide(plan, &self.priced.deployments, sources, complete, old)?;
        let new = decide(plan, &head.deployments, sources, plan.complete, new)?;
        let of = |all: &[EnvironmentFindings], environment: &str| {
            all.iter().position(|r| *r.environment == *environment)
        };
        for (delta, moves) in walked.deltas.iter_mut().zip(&walked.moves) {
            let (base, head) = (of(&old, &delta.environment), of(&new, &delta.environment));
            let (base, head) = (base.map(|i| &mut old[i]), head.map(|i| &new[i]));
            delta.findings = changed_findings(base.as_deref(), head, moves);
            for finding in base.map(|b| &mut b.findings).into_iter().flatten() {
                finding.address = moves.after(&finding.address).clone();
            }
        }
        Ok((old, new))
    }

    /// All environments: those of the head in their order, then those that are gone.
    fn deltas(
        &self,
        head: &Priced,
        named: &[(Address, Address)],
        err: &mut dyn Write,
    ) -> Result<Walked, Error> {
        let mut walked = Walked::default();
        let bar = progress::environments(head.deployments.len(), "comparing environments");
        for index in 0..head.deployments.len() {
            let mut said = Vec::new();
            let (delta, moves, estimate) = self.against(head, index, named, &mut said)?;
            bar.suspend(|| err.write_all(&said))?;
            walked.deltas.push(delta);
            walked.moves.push(moves);
            walked.estimates.push(estimate);
            bar.inc(1);
        }
        bar.finish_and_clear();
        for index in self.gone(head) {
            walked.deltas.push(self.removed(index));
            walked.moves.push(Moves::default());
        }
        Ok(walked)
    }
}

/// The estimate of an environment that is not there.
fn nothing(estimate: &Estimate) -> Estimate {
    Estimate {
        resources: vec![],
        free: vec![],
        unpriced: vec![],
        off: vec![],
        ..estimate.clone()
    }
}

/// What the rules judge: the environments of both sides.
struct Questions<'a> {
    before: &'a [Deployment],
    after: &'a [Deployment],
    sources: &'a SourceMap,
    same: &'a [Option<usize>],
    /// Files beside the templates, before and after.
    assets: [Vec<Asset>; 2],
}

impl Questions<'_> {
    /// The answers before and after.
    fn ask(&self) -> (Vec<EnvironmentFindings>, Vec<EnvironmentFindings>) {
        let [before, after] = &self.assets;
        let new = ask(self.after, self.sources, after, |_| None);
        // The same environment has the same answers.
        let old = ask(self.before, self.sources, before, |i| {
            let same = self.same[i].filter(|_| before == after)?;
            new.get(same).cloned()
        });
        (old, new)
    }
}
