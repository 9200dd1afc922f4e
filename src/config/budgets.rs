//! `budgets` of the configuration.

use rust_decimal::Decimal;

use super::ConfigError;
use super::place::Places;
use super::sections::Section;
use crate::gate::{Budget, Level, Override, Percent, Scenario, Scope};
use crate::policy::parse_date;
use crate::pricing::{Currency, Usd};
use crate::yaml::Node;

const KEYS: [&str; 13] = [
    "name",
    "environment",
    "environments",
    "service",
    "resource",
    "tag",
    "scenario",
    "limit",
    "increase",
    "percent",
    "floor",
    "level",
    "override",
];

/// Reads the budgets; amounts are in the configured currency.
pub(super) fn parse(
    places: &Places,
    environments: &[&str],
    currency: &Currency,
) -> Result<Vec<Budget>, ConfigError> {
    let Some(node) = places.section("budgets") else {
        return Ok(Vec::new());
    };
    let mut section = Section::new(places);
    let mut budgets: Vec<Budget> = Vec::new();
    match node.as_sequence() {
        Some(items) => {
            for item in items {
                let Some(budget) = budget(&mut section, item, places, environments, currency)
                else {
                    continue;
                };
                match budgets.iter().find(|b| b.name == budget.name) {
                    Some(other) => {
                        let message = format!(
                            "there is a budget '{}' already, at {}; give this one another name",
                            budget.name, other.place
                        );
                        section.error(item.span, message);
                    }
                    None => budgets.push(budget),
                }
            }
        }
        None => section.error(
            node.span,
            format!("{} where a list of budgets is expected", node.describe()),
        ),
    }
    section.finish(budgets)
}

fn budget(
    section: &mut Section<'_>,
    node: &Node,
    places: &Places,
    known: &[&str],
    currency: &Currency,
) -> Option<Budget> {
    if !section.keys(node, "a budget", &KEYS) {
        return None;
    }
    let amount = |section: &mut Section<'_>, key: &str| {
        let number = section.number(node.get(key)?, "amount a month")?;
        // Back to dollars: budgets are compared unrounded, as everything is.
        Some(Usd(number.checked_mul(currency.usd_per_unit)?))
    };
    let environments: Vec<String> = ["environment", "environments"]
        .into_iter()
        .filter_map(|key| node.get(key))
        .flat_map(|node| section.environments(node, known))
        .collect();
    let scope = scope(section, node);
    let (limit, increase) = (amount(section, "limit"), amount(section, "increase"));
    let percent = node
        .get("percent")
        .and_then(|n| section.number(n, "percentage"));
    let floor = amount(section, "floor");
    if node.get("floor").is_some() && node.get("percent").is_none() {
        section.error(
            node.span,
            "floor is of percent, which this budget does not have; add percent, or write increase",
        );
    }
    if !["limit", "increase", "percent"]
        .iter()
        .any(|key| node.get(key).is_some())
    {
        section.error(
            node.span,
            "the budget limits nothing; add limit (an amount), increase (an amount) or percent",
        );
    }
    let scenario = node.get("scenario").and_then(|n| {
        let words = [("expected", Scenario::Expected), ("max", Scenario::Max)];
        section.word(n, "scenario", &words)
    });
    let level = node
        .get("level")
        .and_then(|n| section.word(n, "level", &[("fail", Level::Fail), ("warn", Level::Warn)]));
    let exception = node.get("override").and_then(|n| exception(section, n));
    let scope = scope?;
    let scenario = scenario.unwrap_or(Scenario::Expected);
    let name = match node.get("name") {
        Some(name) => section.text(name, "name")?,
        None => named(&environments, &scope, scenario, limit.is_some()),
    };
    Some(Budget {
        name,
        environments,
        scope,
        scenario,
        limit,
        increase,
        percent: percent.map(|percent| Percent {
            percent,
            floor: floor.unwrap_or(Usd(Decimal::ZERO)),
        }),
        level: level.unwrap_or(Level::Fail),
        exception,
        place: places.at(node.span),
    })
}

