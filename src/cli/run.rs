//! What every command that takes environments does first: evaluate and price them.

use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

use super::Plan;
use crate::diag::Diagnostics;
use crate::estimate::{Context, Estimate, Swing, estimate_some, sensitivity};
use crate::model::{Address, Deployment};
use crate::pricing::staleness;
use crate::report::{self, EstimateReport};
use crate::resolve::{Evaluator, Files};
use crate::source::SourceMap;
use crate::usage::{self, Usage};

/// The evaluated and priced environments of a plan.
pub(super) struct Priced {
    pub(super) plan: Plan,
    pub(super) sources: Arc<SourceMap>,
    pub(super) diagnostics: Diagnostics,
    pub(super) deployments: Vec<Deployment>,
    pub(super) estimates: Vec<Estimate>,
    /// What was read.
    pub(super) files: Rc<Files>,
    /// The usage that each environment was priced with.
    pub(super) usages: Vec<Usage>,
}

/// Evaluates the environments of a plan and prices nothing. What is wrong in the files is in `diagnostics`.
pub(super) fn evaluate(plan: Plan) -> Priced {
    let sources = Arc::new(SourceMap::default());
    let mut diagnostics = Diagnostics::default();
    let evaluator = Evaluator::new(&sources, &plan.tree);
    let inputs = plan.environments.iter().map(|(inputs, _)| inputs);
    let deployments = inputs
        .filter_map(|inputs| evaluator.evaluate(inputs, &mut diagnostics))
        .collect();
    let files = evaluator.files();
    Priced {
        plan,
        sources,
        diagnostics,
        deployments,
        estimates: Vec::new(),
        files,
        usages: Vec::new(),
    }
}

/// Prices the wanted resources of a deployment with a plan's prices.
pub(super) fn estimate_with(
    plan: &Plan,
    deployment: &Deployment,
    usage: &Usage,
    wanted: &dyn Fn(&Address) -> bool,
) -> Estimate {
    let context = Context {
        deployment,
        book: &plan.book,
        usage,
        free_tier: plan.free_tier,
    };
    estimate_some(&context, wanted)
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
            ..
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
            estimates.push(estimate_with(plan, deployment, &usage, &|_| true));
            if sharing.len() == 1 {
                usage.unused(&sharing, diagnostics);
            }
            usages.push(usage);
        }
    }

    /// What usage moves, for each environment.
    pub(super) fn swings(&self) -> Vec<Vec<Swing>> {
        let plan = &self.plan;
        let environments = self.deployments.iter().zip(&self.usages);
        environments
            .map(|(deployment, usage)| {
                sensitivity(&Context {
                    deployment,
                    book: &plan.book,
                    usage,
                    free_tier: plan.free_tier,
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

pub(super) fn read_usage(
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
