//! `policy` of the configuration.

use indexmap::IndexMap;
use serde::Deserialize;

use super::place::Places;
use super::{ConfigError, OneOrMany};
use crate::diag::suggest;
use crate::policy::{Policy, RulePolicy, Waiver, parse_date, parse_severity, unknown_rule};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    #[serde(default)]
    rules: IndexMap<String, RawRule>,
    #[serde(default)]
    waivers: Vec<RawWaiver>,
    #[serde(default = "yes")]
    comments: bool,
    baseline: Option<String>,
    #[serde(default)]
    guard: OneOrMany,
    #[serde(default)]
    strict: OneOrMany,
}

fn yes() -> bool {
    true
}

/// A severity or `off`, or both with environments; a list for several environments.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawRule {
    Word(String),
    One(RawSetting),
    Many(Vec<RawSetting>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSetting {
    severity: Option<String>,
    #[serde(default)]
    off: bool,
    #[serde(default)]
    environments: OneOrMany,
    /// For people.
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWaiver {
    rule: String,
    address: String,
    #[serde(default, alias = "environment")]
    environments: OneOrMany,
    reason: String,
    owner: Option<String>,
    until: Option<String>,
}

/// Checks a policy against the rules and environments that there are.
pub(super) fn parse(
    raw: RawPolicy,
    shown: &str,
    text: &str,
    environments: &[&str],
) -> Result<Policy, ConfigError> {
    let places = Places::new(shown, text);
    let error =
        |path: &[&str], message: String| ConfigError(format!("{}: {message}", places.locate(path)));
    let known = |names: &[String], path: &[&str]| match names
        .iter()
        .find(|n| !environments.contains(&n.as_str()))
    {
        None => Ok(()),
        Some(name) => {
            let nearest = suggest(name, environments.iter().copied());
            let help = nearest.map_or(format!("there are {}", environments.join(", ")), |n| {
                format!("did you mean {n}?")
            });
            Err(error(
                path,
                format!("there is no environment '{name}'; {help}"),
            ))
        }
    };
    let mut rules = Vec::new();
    for (rule, said) in raw.rules {
        let path = ["policy", "rules", rule.as_str()];
        if let Some(problem) = unknown_rule(&rule) {
            return Err(error(&path, problem));
        }
        let settings = match said {
            RawRule::Word(word) => vec![RawSetting {
                off: word == "off",
                severity: (word != "off").then_some(word),
                environments: OneOrMany::None,
                _reason: None,
            }],
            RawRule::One(one) => vec![one],
            RawRule::Many(many) => many,
        };
        for setting in settings {
            let severity = match setting.severity {
                None => None,
                Some(word) => Some(parse_severity(&word).ok_or_else(|| {
                    error(
                        &path,
                        format!(
                            "'{word}' is no severity; write low, medium, high, critical or off"
                        ),
                    )
                })?),
            };
            let environments = setting.environments.list();
            known(&environments, &path)?;
            rules.push(RulePolicy {
                rule: rule.clone(),
                severity,
                off: setting.off,
                environments,
            });
        }
    }
    let mut waivers = Vec::new();
    for (index, waiver) in raw.waivers.into_iter().enumerate() {
        let index = index.to_string();
        let path = |key| ["policy", "waivers", index.as_str(), key];
        if let Some(problem) = unknown_rule(&waiver.rule) {
            return Err(error(&path("rule"), problem));
        }
        if waiver.reason.trim().is_empty() {
            return Err(error(
                &path("reason"),
                "the waiver gives no reason".to_owned(),
            ));
        }
        let until = match &waiver.until {
            None => None,
            Some(day) => Some(parse_date(day).ok_or_else(|| {
                error(
                    &path("until"),
                    format!("'{day}' is no date; write YYYY-MM-DD"),
                )
            })?),
        };
        let environments = waiver.environments.list();
        known(&environments, &path("environments"))?;
        let place = places
            .span(&["policy", "waivers", &index])
            .map_or((0, 0), |s| (s.start as usize, s.end as usize));
        waivers.push(Waiver {
            rule: waiver.rule,
            address: waiver.address,
            environments,
            reason: waiver.reason,
            owner: waiver.owner,
            until,
            place,
        });
    }
    let strict = match raw.strict {
        OneOrMany::None => None,
        some => Some(some.list()),
    };
    known(strict.as_deref().unwrap_or_default(), &["policy", "strict"])?;
    Ok(Policy {
        rules,
        waivers,
        comments: raw.comments,
        baseline: raw.baseline,
        guard: raw.guard.list(),
        strict,
        file: Some((shown.to_owned(), text.to_owned())),
    })
}
