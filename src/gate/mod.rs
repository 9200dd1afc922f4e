//! One verdict over budgets, findings, what is not known and what is not priced. Pure.

mod budget;
mod scope;

pub use budget::{Budget, Level, Override, Percent, Scenario, Scope};

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use time::Date;

use crate::diff::{Compared, Moves, compare};
use crate::estimate::{Estimate, Unpriced};
use crate::model::{Address, Deployment};
use crate::pricing::{Range, Usd};
use crate::rules::{Finding, Severity, Status};
use scope::{Measured, measure};

/// What the gate says no to, besides budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The least severity of a fault that counts.
    pub fail_on: Severity,
    /// Which findings, unknowns and gaps count.
    pub count: Count,
    /// Whether something not known counts.
    pub deny_unknown: bool,
    /// Whether something without a price counts.
    pub deny_unpriced: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            fail_on: Severity::High,
            count: Count::New,
            deny_unknown: false,
            deny_unpriced: false,
        }
    }
}

/// Which findings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Those that the change brings; without a base all.
    New,
    /// All.
    All,
}

impl Count {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            Count::New => "new",
            Count::All => "all",
        }
    }
}

/// One environment before or after a change.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Its resources, for tags; `None` where it was not there.
    pub deployment: Option<&'a Deployment>,
    /// Its estimate.
    pub estimate: &'a Estimate,
    /// Before the change: which of its addresses is which after it. `None` where none has another.
    pub moves: Option<&'a Moves>,
    /// Its findings.
    pub findings: &'a [Finding],
}

impl Side<'_> {
    /// An address as it is after the change.
    fn now<'s>(&'s self, address: &'s Address) -> &'s Address {
        self.moves.map_or(address, |moves| moves.after(address))
    }
}

/// What the gate judges: one environment.
#[derive(Clone, Copy, Debug)]
pub struct Compare<'a> {
    /// Before; `None` where there is nothing to compare with.
    pub base: Option<Side<'a>>,
    /// After.
    pub head: Side<'a>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// How it was judged.
    pub settings: Settings,
    /// Whether there was a base.
    pub compared: bool,
    /// By environment.
    pub environments: Vec<EnvironmentVerdict>,
    /// Budgets that count nothing anywhere, by name and place.
    pub unused: Vec<(String, String)>,
}

/// One environment's part.
#[derive(Clone, Debug)]
pub struct EnvironmentVerdict {
    /// The environment.
    pub environment: Arc<str>,
    /// Before, a month.
    pub base: Option<Range<Usd>>,
    /// After, a month.
    pub head: Range<Usd>,
    /// Its budgets, in the order of the configuration.
    pub budgets: Vec<Judged>,
    /// Faults at or above the threshold.
    pub faults: Pile<Finding>,
    /// Findings without an answer.
    pub unknown: Pile<Finding>,
    /// What has no price.
    pub unpriced: Pile<Unpriced>,
    /// All open findings that the change brings, of any severity; without a base none.
    pub new: Vec<Finding>,
    /// Faults that the change takes away.
    pub fixed: Vec<Finding>,
}

/// What counts, and how much more there is that was there before.
#[derive(Clone, Debug)]
pub struct Pile<T> {
    /// What counts.
    pub counted: Vec<T>,
    /// How many were there before and do not count.
    pub before: usize,
    /// Whether what counts makes the gate say no.
    pub denied: bool,
}

impl<T> Pile<T> {
    /// Whether the gate says no because of it.
    pub fn refuses(&self) -> bool {
        self.denied && !self.counted.is_empty()
    }
}

/// One budget in one environment.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The budget.
    pub budget: Budget,
    /// The answer.
    pub state: State,
    /// Before, a month, in the budget's scenario.
    pub base: Option<Usd>,
    /// After.
    pub head: Usd,
    /// Each of its limits.
    pub checks: Vec<Check>,
    /// Why it is not known, not judged, or counts although it has an override.
    pub reasons: Vec<String>,
    /// How many parts of it have no price.
    pub unpriced: usize,
    /// What is largest in it (where a limit is broken), or grew most, largest first; three at most.
    pub largest: Vec<(Address, Usd)>,
}

/// The answer of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is broken.
    Holds,
    /// Broken, and the gate says no.
    Broken,
    /// Broken, and its level is `warn`.
    Warned,
    /// Broken, and accepted for a time.
    Overridden,
    /// Part of it is not known.
    Unknown,
    /// There is no base to compare with.
    NotJudged,
}

impl State {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Holds => "holds",
            State::Broken => "broken",
            State::Warned => "warned",
            State::Overridden => "overridden",
            State::Unknown => "unknown",
            State::NotJudged => "not-judged",
        }
    }
}

/// One limit of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub kind: CheckKind,
    /// What is allowed: US dollars a month, or percent.
    pub allowed: Decimal,
    /// What is: the same. `None` for the percentage of a base of nothing, and without a base.
    pub actual: Option<Decimal>,
    /// Whether it holds; `None` without a base.
    pub holds: Option<bool>,
}

