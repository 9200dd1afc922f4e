//! Reads sections of the configuration whose every fault is said with its place, all of one section at once.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::place::Places;
use super::{CommentSettings, ConfigError};
use crate::diag::suggest;
use crate::forge::Marker;
use crate::gate::{Count, Settings};
use crate::policy::parse_severity;
use crate::pricing::{Currency, Usd};
use crate::source::Span;
use crate::yaml::{Node, Plain, plain};

/// No amount is larger: a slip of many zeros is said.
const LARGEST: i64 = 1_000_000_000_000;

/// A section with what is wrong in it so far.
pub(super) struct Section<'a> {
    places: &'a Places,
    errors: Vec<String>,
}

impl<'a> Section<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        Section {
            places,
            errors: Vec::new(),
        }
    }

    /// Notes a fault.
    pub(super) fn error(&mut self, span: Span, message: impl AsRef<str>) {
        let place = self.places.at(span);
        self.errors.push(format!("{place}: {}", message.as_ref()));
    }

    /// The answer, unless something was wrong.
    pub(super) fn finish<T>(self, answer: T) -> Result<T, ConfigError> {
        if self.errors.is_empty() {
            Ok(answer)
        } else {
            Err(ConfigError(self.errors.join("\nerror: ")))
        }
    }

    /// Whether a node is a mapping with known keys only.
    pub(super) fn keys(&mut self, node: &Node, what: &str, known: &[&str]) -> bool {
        let Some(pairs) = node.as_mapping() else {
            let message = format!(
                "{} where {what} is expected; write a mapping with {}",
                node.describe(),
                known.join(", ")
            );
            self.error(node.span, message);
            return false;
        };
        for pair in pairs.iter().filter(|p| !known.contains(&&*p.key)) {
            let help = suggest(&pair.key, known.iter().copied())
                .map_or(format!("there are {}", known.join(", ")), |n| {
                    format!("did you mean {n}?")
                });
            self.error(
                pair.key_span,
                format!("{what} has no '{}'; {help}", pair.key),
            );
        }
        true
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match node.as_text().map(|t| t.trim()) {
            Some(text) if !text.is_empty() && !node.is_null() => Some(text.to_owned()),
            _ => {
                self.error(
                    node.span,
                    format!("{} is no {what}; write a text", node.describe()),
                );
                None
            }
        }
    }

    /// One of the given words.
    pub(super) fn word<T: Copy>(
        &mut self,
        node: &Node,
        what: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let text = node.as_text().map_or("", |t| &**t);
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
            let message = format!(
                "{} is no {what}; write {}",
                node.describe(),
                known.join(" or ")
            );
            self.error(node.span, message);
        }
        found.map(|(_, answer)| *answer)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, node: &Node) -> Option<bool> {
        match node.as_text().map(|t| plain(t)) {
            Some(Plain::Bool(answer)) => Some(answer),
            _ => {
                self.error(
                    node.span,
                    format!("{} is neither true nor false", node.describe()),
                );
                None
            }
        }
    }

    /// A number from zero up, read as it is written: no float touches it.
    pub(super) fn number(&mut self, node: &Node, what: &str) -> Option<Decimal> {
        let number = node
            .as_text()
            .and_then(|t| Decimal::from_str(t.trim()).ok());
        match number {
            Some(n) if n >= Decimal::ZERO && n <= Decimal::from(LARGEST) => Some(n),
            _ => {
                let message = format!(
                    "{} is no {what}; write a number from 0 up without unit and thousands separators, for example 700 or 49.50",
                    node.describe()
                );
                self.error(node.span, message);
                None
            }
        }
    }

    /// One name or a list of names.
    pub(super) fn names<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(String, &'n Node)> {
        let items = match node.as_sequence() {
            Some(items) => items.iter().collect(),
            None => vec![node],
        };
        let mut names = Vec::new();
        for item in items {
            names.extend(self.text(item, what).map(|name| (name, item)));
        }
        names
    }

    /// The environments that a node names, which must be there.
    pub(super) fn environments(&mut self, node: &Node, known: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        for (name, node) in self.names(node, "environment") {
            if known.contains(&name.as_str()) {
                names.push(name);
                continue;
            }
            let help = suggest(&name, known.iter().copied())
                .map_or(format!("there are {}", known.join(", ")), |n| {
                    format!("did you mean {n}?")
                });
            self.error(
                node.span,
                format!("there is no environment '{name}'; {help}"),
            );
        }
        names
    }
}

/// `gate`: what it says no to besides budgets.
pub(super) fn gate(places: &Places) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    let Some(node) = places.section("gate") else {
        return Ok(settings);
    };
    let mut section = Section::new(places);
    let known = ["fail_on", "count", "deny_unknown", "deny_unpriced"];
    if section.keys(node, "gate", &known) {
        if let Some(node) = node.get("fail_on") {
            match node.as_text().and_then(|t| parse_severity(t)) {
                Some(severity) => settings.fail_on = severity,
                None => {
                    let message = format!(
                        "{} is no severity; write low, medium, high or critical",
                        node.describe()
                    );
                    section.error(node.span, message);
                }
            }
        }
        if let Some(node) = node.get("count") {
            let words = [("new", Count::New), ("all", Count::All)];
            let count = section.word(node, "count", &words);
            settings.count = count.unwrap_or(settings.count);
        }
        for (key, target) in [
            ("deny_unknown", &mut settings.deny_unknown),
            ("deny_unpriced", &mut settings.deny_unpriced),
        ] {
            if let Some(node) = node.get(key) {
                *target = section.flag(node).unwrap_or_default();
            }
        }
    }
    section.finish(settings)
}

/// `comment`: when the pull request is commented on; the amount is in the configured currency.
pub(super) fn comment(
    places: &Places,
    currency: &Currency,
) -> Result<CommentSettings, ConfigError> {
    let mut settings = CommentSettings::default();
    let Some(node) = places.section("comment") else {
        return Ok(settings);
    };
    let mut section = Section::new(places);
    if section.keys(node, "comment", &["threshold", "key"]) {
        let threshold = node.get("threshold");
        let amount = threshold.and_then(|n| section.number(n, "amount a month"));
        settings.threshold = amount
            .and_then(|n| n.checked_mul(currency.usd_per_unit))
            .map(Usd);
        if let Some(node) = node.get("key") {
            settings.key = section.text(node, "key");
            if settings
                .key
                .as_deref()
                .is_some_and(|k| !Marker::key_fits(k))
            {
                let message = format!(
                    "{} is no key; write letters, digits, - _ and .",
                    node.describe()
                );
                section.error(node.span, message);
            }
        }
    }
    section.finish(settings)
}
