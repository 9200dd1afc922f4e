//! `isms-cost gate`.

use std::io::Write;

use super::args::{DiffFormat, GateArgs, GateRules};
use super::base::{Compared, named_moves, start};
use super::judge::judge;
use super::run::Priced;
use super::{Error, Outcome, Plan};
use crate::diff::Delta;
use crate::gate::{self, Compare, Settings, Side, Verdict};
use crate::report::gate::{self as report, GateReport};
use crate::rules::EnvironmentFindings;

pub(super) fn run(
    args: &GateArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let head = Priced::new(Plan::new(&args.input)?);
    if !head.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let Some(judged) = judged(&head, args.base.as_deref(), &args.rules, err)? else {
        return Ok(Outcome::WrongInput);
    };
    let report = judged.report(&head, args.base.as_deref());
    match args.format {
        DiffFormat::Table => report::table(out, &report)?,
        DiffFormat::Json => report::json(out, &report)?,
        DiffFormat::Markdown => report::markdown(out, &report)?,
    }
    Ok(if judged.verdict.passes() {
        Outcome::Fine
    } else {
        Outcome::Refused
    })
}

/// A verdict, and what its report needs besides.
pub(super) struct Gated {
    pub(super) verdict: Verdict,
    pub(super) deltas: Vec<Delta>,
    /// The findings of now.
    pub(super) findings: Vec<EnvironmentFindings>,
}

impl Gated {
    pub(super) fn report<'a>(&'a self, head: &'a Priced, base: Option<&'a str>) -> GateReport<'a> {
        GateReport {
            verdict: &self.verdict,
            deltas: &self.deltas,
            base,
            base_sources: base.map(|_| &*head.sources),
            sources: &head.sources,
            currency: &head.plan.currency,
        }
    }
}

/// The verdict over a plan's environments; `None` where the base is wrong, which has been said.
pub(super) fn judged(
    head: &Priced,
    base: Option<&str>,
    rules: &GateRules,
    err: &mut dyn Write,
) -> Result<Option<Gated>, Error> {
    let plan = &head.plan;
    let moved = named_moves(&rules.moved)?;
    let compared = match base {
        None => None,
        Some(name) => match Compared::new(head, start(name, plan)?, &moved, err)? {
            None => return Ok(None),
            compared => compared,
        },
    };
    let findings = match &compared {
        None => judge(head)?,
        Some(compared) => compared.findings(head)?,
    };
    let all = findings.as_slice();
    let sides = head.deployments.iter().zip(&head.estimates).zip(all);
    let environments: Vec<Compare<'_>> = sides
        .enumerate()
        .map(|(index, ((deployment, estimate), findings))| Compare {
            base: compared.as_ref().and_then(|c| c.side(index, head, all)),
            head: Side {
                deployment: Some(deployment),
                estimate,
                moves: None,
                findings: &findings.findings,
            },
        })
        .collect();
    let mut verdict = gate::judge(
        &plan.budgets,
        settings(plan.gate, rules),
        &environments,
        plan.today,
    );
    if !plan.complete {
        // An environment that is not looked at may have what a budget counts.
        verdict.unused.clear();
    }
    Ok(Some(Gated {
        verdict,
        deltas: compared.map(|c| c.deltas).unwrap_or_default(),
        findings,
    }))
}

/// The configuration's settings with the call's over them.
fn settings(configured: Settings, rules: &GateRules) -> Settings {
    Settings {
        fail_on: rules.fail_on.map_or(configured.fail_on, Into::into),
        count: rules.count.map_or(configured.count, Into::into),
        deny_unknown: configured.deny_unknown || rules.deny_unknown,
        deny_unpriced: configured.deny_unpriced || rules.deny_unpriced,
    }
}
