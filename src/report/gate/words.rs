//! What every format of the verdict says in the same words.

use rust_decimal::{Decimal, RoundingStrategy};

use super::GateReport;
use crate::diff::Delta;
use crate::gate::{Check, CheckKind, EnvironmentVerdict, Judged, State};
use crate::model::Address;
use crate::pricing::Usd;
use crate::report::diff::{signed, step};
use crate::report::money;
use crate::rules::{Finding, named};

/// One thing to do on the way to green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The environment.
    pub environment: String,
    /// What stands in the way.
    pub what: String,
    /// Where, as `file:line:column`; empty where nothing in a file shows it.
    pub place: String,
    /// What to do.
    pub ways: Vec<String>,
}

/// What stands in the way of a yes, budgets first, and what to do about each.
pub fn remedies(report: &GateReport<'_>) -> Vec<Remedy> {
    let mut list = Vec::new();
    for (index, verdict) in report.verdict.environments.iter().enumerate() {
        let delta = report.deltas.get(index);
        let environment = verdict.environment.to_string();
        for judged in &verdict.budgets {
            let stands = match judged.state {
                State::Broken => true,
                State::Unknown | State::NotJudged => verdict.unknown.denied,
                State::Holds | State::Warned | State::Overridden => false,
            };
            if stands {
                list.push(Remedy {
                    environment: environment.clone(),
                    what: format!(
                        "budget \"{}\": {}",
                        judged.budget.name,
                        budget_line(judged, report)
                    ),
                    place: judged.budget.place.clone(),
                    ways: ways(judged, delta, report),
                });
            }
        }
        findings(verdict, report, &mut list);
        if verdict.unpriced.refuses() {
            for gap in &verdict.unpriced.counted {
                list.push(Remedy {
                    environment: environment.clone(),
                    what: format!(
                        "no price: {} ({}): {}",
                        gap.address, gap.resource_type, gap.reason
                    ),
                    place: gap
                        .span
                        .map(|s| report.sources.locate(s))
                        .unwrap_or_default(),
                    ways: Vec::new(),
                });
            }
        }
    }
    list
}

fn findings(verdict: &EnvironmentVerdict, report: &GateReport<'_>, list: &mut Vec<Remedy>) {
    let place = |finding: &Finding| {
        finding
            .span
            .map(|s| report.sources.locate(s))
            .unwrap_or_default()
    };
    for finding in verdict
        .faults
        .counted
        .iter()
        .filter(|_| verdict.faults.refuses())
    {
        let fix = named(finding.rule).map(|rule| rule.fix.to_owned());
        list.push(Remedy {
            environment: verdict.environment.to_string(),
            what: format!(
                "{} {}: {}",
                finding.severity.as_str(),
                finding.rule,
                sentence(finding)
            ),
            place: place(finding),
            ways: fix.into_iter().collect(),
        });
    }
    for finding in verdict
        .unknown
        .counted
        .iter()
        .filter(|_| verdict.unknown.refuses())
    {
        list.push(Remedy {
            environment: verdict.environment.to_string(),
            what: format!("not known {}: {}", finding.rule, sentence(finding)),
            place: place(finding),
            ways: Vec::new(),
        });
    }
}

/// Address and message.
fn sentence(finding: &Finding) -> String {
    match finding.address.as_str() {
        "" => finding.message.clone(),
        address => format!("{address}: {}", finding.message),
    }
}

/// What a budget allows and what is, of the limits that matter: the broken ones, else all.
pub fn budget_line(judged: &Judged, report: &GateReport<'_>) -> String {
    let broken = judged.checks.iter().any(|c| c.holds == Some(false));
    let shown = judged
        .checks
        .iter()
        .filter(|c| !broken || c.holds == Some(false));
    let mut parts: Vec<String> = shown.map(|c| check(c, judged, report)).collect();
    if judged.state == State::Overridden
        && let Some(o) = &judged.budget.exception
    {
        parts.push(format!(
            "accepted by {} until {}: {}",
            o.owner, o.until, o.reason
        ));
    }
    if judged.unpriced > 0 && judged.state != State::NotJudged {
        parts.push(format!(
            "{} of it without a price",
            parts_of(judged.unpriced)
        ));
    }
    format!("{} {}", judged.budget.scenario.as_str(), parts.join("; "))
}

fn parts_of(count: usize) -> String {
    if count == 1 {
        "1 part".to_owned()
    } else {
        format!("{count} parts")
    }
}

fn check(check: &Check, judged: &Judged, report: &GateReport<'_>) -> String {
    let currency = report.currency;
    let code = &currency.code;
    let amount = |value: Decimal| money(Usd(value), currency);
    let more = judged
        .base
        .map(|base| judged.head - base)
        .unwrap_or_default();
    match (check.kind, check.holds) {
        (CheckKind::Limit, Some(false)) => format!(
            "{} {code} a month, {} over the limit of {}",
            money(judged.head, currency),
            money(Usd(judged.head.0 - check.allowed), currency),
            amount(check.allowed)
        ),
        (CheckKind::Limit, _) => {
            format!(
                "{} of {} {code} a month",
                money(judged.head, currency),
                amount(check.allowed)
            )
        }
        (CheckKind::Increase, None) => {
            format!(
                "an increase of at most {} {code} cannot be judged without --base",
                amount(check.allowed)
            )
        }
        (CheckKind::Increase, _) => {
            format!(
                "{} {code} a month, at most +{}",
                signed(more, currency),
                amount(check.allowed)
            )
        }
        (CheckKind::Percent, None) => {
            format!(
                "an increase of at most {} % cannot be judged without --base",
                check.allowed.normalize()
            )
        }
        (CheckKind::Percent, _) => {
            let share = match check.actual {
                Some(share) => format!("{} %", percent(share)),
                None if more == Usd::ZERO => "0 %".to_owned(),
                None => "new".to_owned(),
            };
            format!(
                "{} {code} a month is {share}, at most +{} %",
                signed(more, currency),
                check.allowed.normalize()
            )
        }
    }
}

/// With its sign, to one place.
fn percent(share: Decimal) -> String {
    let rounded = share.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    let sign = if rounded > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}", rounded.normalize())
}

/// What to do about a budget: where it went, then the two decisions that there are.
fn ways(judged: &Judged, delta: Option<&Delta>, report: &GateReport<'_>) -> Vec<String> {
    let mut ways: Vec<String> = judged.reasons.clone();
    if !judged.checks.iter().any(|c| c.holds == Some(false)) {
        return ways;
    }
    for (address, amount) in &judged.largest {
        let amount = match report.verdict.compared {
            true => signed(*amount, report.currency),
            false => money(*amount, report.currency),
        };
        let causes = delta.map(|d| causes(d, address)).unwrap_or_default();
        ways.push(format!("{amount} {address}{causes}"));
    }
    let accept = match &judged.budget.exception {
        Some(_) => "give its override a later day",
        None => "accept it for a time with override: { owner, reason, until }",
    };
    ways.push(format!("spend less, raise the budget, or {accept}"));
    ways
}

/// What moved a resource.
fn causes(delta: &Delta, address: &Address) -> String {
    let Some(change) = delta.changes.iter().find(|c| c.address == *address) else {
        return String::new();
    };
    let list: Vec<String> = change.causes.iter().map(step).collect();
    if list.is_empty() {
        String::new()
    } else {
        format!(": {}", list.join(", "))
    }
}
