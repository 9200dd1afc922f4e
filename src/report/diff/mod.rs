//! Differences for people and programs.

mod json;
mod markdown;
mod table;

pub use json::json;
pub use markdown::markdown;
pub use table::table;

use rust_decimal::Decimal;

use super::money;
use crate::diff::{Cause, Change, Delta, Kind};
use crate::pricing::{Currency, Range, Usd};

/// An amount with its sign.
pub(super) fn signed(amount: Usd, currency: &Currency) -> String {
    let text = money(amount, currency);
    if amount > Usd::ZERO {
        format!("+{text}")
    } else {
        text
    }
}

/// Percent of the base; a base of nothing has none.
pub(crate) fn percent(base: Usd, delta: Usd) -> String {
    if delta == Usd::ZERO {
        "0 %".to_owned()
    } else if base == Usd::ZERO {
        "new".to_owned()
    } else {
        let share = delta.0.checked_div(base.0).unwrap_or_default();
        let share = share.saturating_mul(Decimal::ONE_HUNDRED).round_dp(1);
        format!("{}{share} %", if share > Decimal::ZERO { "+" } else { "" })
    }
}

/// What is known of a change's amount: what lost its price is no saving.
pub(super) fn amount(change: &Change, currency: &Currency) -> String {
    if change.newly_unpriced.is_empty() {
        return signed(change.comparable().expected, currency);
    }
    match change.comparable().expected {
        known if known == Usd::ZERO => "not known".to_owned(),
        known => format!("{} + ?", signed(known, currency)),
    }
}

/// What moved it; without amounts where a price was lost on the way.
fn moved(cause: &Cause, change: &Change, currency: &Currency) -> String {
    if change.newly_unpriced.is_empty() && change.newly_priced.is_empty() {
        let amount = signed(cause.delta.expected, currency);
        format!("{} ({amount})", step(cause))
    } else {
        step(cause)
    }
}

/// What is to be said of a change, and what moved it, in one line.
pub(super) fn cause(change: &Change, currency: &Currency) -> String {
    let causes = change.causes.iter().map(|c| moved(c, change, currency));
    let all: Vec<String> = remarks(change, currency)
        .into_iter()
        .chain(causes)
        .collect();
    all.join("; ")
}

/// A cause without its amount.
pub(super) fn step(cause: &Cause) -> String {
    match (cause.from.as_str(), cause.to.as_str()) {
        ("", "") => cause.what.clone(),
        (from, to) => format!("{} {} → {}", cause.what, or_none(from), or_none(to)),
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "(none)" } else { text }
}

/// What is to be said of a change beside its amount and causes.
fn remarks(change: &Change, currency: &Currency) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(old) = &change.renamed_from {
        let what = if old.stack() == change.address.stack() {
            "renamed from"
        } else {
            "moved from"
        };
        all.push(format!(
            "{what} {old}: CloudFormation makes a new one and deletes the old"
        ));
    }
    let lost: Range<Usd> = lost(change).map(|l| l.base).sum();
    for reason in &change.newly_unpriced {
        all.push(format!("newly unpriced: {reason}"));
    }
    if lost != Range::default() {
        let was = money(lost.expected, currency);
        all.push(format!(
            "{was} before is no longer in the total; it is no saving"
        ));
    }
    for reason in &change.newly_priced {
        all.push(format!("priced now; before: {reason}"));
    }
    all
}

/// Line items of a resource that stays that lost their price.
fn lost(change: &Change) -> impl Iterator<Item = &crate::diff::LineChange> {
    let is_lost = change.kind == Kind::Changed && !change.newly_unpriced.is_empty();
    let lines = change.lines.iter();
    lines.filter(move |l| is_lost && l.kind == Kind::Removed)
}

/// What happened to an environment as a whole.
fn whole(delta: &Delta) -> &'static str {
    match delta.kind {
        Kind::Added => " (new environment)",
        Kind::Removed => " (environment removed)",
        Kind::Changed => "",
    }
}
