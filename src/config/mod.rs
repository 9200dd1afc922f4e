//! `isms-cost.yaml`: the environments, and what belongs to them.

mod budgets;
mod place;
mod policy;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::gate::{Budget, Settings};
use crate::policy::Policy;
use crate::pricing::{Currency, Usd};
use place::Places;

/// The file's name.
pub const FILE_NAME: &str = "isms-cost.yaml";

/// A configuration, checked. Paths are as written: relative to the file's folder.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the file.
    pub folder: PathBuf,
    /// The environments in the order of the file.
    pub environments: IndexMap<String, Environment>,
    /// The currency to print, with its rate.
    pub currency: Currency,
    /// All rates of the file.
    pub fx: BTreeMap<String, Currency>,
    /// The folder of price files, in place of the embedded ones.
    pub price_book: Option<String>,
    /// What the team decides about the rules.
    pub policy: Policy,
    /// What may be spent.
    pub budgets: Vec<Budget>,
    /// What else the gate says no to.
    pub gate: Settings,
    /// How the pull request is commented on.
    pub comment: CommentSettings,
}

/// `comment` of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentSettings {
    /// The least change, a month, that makes a first comment; `None`: any.
    pub threshold: Option<Usd>,
    /// Tells several comments on one pull request apart.
    pub key: Option<String>,
}

