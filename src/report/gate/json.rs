//! The verdict for programs.

use std::io::{self, Write};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::GateReport;
use super::words::remedies;
use crate::estimate::Unpriced;
use crate::gate::{CheckKind, EnvironmentVerdict, Judged, Pile, Scope};
use crate::pricing::{Currency, Range, Usd};
use crate::report::check::finding;
use crate::report::exact;
use crate::source::SourceMap;

/// For programs: every budget, every finding that counts.
///
/// # Errors
/// Those of the writer.
pub fn json(out: &mut dyn Write, report: &GateReport<'_>) -> io::Result<()> {
    let verdict = report.verdict;
    let settings = verdict.settings;
    let environments: Vec<Value> = verdict
        .environments
        .iter()
        .map(|e| environment(e, report))
        .collect();
    let green: Vec<Value> = remedies(report)
        .into_iter()
        .map(|r| json!({ "environment": r.environment, "what": r.what, "place": r.place, "ways": r.ways }))
        .collect();
    let whole = json!({
        "schema_version": "1", "passes": verdict.passes(), "base": report.base, "currency": report.currency.code,
        "settings": {
            "fail_on": settings.fail_on.as_str(), "count": settings.count.as_str(),
            "deny_unknown": settings.deny_unknown, "deny_unpriced": settings.deny_unpriced,
        },
        "environments": environments,
        "unused_budgets": verdict.unused.iter().map(|(name, place)| json!({ "name": name, "place": place })).collect::<Vec<_>>(),
        "to_green": green,
    });
    serde_json::to_writer_pretty(&mut *out, &whole).map_err(io::Error::from)?;
    writeln!(out)
}

fn amounts(range: Range<Usd>, currency: &Currency) -> Value {
    let text = |amount: Usd| exact(currency.convert(amount));
    json!({ "min": text(range.min), "expected": text(range.expected), "max": text(range.max) })
}

fn environment(verdict: &EnvironmentVerdict, report: &GateReport<'_>) -> Value {
    let currency = report.currency;
    let findings = |pile: &Pile<crate::rules::Finding>| {
        let counted: Vec<Value> = pile
            .counted
            .iter()
            .map(|f| finding(f, report.sources))
            .collect();
        json!({ "counted": counted, "before": pile.before, "denied": pile.denied })
    };
    let old = report.base_sources.unwrap_or(report.sources);
    json!({
        "environment": verdict.environment, "passes": verdict.passes(),
        "base": verdict.base.map(|b| amounts(b, currency)), "head": amounts(verdict.head, currency),
        "budgets": verdict.budgets.iter().map(|b| budget(b, currency)).collect::<Vec<_>>(),
        "faults": findings(&verdict.faults),
        "unknown": findings(&verdict.unknown),
        "unpriced": {
            "counted": verdict.unpriced.counted.iter().map(|u| unpriced(u, report.sources)).collect::<Vec<_>>(),
            "before": verdict.unpriced.before, "denied": verdict.unpriced.denied,
        },
        "findings": {
            "new": verdict.new.iter().map(|f| finding(f, report.sources)).collect::<Vec<_>>(),
            "fixed": verdict.fixed.iter().map(|f| finding(f, old)).collect::<Vec<_>>(),
        },
    })
}

fn unpriced(gap: &Unpriced, sources: &SourceMap) -> Value {
    let place = gap
        .span
        .map(|s| (sources.path(s), sources.position(s).line));
    json!({
        "address": gap.address, "type": gap.resource_type, "reason": gap.reason,
        "file": place.as_ref().map(|(file, _)| file), "line": place.as_ref().map(|(_, line)| line),
    })
}

fn budget(judged: &Judged, currency: &Currency) -> Value {
    let budget = &judged.budget;
    let amount = |value: Usd| exact(currency.convert(value));
    let scope = match &budget.scope {
        Scope::Environment => json!({}),
        Scope::Service(code) => json!({ "service": code }),
        Scope::Resource(address) => json!({ "resource": address }),
        Scope::Tag(key, value) => json!({ "tag": { key: value } }),
    };
    let checks: Vec<Value> = judged
        .checks
        .iter()
        .map(|check| {
            // Percentages are no money.
            let text = |value: Decimal| match check.kind {
                CheckKind::Percent => exact(value),
                CheckKind::Limit | CheckKind::Increase => amount(Usd(value)),
            };
            json!({ "kind": check.kind.as_str(), "allowed": text(check.allowed), "actual": check.actual.map(text), "holds": check.holds })
        })
        .collect();
    let exception = budget
        .exception
        .as_ref()
        .map(|o| json!({ "owner": o.owner, "reason": o.reason, "until": o.until.to_string() }));
    let largest: Vec<Value> = judged
        .largest
        .iter()
        .map(|(a, v)| json!({ "address": a, "amount": amount(*v) }))
        .collect();
    json!({
        "name": budget.name, "place": budget.place, "scope": scope, "scenario": budget.scenario.as_str(),
        "state": judged.state.as_str(), "base": judged.base.map(amount), "head": amount(judged.head),
        "checks": checks, "override": exception, "reasons": judged.reasons, "unpriced": judged.unpriced, "largest": largest,
    })
}