/// The kinds of limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// The amount.
    Limit,
    /// After less before.
    Increase,
    /// The same in percent of before.
    Percent,
}

impl CheckKind {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            CheckKind::Limit => "limit",
            CheckKind::Increase => "increase",
            CheckKind::Percent => "percent",
        }
    }
}

impl Verdict {
    /// Whether the gate says yes.
    pub fn passes(&self) -> bool {
        self.environments.iter().all(EnvironmentVerdict::passes)
    }
}

impl EnvironmentVerdict {
    /// Whether nothing in it makes the gate say no.
    pub fn passes(&self) -> bool {
        let refused = |judged: &Judged| match judged.state {
            State::Broken => true,
            State::Unknown | State::NotJudged => self.unknown.denied,
            State::Holds | State::Warned | State::Overridden => false,
        };
        !(self.budgets.iter().any(refused)
            || self.faults.refuses()
            || self.unknown.refuses()
            || self.unpriced.refuses())
    }
}

/// Judges all environments by the budgets and settings. `today` decides which overrides hold.
pub fn judge(
    budgets: &[Budget],
    settings: Settings,
    environments: &[Compare<'_>],
    today: Date,
) -> Verdict {
    let mut used = vec![false; budgets.len()];
    let mut verdicts = Vec::new();
    for pair in environments {
        verdicts.push(environment(budgets, settings, pair, today, &mut used));
    }
    let meant = |budget: &Budget| {
        environments
            .iter()
            .any(|pair| is_for(budget, &pair.head.estimate.environment))
    };
    let unused = budgets
        .iter()
        .zip(&used)
        .filter(|(budget, used)| !**used && meant(budget))
        .map(|(budget, _)| (budget.name.clone(), budget.place.clone()))
        .collect();
    Verdict {
        settings,
        compared: environments.iter().any(|pair| pair.base.is_some()),
        environments: verdicts,
        unused,
    }
}

fn is_for(budget: &Budget, environment: &str) -> bool {
    budget.environments.is_empty() || budget.environments.iter().any(|e| e == environment)
}

fn environment(
    budgets: &[Budget],
    settings: Settings,
    pair: &Compare<'_>,
    today: Date,
    used: &mut [bool],
) -> EnvironmentVerdict {
    let estimate = pair.head.estimate;
    let mut judged = Vec::new();
    for (budget, used) in budgets.iter().zip(used) {
        if !is_for(budget, &estimate.environment) {
            continue;
        }
        let base = pair.base.as_ref().map(|side| measure(&budget.scope, side));
        let head = measure(&budget.scope, &pair.head);
        *used |= !head.is_empty() || base.as_ref().is_some_and(|b| !b.is_empty());
        judged.push(one(budget, base.as_ref(), &head, today));
    }
    let compared = match &pair.base {
        Some(base) => compare(base.findings, pair.head.findings),
        None => Compared {
            old: open(pair.head.findings).collect(),
            ..Compared::default()
        },
    };
    let only_new = settings.count == Count::New && pair.base.is_some();
    let pile = |wanted: &dyn Fn(&Finding) -> bool, denied: bool| {
        let pick = |list: &[&Finding]| -> Vec<Finding> {
            let fits = list.iter().filter(|f| wanted(f));
            fits.map(|f| (*f).clone()).collect()
        };
        let (mut counted, old) = (pick(&compared.new), pick(&compared.old));
        let before = if only_new { old.len() } else { 0 };
        if !only_new {
            counted.extend(old);
        }
        // The worst first; the order of rules and addresses stays within a severity.
        counted.sort_by_key(|f| std::cmp::Reverse(f.severity));
        Pile {
            counted,
            before,
            denied,
        }
    };
    let faults = pile(
        &|f| f.status == Status::Fail && f.severity >= settings.fail_on,
        true,
    );
    let unknown = pile(&|f| f.status == Status::Unknown, settings.deny_unknown);
    let gaps = match &pair.base {
        Some(base) if only_new => new_gaps(base, &estimate.unpriced),
        _ => estimate.unpriced.clone(),
    };
    let copy = |list: &[&Finding]| list.iter().map(|f| (*f).clone()).collect();
    EnvironmentVerdict {
        environment: Arc::clone(&estimate.environment),
        base: pair.base.as_ref().map(|side| side.estimate.monthly()),
        head: estimate.monthly(),
        budgets: judged,
        faults,
        unknown,
        unpriced: Pile {
            before: estimate.unpriced.len() - gaps.len(),
            counted: gaps,
            denied: settings.deny_unpriced,
        },
        new: copy(&compared.new),
        fixed: copy(&compared.fixed),
    }
}

fn open(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings
        .iter()
        .filter(|f| matches!(f.status, Status::Fail | Status::Unknown))
}

/// What has no price after and had one, or was not there, before. Another reason for the same gap is no new gap.
fn new_gaps(base: &Side<'_>, head: &[Unpriced]) -> Vec<Unpriced> {
    let mut left: BTreeMap<&Address, Vec<&str>> = BTreeMap::new();
    for gap in &base.estimate.unpriced {
        let reasons = left.entry(base.now(&gap.address)).or_default();
        reasons.push(&gap.reason);
    }
    let mut rest = Vec::new();
    for gap in head {
        let same = left.get_mut(&gap.address).and_then(|reasons| {
            let at = reasons.iter().position(|r| *r == gap.reason)?;
            Some(reasons.swap_remove(at))
        });
        if same.is_none() {
            rest.push(gap);
        }
    }
    rest.retain(|gap| left.get_mut(&gap.address).and_then(Vec::pop).is_none());
    rest.into_iter().cloned().collect()
}

fn one(budget: &Budget, base: Option<&Measured>, head: &Measured, today: Date) -> Judged {
    let now = budget.scenario.of(head.total);
    let before = base.map(|b| budget.scenario.of(b.total));
    let more = before.map(|b| now - b);
    let mut checks = Vec::new();
    if let Some(limit) = budget.limit {
        checks.push(Check {
            kind: CheckKind::Limit,
            allowed: limit.0,
            actual: Some(now.0),
            holds: Some(now <= limit),
        });
    }
    if let Some(allowed) = budget.increase {
        checks.push(Check {
            kind: CheckKind::Increase,
            allowed: allowed.0,
            actual: more.map(|m| m.0),
            holds: more.map(|m| m <= allowed),
        });
    }
    if let Some(relative) = budget.percent {
        let share = |base: Usd, more: Usd| {
            more.0
                .checked_div(base.0)?
                .checked_mul(Decimal::ONE_HUNDRED)
        };
        let actual = before.zip(more).and_then(|(base, more)| share(base, more));
        // Of a base of nothing every increase is more than any percentage.
        let holds = more.map(|m| {
            m <= relative.floor || m <= Usd::ZERO || actual.is_some_and(|a| a <= relative.percent)
        });
        checks.push(Check {
            kind: CheckKind::Percent,
            allowed: relative.percent,
            actual,
            holds,
        });
    }
    let mut reasons = head.gaps.clone();
    if let Some(base) = base {
        let grew = head
            .unpriced
            .iter()
            .filter(|(a, n)| base.unpriced.get(*a).is_none_or(|before| before < *n));
        reasons.extend(
            grew.map(|(address, _)| match base.parts.contains_key(address) {
                true => format!(
                    "{address} had a price for more than it has now: what is gone is no saving"
                ),
                false => format!("{address} is new, and not all of it has a price"),
            }),
        );
    }
    let broken = checks.iter().any(|c| c.holds == Some(false));
    let unjudged = checks.iter().any(|c| c.holds.is_none());
    let expired = budget.exception.as_ref().filter(|o| o.until < today);
    let mut state = match (broken, budget.level) {
        (true, Level::Fail) => State::Broken,
        (true, Level::Warn) => State::Warned,
        (false, _) if !reasons.is_empty() => State::Unknown,
        (false, _) if unjudged => State::NotJudged,
        (false, _) => State::Holds,
    };
    if broken && budget.exception.is_some() && expired.is_none() {
        state = State::Overridden;
    }
    if let Some(ended) = expired {
        reasons.push(format!(
            "the override of {} ended on {}: the budget counts",
            ended.owner, ended.until
        ));
    }
    Judged {
        budget: budget.clone(),
        state,
        base: before,
        head: now,
        largest: largest(budget, &checks, base, head),
        checks,
        reasons,
        unpriced: head.unpriced.values().sum(),
    }
}

/// Where to look: what is largest if the amount itself is too much, else what grew.
fn largest(
    budget: &Budget,
    checks: &[Check],
    base: Option<&Measured>,
    head: &Measured,
) -> Vec<(Address, Usd)> {
    let grew = |address: &Address, amount: Usd| {
        let before = base.and_then(|b| b.parts.get(address));
        amount - before.map(|r| budget.scenario.of(*r)).unwrap_or_default()
    };
    let amounts = head
        .parts
        .iter()
        .map(|(a, r)| (a.clone(), budget.scenario.of(*r)));
    let growth = amounts.clone().map(|(a, amount)| {
        let more = grew(&a, amount);
        (a, more)
    });
    let mut list: Vec<(Address, Usd)> = growth.filter(|(_, more)| *more > Usd::ZERO).collect();
    let only_limit = checks
        .iter()
        .all(|c| c.kind == CheckKind::Limit || c.holds != Some(false));
    if base.is_none() || (only_limit && list.is_empty()) {
        list = amounts.filter(|(_, amount)| *amount > Usd::ZERO).collect();
    }
    list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list.truncate(3);
    list
}
