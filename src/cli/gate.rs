//! `isms-cost gate`.

use std::io::Write;

use super::args::{DiffFormat, GateArgs, GateRules};
use super::base::Base;
use super::diff::deltas;
use super::judge::judge;
use super::run::Priced;
use super::{Error, Outcome, Plan};
use crate::diff::Delta;
use crate::gate::{self, Compare, Settings, Side, Verdict};
use crate::report::gate::{self as report, GateReport};

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
    pub(super) base: Option<Base>,
}

impl Gated {
    pub(super) fn report<'a>(&'a self, head: &'a Priced, base: Option<&'a str>) -> GateReport<'a> {
        GateReport {
            verdict: &self.verdict,
            deltas: &self.deltas,
            base,
            base_sources: self.base.as_ref().map(|b| &b.sources),
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
    let findings = judge(head)?;
    let (base, deltas) = match base {
        None => (None, Vec::new()),
        Some(name) => {
            let Some(base) = Base::new(head, name, err)? else {
                return Ok(None);
            };
            let Some(deltas) = deltas(head, name, err)? else {
                return Ok(None);
            };
            (Some(base), deltas)
        }
    };
    let sides = head.deployments.iter().zip(&head.estimates).zip(&findings);
    let environments: Vec<Compare<'_>> = sides
        .enumerate()
        .map(|(index, ((deployment, estimate), findings))| Compare {
            base: base.as_ref().and_then(|b| b.side(index)),
            head: Side {
                deployment: Some(deployment),
                estimate,
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
        deltas,
        base,
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
