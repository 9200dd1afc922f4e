//! `isms-cost estimate`.

use std::io::Write;

use super::args::{EstimateArgs, Format};
use super::run::Priced;
use super::{Error, Outcome, Plan, width};
use crate::report::html::{self, Page};
use crate::report::{estimate_csv, estimate_json, estimate_markdown, estimate_table};

pub(super) fn run(
    args: &EstimateArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let priced = Priced::new(Plan::new(&args.input)?);
    if !priced.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let report = priced.report();
    match (args.format, report.estimates) {
        (Format::Table, [one]) => estimate_table::one(out, &report, one, args.explain, width())?,
        (Format::Table, many) if args.explain => {
            for (i, one) in many.iter().enumerate() {
                if i > 0 {
                    writeln!(out)?;
                }
                estimate_table::one(out, &report, one, true, width())?;
            }
        }
        (Format::Table, _) => estimate_table::several(out, &report, width())?,
        (Format::Json, _) => estimate_json::write(out, &report)?,
        (Format::Markdown, _) => estimate_markdown::write(out, &report)?,
        (Format::Csv, _) => estimate_csv::write(out, &report)?,
        (Format::Html, _) => {
            let page = Page {
                estimate: report,
                usages: &priced.usages,
                swings: &priced.swings(),
                findings: None,
                gate: None,
                deployments: &[],
                changes: None,
                files: &[],
                today: priced.plan.today,
            };
            html::write(out, &page)?;
        }
    }
    Ok(Outcome::Fine)
}