/// One environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The root template.
    pub template: String,
    /// Parameter files, later ones win.
    pub parameters: Vec<String>,
    /// The usage file.
    pub usage: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The account id.
    pub account: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u32,
    template: Option<String>,
    region: Option<String>,
    currency: Option<String>,
    #[serde(default)]
    fx: BTreeMap<String, RawRate>,
    environments: IndexMap<String, RawEnvironment>,
    policy: Option<policy::RawPolicy>,
    price_book: Option<String>,
    // Read from the tree of nodes, which has the places.
    #[serde(rename = "budgets")]
    _budgets: Option<IgnoredAny>,
    #[serde(rename = "gate")]
    _gate: Option<IgnoredAny>,
    #[serde(rename = "comment")]
    _comment: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRate {
    usd_per_unit: String,
    date: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEnvironment {
    template: Option<String>,
    #[serde(default)]
    parameters: OneOrMany,
    usage: Option<String>,
    region: Option<String>,
    account: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn list(self) -> Vec<String> {
        match self {
            OneOrMany::None => Vec::new(),
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(list) => list,
        }
    }
}

/// Why a configuration cannot be used; the text starts with `file:line:column` where one is known.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// The configuration of the folder or of the nearest one above it, up to the top of its git repository.
pub fn discover(from: &Path) -> Option<PathBuf> {
    for folder in from.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads a configuration.
///
/// # Errors
/// [`ConfigError`]: the file cannot be read, is no such YAML, or names something that is not there.
pub fn load(file: &Path) -> Result<Config, ConfigError> {
    let here = std::env::current_dir().unwrap_or_default();
    let shown = file
        .strip_prefix(&here)
        .unwrap_or(file)
        .display()
        .to_string();
    let text = std::fs::read_to_string(file).map_err(|e| ConfigError(format!("{shown}: {e}")))?;
    parse(
        &shown,
        &text,
        file.parent().map(Path::to_path_buf).unwrap_or_default(),
    )
}

/// Reads a configuration's text; `shown` is its name in messages.
///
/// # Errors
/// [`ConfigError`], as [`load`].
pub fn parse(shown: &str, text: &str, folder: PathBuf) -> Result<Config, ConfigError> {
    let raw: Raw = serde_yaml::from_str(text).map_err(|e| {
        let place = e
            .location()
            .map(|l| format!("{shown}:{}:{}", l.line(), l.column()))
            .unwrap_or(shown.to_owned());
        // serde_yaml ends its message with the place that stands in front already.
        let message = e.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        ConfigError(format!("{place}: {message}"))
    })?;
    let error = |message: String| ConfigError(format!("{shown}: {message}"));
    if raw.version != 1 {
        return Err(error(format!(
            "version {} is not known; write version: 1",
            raw.version
        )));
    }
    let mut fx = BTreeMap::new();
    for (code, rate) in raw.fx {
        let usd_per_unit = Decimal::from_str(&rate.usd_per_unit)
            .ok()
            .filter(|r| *r > Decimal::ZERO);
        let Some(usd_per_unit) = usd_per_unit else {
            return Err(error(format!(
                "fx.{code}.usd_per_unit is '{}'; write the US dollars for one {code}",
                rate.usd_per_unit
            )));
        };
        let currency = Currency {
            code: code.clone(),
            usd_per_unit,
            date: rate.date,
            source: rate.source,
        };
        fx.insert(code, currency);
    }
    let currency = match raw.currency.as_deref() {
        None | Some("USD") => Currency::usd(),
        Some(code) => match fx.get(code) {
            Some(currency) => currency.clone(),
            None => {
                return Err(error(format!(
                    "currency is {code}, and fx has no rate for it; add fx: {{ {code}: {{ usd_per_unit, date, source }} }}"
                )));
            }
        },
    };
    let mut environments = IndexMap::new();
    for (name, environment) in raw.environments {
        let Some(template) = environment.template.or_else(|| raw.template.clone()) else {
            return Err(error(format!(
                "environment {name} has no template; add template: FILE at the top"
            )));
        };
        environments.insert(
            name,
            Environment {
                template,
                parameters: environment.parameters.list(),
                usage: environment.usage,
                region: environment.region.or_else(|| raw.region.clone()),
                account: environment.account,
            },
        );
    }
    if environments.is_empty() {
        return Err(error(
            "there is no environment; add one under environments".to_owned(),
        ));
    }
    let names: Vec<&str> = environments.keys().map(String::as_str).collect();
    let policy = match raw.policy {
        Some(raw) => policy::parse(raw, shown, text, &names)?,
        None => Policy::default(),
    };
    let places = Places::new(shown, text);
    let budgets = budgets::parse(&places, &names, &currency)?;
    let gate = sections::gate(&places)?;
    let comment = sections::comment(&places, &currency)?;
    Ok(Config {
        price_book: raw.price_book,
        policy,
        budgets,
        gate,
        comment,
        folder,
        environments,
        currency,
        fx,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_place() {
        let wrong = "version: 1\nenvironmens: {}\n";
        let error = parse("isms-cost.yaml", wrong, PathBuf::new()).expect_err("wrong");
        assert!(
            error
                .to_string()
                .starts_with("isms-cost.yaml:2:1: unknown field `environmens`"),
            "{error}"
        );
        let wrong = "version: 1\ncurrency: EUR\nenvironments: {a: {template: t}}\n";
        let error = parse("isms-cost.yaml", wrong, PathBuf::new()).expect_err("wrong");
        assert!(
            error.to_string().contains("fx has no rate for it"),
            "{error}"
        );
    }

    #[test]
    fn reads_a_policy_and_names_what_is_wrong_in_it() {
        let head =
            "version: 1\ntemplate: t\nenvironments: {staging: {}, production: {}}\npolicy:\n";
        let text = format!(
            "{head}  rules: {{deploy.packaged: off, logs.*: low}}\n  waivers:\n    - {{rule: logs.retention, address: Logs/*, environment: staging, reason: short-lived, owner: me, until: 2027-01-31}}\n"
        );
        let policy = parse("c", &text, PathBuf::new()).expect("right").policy;
        assert!(policy.rules[0].off && policy.rules[1].severity.is_some());
        assert_eq!(policy.waivers[0].environments, ["staging"]);
        assert_eq!(
            text.get(policy.waivers[0].place.0..)
                .map(|t| t.starts_with("{rule")),
            Some(true)
        );
        for (wrong, says) in [
            (
                "  rules: {logs.retenton: off}\n",
                "c:5:26: there is no rule 'logs.retenton'; did you mean logs.retention?",
            ),
            (
                "  rules:\n    logs.retention: hihg\n",
                "c:6:21: 'hihg' is no severity",
            ),
            ("  strict: prod\n", "c:5:11: there is no environment 'prod'"),
            (
                "  waivers:\n    - {rule: logs.retention, address: A, reason: r, until: soon}\n",
                "c:6:60: 'soon' is no date; write YYYY-MM-DD",
            ),
        ] {
            let error = parse("c", &format!("{head}{wrong}"), PathBuf::new())
                .expect_err("wrong")
                .to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }

    #[test]
    fn reads_rates_and_environments() {
        let text = "version: 1\ntemplate: t.yaml\ncurrency: GBP\nfx: {GBP: {usd_per_unit: '1.34', date: '2026-10-30', source: s}}\nenvironments: {a: {parameters: p.json}, b: {parameters: [p, q], region: eu-west-1}}\n";
        let config = parse("c", text, PathBuf::new()).expect("right");
        assert_eq!(config.currency.usd_per_unit.to_string(), "1.34");
        assert_eq!(config.environments["b"].parameters, ["p", "q"]);
        assert_eq!(config.environments["a"].template, "t.yaml");
    }
}
