//! `isms-cost check`.

use std::io::Write;
use std::path::Path;

use super::args::{CheckArgs, CheckFormat, GraphLanguage};
use super::judge::judge;
use super::run::{Priced, evaluate};
use super::{CallError, Error, Outcome, Plan};
use crate::policy::Baseline;
use crate::reach::{Graph, View};
use crate::report::{check as report, graph};
use crate::rules::{EnvironmentFindings, Status};
use crate::source::write_whole;

pub(super) fn run(
    args: &CheckArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let mut plan = Plan::new(&args.input)?;
    if let Some(baseline) = &args.baseline {
        let here = std::env::current_dir()?;
        plan.policy.baseline = Some(here.join(baseline).display().to_string());
    }
    if !args.guard.is_empty() {
        let here = std::env::current_dir()?;
        let files = args
            .guard
            .iter()
            .map(|file| here.join(file).display().to_string());
        plan.policy.guard = files.collect();
    }
    if args.write_baseline.is_some() {
        plan.policy.baseline = None;
    }
    let evaluated = evaluate(plan);
    if !evaluated.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    if let Some(language) = args.graph {
        return draw(language, &evaluated, out);
    }
    let results = judge(&evaluated)?;
    if !evaluated.plan.complete {
        writeln!(
            err,
            "note: environments are compared with each other only where none is left out; leave --env out for that"
        )?;
    }
    if let Some(file) = &args.write_baseline {
        return write_baseline(file, &results, &evaluated, err);
    }
    match args.format {
        CheckFormat::Table => report::table(out, &results, &evaluated.sources)?,
        CheckFormat::Json => report::json(out, &results, &evaluated.sources)?,
        CheckFormat::Markdown => report::markdown(out, &results, &evaluated.sources)?,
        CheckFormat::Github => report::github(out, &results, &evaluated.sources)?,
        CheckFormat::Junit => report::junit(out, &results, &evaluated.sources)?,
        CheckFormat::Sarif => {
            let root = evaluated.plan.environments.first();
            let anchor = root
                .map(|(inputs, _)| inputs.template.as_str())
                .unwrap_or_default();
            report::sarif(out, &results, &evaluated.sources, anchor)?;
        }
    }
    let threshold = args.fail_on.into();
    let refused = results
        .iter()
        .flat_map(|r| &r.findings)
        .any(|f| match f.status {
            Status::Fail => f.severity >= threshold,
            Status::Unknown => args.deny_unknown,
            Status::Pass | Status::Waived => false,
        });
    Ok(if refused {
        Outcome::Refused
    } else {
        Outcome::Fine
    })
}

/// The network of each environment.
fn draw(
    language: GraphLanguage,
    evaluated: &Priced,
    out: &mut dyn Write,
) -> Result<Outcome, Error> {
    let views: Vec<(&str, View)> = evaluated
        .deployments
        .iter()
        .map(|d| (&*d.environment, Graph::new(d).view()))
        .collect();
    match language {
        GraphLanguage::Mermaid => graph::mermaid(out, &views)?,
        GraphLanguage::Dot => graph::dot(out, &views)?,
    }
    Ok(Outcome::Fine)
}

/// Every open fault of this run becomes accepted.
fn write_baseline(
    file: &Path,
    results: &[EnvironmentFindings],
    evaluated: &Priced,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    if !evaluated.plan.complete {
        let message = "a baseline is of all environments: leave --env out".to_owned();
        return Err(CallError(message).into());
    }
    let baseline = Baseline::of(results, &evaluated.plan.today.to_string());
    write_whole(file, baseline.print().as_bytes())?;
    writeln!(
        err,
        "{}: {} faults accepted; a new one still fails",
        file.display(),
        baseline.len()
    )?;
    Ok(Outcome::Fine)
}
