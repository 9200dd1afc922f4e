//! `isms-cost check`.

use std::io::Write;

use super::args::{CheckArgs, CheckFormat};
use super::run::evaluate;
use super::{Error, Outcome, Plan};
use crate::report::check as report;
use crate::rules::{self, Asset, EnvironmentFindings, Status};

pub(super) fn run(
    args: &CheckArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let plan = Plan::new(&args.input)?;
    let assets = assets(&plan);
    let evaluated = evaluate(plan);
    if !evaluated.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let results: Vec<EnvironmentFindings> = evaluated
        .deployments
        .iter()
        .map(|d| rules::check(d, &evaluated.sources, &assets))
        .collect();
    match args.format {
        CheckFormat::Table => report::table(out, &results, &evaluated.sources)?,
        CheckFormat::Json => report::json(out, &results, &evaluated.sources)?,
        CheckFormat::Markdown => report::markdown(out, &results, &evaluated.sources)?,
        CheckFormat::Github => report::github(out, &results, &evaluated.sources)?,
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