/// The name of a budget without one: what it is for.
fn named(environments: &[String], scope: &Scope, scenario: Scenario, limit: bool) -> String {
    let place = match environments {
        [] => "every environment".to_owned(),
        some => some.join(", "),
    };
    let what = if limit { "" } else { " increase" };
    format!("{place}: {}, {}{what}", scope.describe(), scenario.as_str())
}

/// At most one of `service`, `resource` and `tag`.
fn scope(section: &mut Section<'_>, node: &Node) -> Option<Scope> {
    let given: Vec<&str> = ["service", "resource", "tag"]
        .into_iter()
        .filter(|key| node.get(key).is_some())
        .collect();
    let [key] = given.as_slice() else {
        if given.is_empty() {
            return Some(Scope::Environment);
        }
        let message = format!(
            "a budget counts one thing, and this has {}; make a budget of each",
            given.join(" and ")
        );
        section.error(node.span, message);
        return None;
    };
    let value = node.get(key)?;
    match *key {
        "service" => section.text(value, "service code").map(Scope::Service),
        "resource" => {
            let address = section.text(value, "address")?;
            Some(Scope::Resource(address.trim_end_matches('/').to_owned()))
        }
        _ => match value.as_mapping() {
            Some([pair]) => {
                let value = section.text(&pair.value, "tag value")?;
                Some(Scope::Tag(pair.key.to_string(), value))
            }
            _ => {
                let message = format!(
                    "{} is no tag; write tag: {{ KEY: VALUE }}",
                    value.describe()
                );
                section.error(value.span, message);
                None
            }
        },
    }
}

