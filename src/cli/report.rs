//! `isms-cost report`.

use std::io::{self, Write};
use std::path::Path;

use super::args::{GateRules, ReportArgs};
use super::gate::{Gated, judged};
use super::run::Priced;
use super::{Error, Outcome, Plan};
use crate::report::export::{bcm, focus};
use crate::report::html::{self, Page};
use crate::report::{check, diff, estimate_csv, estimate_json, gate};
use crate::rules::EnvironmentFindings;
use crate::source::write_whole;

/// The data files, in the order in which the page names them.
const FILES: [(&str, &str); 7] = [
    ("estimate.json", "every line of the estimate, for programs"),
    ("estimate.csv", "the same as rows"),
    ("findings.json", "what the rules say, passes included"),
    ("gate.json", "the gate's verdict over budgets and findings"),
    ("diff.json", "what changed"),
    (
        "focus-1.2.csv",
        "the forecast of the next month as FOCUS 1.2 has charges",
    ),
    (
        "bcm-pricing-calculator.json",
        "rows for AWS's Pricing Calculator",
    ),
];
const PAGE: &str = "report.html";

pub(super) fn run(args: &ReportArgs, err: &mut dyn Write) -> Result<Outcome, Error> {
    let priced = Priced::new(Plan::new(&args.input)?);
    if !priced.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let base = args.base.as_deref();
    let Some(gated) = judged(&priced, base, &GateRules::default(), err)? else {
        return Ok(Outcome::WrongInput);
    };
    let files = files(&priced, &gated.findings, &gated, base)?;
    std::fs::create_dir_all(&args.out).map_err(|e| named(&args.out, e))?;
    for (name, bytes) in &files {
        write_whole(&args.out.join(name), bytes)?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    writeln!(err, "wrote {} in {}", names.join(", "), args.out.display())?;
    Ok(Outcome::Fine)
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Everything is made before anything is written; the page, which names the others, comes last.
fn files(
    priced: &Priced,
    findings: &[EnvironmentFindings],
    gated: &Gated,
    base: Option<&str>,
) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    let report = priced.report();
    let changes = base.map(|base| (base, gated.deltas.as_slice()));
    let verdict = gated.report(priced, base);
    let listed: Vec<(&str, &str)> = FILES
        .into_iter()
        .filter(|(name, _)| *name != "diff.json" || changes.is_some())
        .collect();
    let mut files = Vec::new();
    for (name, _) in &listed {
        let mut bytes = Vec::new();
        match *name {
            "estimate.json" => estimate_json::write(&mut bytes, &report)?,
            "estimate.csv" => estimate_csv::write(&mut bytes, &report)?,
            "findings.json" => check::json(&mut bytes, findings, &priced.sources)?,
            "gate.json" => gate::json(&mut bytes, &verdict)?,
            "focus-1.2.csv" => {
                focus::write(
                    &mut bytes,
                    &priced.estimates,
                    &priced.deployments,
                    priced.plan.today,
                )?;
            }
            "bcm-pricing-calculator.json" => {
                bcm::write(&mut bytes, &priced.estimates, &priced.deployments)?;
            }
            _ => diff::json(
                &mut bytes,
                changes.map_or(&[], |c| c.1),
                &priced.plan.currency,
                &priced.sources,
            )?,
        }
        files.push((*name, bytes));
    }
    let swings = priced.swings();
    let mut bytes = Vec::new();
    let page = Page {
        estimate: report,
        usages: &priced.usages,
        swings: &swings,
        findings: Some(findings),
        gate: Some(verdict),
        deployments: &priced.deployments,
        changes,
        files: &listed,
        today: priced.plan.today,
    };
    html::write(&mut bytes, &page)?;
    files.push((PAGE, bytes));
    Ok(files)
}
