//! What every command that takes environments does first: evaluate and price them.

use std::io::{self, Write};

use super::Plan;
use crate::diag::Diagnostics;
use crate::estimate::{Context, Estimate, Swing, estimate, sensitivity};
use crate::model::Deployment;
use crate::pricing::staleness;
use crate::report::{self, EstimateReport};
use crate::resolve::{Evaluator, Inputs};
use crate::source::{FileTree, SourceMap};
use crate::usage::{self, Usage};

/// The evaluated and priced environments of a plan.
pub(super) struct Priced {
    pub(super) plan: Plan,
    pub(super) sources: SourceMap,
    pub(super) diagnostics: Diagnostics,
    pub(super) deployments: Vec<Deployment>,
    pub(super) estimates: Vec<Estimate>,
    /// The usage that each estimate was made with.
    pub(super) usages: Vec<Usage>,
}

/// Evaluates the environments of a plan and prices nothing. What is wrong in the files is in `diagnostics`.
pub(super) fn evaluate(plan: Plan) -> Priced {
    let sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let evaluator = Evaluator::new(&sources, &plan.tree);
    let inputs = plan.environments.iter().map(|(inputs, _)| inputs);
    let deployments = inputs
        .filter_map(|inputs| evaluator.evaluate(inputs, &mut diagnostics))
        .collect();
    Priced {
        plan,
        sources,
        diagnostics,
        deployments,
        estimates: Vec::new(),
        usages: Vec::new(),
    }
}

/// Evaluates one environment over other files.
pub(super) fn evaluate_tree(
    tree: &FileTree,
    inputs: &Inputs,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<Deployment> {
    Evaluator::new(sources, tree).evaluate(inputs, diagnostics)
}

/// Prices a deployment with a plan's prices and usage. What the usage file says of resources that are not there is
/// not a fault of the other side.
pub(super) fn estimate_with(plan: &Plan, deployment: &Deployment, usage: Option<&str>) -> Estimate {
    let (sources, mut ignored) = (SourceMap::default(), Diagnostics::default());
    let usage = usage
        .and_then(|path| read_usage(path, plan, &sources, &[deployment], &mut ignored))
        .unwrap_or_default();
    estimate(&Context {
        deployment,
        book: &plan.book,
        usage: &usage,
        free_tier: plan.free_tier,
    })
}

impl Priced {
    /// Evaluates and prices.
    pub(super) fn new(plan: Plan) -> Priced {
        let mut priced = evaluate(plan);
        if !priced.diagnostics.has_errors() {
            priced.price();
        }
        priced
    }

    fn price(&mut self) {
        let Priced {
            plan,
            sources,
            diagnostics,
            deployments,
            estimates,
            usages,
        } = self;
        let usage_files: Vec<Option<&str>> = plan
            .environments
            .iter()
            .map(|(_, usage)| usage.as_deref())
            .collect();
        for (deployment, path) in deployments.iter().zip(&usage_files) {
            // Environments may share a usage file: an address counts as known if any of them has it.
            let sharing: Vec<&Deployment> = deployments
                .iter()
                .zip(&usage_files)
                .filter(|(_, p)| *p == path)
                .map(|(d, _)| d)
                .collect();
            let usage = path
                .and_then(|path| read_usage(path, plan, sources, &sharing, diagnostics))
                .unwrap_or_default();
            let context = Context {
                deployment,
                book: &plan.book,
                usage: &usage,
                free_tier: plan.free_tier,
            };
            estimates.push(estimate(&context));
            if sharing.len() == 1 {
                usage.unused(&sharing, diagnostics);
            }
            usages.push(usage);
        }
    }

    /// What usage moves, for each environment.
    pub(super) fn swings(&self) -> Vec<Vec<Swing>> {
        let environments = self.deployments.iter().zip(&self.usages);
        environments
            .map(|(deployment, usage)| {
                sensitivity(&Context {
                    deployment,
                    book: &self.plan.book,
                    usage,
                    free_tier: self.plan.free_tier,
                })
            })
            .collect()
    }

    pub(super) fn report(&self) -> EstimateReport<'_> {
        EstimateReport {
            estimates: &self.estimates,
            sources: &self.sources,
            currency: &self.plan.currency,
            book: &self.plan.book,
            free_tier: self.plan.free_tier,
        }
    }

    /// Writes notes, the age of the prices and all diagnostics; the answer is whether the input is fine.
    pub(super) fn tell(&self, err: &mut dyn Write) -> io::Result<bool> {
        for note in &self.plan.notes {
            writeln!(err, "note: {note}")?;
        }
        let mut regions: Vec<&str> = self.estimates.iter().map(|e| &*e.region).collect();
        regions.sort_unstable();
        regions.dedup();
        for region in regions {
            let date = self.plan.book.publication_date(region).unwrap_or_default();
            if let Some(days) = staleness(date, self.plan.today) {
                writeln!(
                    err,
                    "warning: the newest price of {region} is {days} days old ({date}); list prices may have changed"
                )?;
            }
        }
        report::diagnostics::write(err, &self.diagnostics, &self.sources)?;
        Ok(!self.diagnostics.has_errors())
    }
}

fn read_usage(
    path: &str,
    plan: &Plan,
    sources: &SourceMap,
    deployments: &[&Deployment],
    diagnostics: &mut Diagnostics,
) -> Option<Usage> {
    match plan.tree.read(path) {
        Ok(text) => {
            let file = sources.add(path, text.as_str());
            usage::parse(file, &text, deployments, diagnostics)
        }
        Err(error) => {
            diagnostics.push(crate::diag::Diagnostic::general(
                "usage-file",
                format!("usage file {error}"),
            ));
            None
        }
    }
}