/// Owner, reason and last day, all three.
fn exception(section: &mut Section<'_>, node: &Node) -> Option<Override> {
    let keys = ["owner", "reason", "until"];
    if !section.keys(node, "an override", &keys) {
        return None;
    }
    for key in keys.iter().filter(|key| node.get(key).is_none()) {
        section.error(
            node.span,
            format!("the override has no {key}; it needs owner, reason and until"),
        );
    }
    let owner = node.get("owner").and_then(|n| section.text(n, "owner"));
    let reason = node.get("reason").and_then(|n| section.text(n, "reason"));
    let until = node.get("until").and_then(|n| {
        let date = n.as_text().and_then(|t| parse_date(t));
        if date.is_none() {
            section.error(
                n.span,
                format!("{} is no date; write YYYY-MM-DD", n.describe()),
            );
        }
        date
    });
    Some(Override {
        owner: owner?,
        reason: reason?,
        until: until?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::parse;
    use crate::gate::{Count, Level, Scenario, Scope};
    use crate::rules::Severity;

    const HEAD: &str = "version: 1\ntemplate: t\ncurrency: GBP\nfx: {GBP: {usd_per_unit: '1.25', date: '2026-10-30', source: s}}\nenvironments: {staging: {}, production: {}}\n";

    fn wrong(text: &str) -> String {
        let all = parse("c", &format!("{HEAD}{text}"), PathBuf::new());
        all.expect_err("wrong").to_string()
    }

    #[test]
    fn reads_budgets_and_the_gate() {
        let text = "budgets:\n  - {name: all, environment: production, limit: 700.10, increase: 50, percent: 10, floor: 20}\n  - {service: AmazonECS, scenario: max, limit: 80, level: warn}\n  - resource: Database/\n    environments: [staging, production]\n    limit: 1\n    override: {owner: o, reason: r, until: 2027-01-31}\n  - {tag: {CostCentre: platform}, percent: 5}\ngate: {fail_on: medium, count: all, deny_unknown: true}\ncomment: {threshold: 2, key: k}\n";
        let config = parse("c", &format!("{HEAD}{text}"), PathBuf::new()).expect("right");
        let [all, service, resource, tag] = config.budgets.as_slice() else {
            panic!("{:?}", config.budgets);
        };
        // 700.10 GBP × 1.25 = 875.125 USD, 20 × 1.25 = 25.
        let limit = all.limit.map(|l| l.0.to_string());
        assert_eq!(limit.as_deref(), Some("875.1250"));
        assert_eq!(
            all.percent.map(|p| p.floor.0.to_string()),
            Some("25.00".to_owned())
        );
        assert_eq!(
            (all.environments.as_slice(), all.place.as_str()),
            (["production".to_owned()].as_slice(), "c:7:5")
        );
        assert_eq!(
            (service.scenario, service.level),
            (Scenario::Max, Level::Warn)
        );
        assert_eq!(service.name, "every environment: service AmazonECS, max");
        assert_eq!(resource.scope, Scope::Resource("Database".to_owned()));
        assert_eq!(
            resource.exception.as_ref().map(|o| o.until.to_string()),
            Some("2027-01-31".to_owned())
        );
        assert_eq!(
            tag.scope,
            Scope::Tag("CostCentre".to_owned(), "platform".to_owned())
        );
        assert_eq!(
            (config.gate.fail_on, config.gate.count),
            (Severity::Medium, Count::All)
        );
        // 2 × 1.25 = 2.50.
        assert_eq!(
            config.comment.threshold.map(|t| t.0.to_string()),
            Some("2.50".to_owned())
        );
        assert!(config.gate.deny_unknown && !config.gate.deny_unpriced);
    }

    #[test]
    fn every_fault_has_its_place_and_what_would_be_right() {
        for (text, says) in [
            (
                "budgets:\n  - {limits: 5}\n",
                "c:7:6: a budget has no 'limits'; did you mean limit?\nerror: c:7:5: the budget limits nothing; add limit (an amount), increase (an amount) or percent",
            ),
            (
                "budgets:\n  - {limit: 1,000}\n",
                "c:7:15: a budget has no '000'",
            ),
            (
                "budgets:\n  - {limit: £5}\n",
                "c:7:13: '£5' is no amount a month; write a number from 0 up",
            ),
            (
                "budgets:\n  - {limit: -5}\n",
                "c:7:13: '-5' is no amount a month",
            ),
            (
                "budgets:\n  - {limit: 5, environment: prod}\n",
                "c:7:29: there is no environment 'prod'; there are staging, production",
            ),
            (
                "budgets:\n  - {limit: 5, service: A, tag: {a: b}}\n",
                "c:7:5: a budget counts one thing, and this has service and tag; make a budget of each",
            ),
            (
                "budgets:\n  - {limit: 5, tag: a}\n",
                "c:7:21: 'a' is no tag; write tag: { KEY: VALUE }",
            ),
            (
                "budgets:\n  - {increase: 5, floor: 5}\n",
                "c:7:5: floor is of percent",
            ),
            (
                "budgets:\n  - {limit: 5, scenario: min}\n",
                "c:7:26: 'min' is no scenario; write expected or max",
            ),
            (
                "budgets:\n  - {limit: 5, override: {owner: o, reason: r}}\n",
                "c:7:26: the override has no until; it needs owner, reason and until",
            ),
            (
                "budgets:\n  - {limit: 5, override: {owner: o, reason: '', until: soon}}\n",
                "c:7:45: '' is no reason; write a text\nerror: c:7:56: 'soon' is no date; write YYYY-MM-DD",
            ),
            (
                "budgets:\n  - {limit: 5}\n  - {limit: 6}\n",
                "c:8:5: there is a budget 'every environment: everything, expected' already, at c:7:5; give this one another name",
            ),
            (
                "budgets: 700\n",
                "c:6:10: '700' where a list of budgets is expected",
            ),
            (
                "gate: {fail_on: hihg}\n",
                "c:6:17: 'hihg' is no severity; write low, medium, high or critical",
            ),
            (
                "comment: {threshold: much, key: a b}\n",
                "c:6:22: 'much' is no amount a month; write a number from 0 up without unit and thousands separators, for example 700 or 49.50\nerror: c:6:33: 'a b' is no key; write letters, digits, - _ and .",
            ),
            (
                "gate: {deny_unknown: maybe, cuont: all}\n",
                "c:6:29: gate has no 'cuont'; did you mean count?\nerror: c:6:22: 'maybe' is neither true nor false",
            ),
        ] {
            let error = wrong(text);
            assert!(error.starts_with(says), "{error}");
        }
    }
}
