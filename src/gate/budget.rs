//! What may be spent a month, as `budgets` of the configuration says it.

use rust_decimal::Decimal;
use time::Date;

use crate::pricing::{Range, Usd};

/// One budget. In every environment that it is for it is judged by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its name for people.
    pub name: String,
    /// Where; empty for everywhere.
    pub environments: Vec<String>,
    /// What it counts.
    pub scope: Scope,
    /// Which of the three figures it counts.
    pub scenario: Scenario,
    /// The most that it may be.
    pub limit: Option<Usd>,
    /// The most by which it may be more than before.
    pub increase: Option<Usd>,
    /// The same, relative to before.
    pub percent: Option<Percent>,
    /// What it does when broken.
    pub level: Level,
    /// Accepted for a time.
    pub exception: Option<Override>,
    /// `file:line:column` of the entry.
    pub place: String,
}

/// What a budget counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything, data transfer too.
    Environment,
    /// Line items of a service code of the price list, for example `AmazonECS`; a `*` at the end stands for anything.
    Service(String),
    /// A resource, or a nested stack with all that is in it; a `*` at the end stands for anything.
    Resource(String),
    /// Resources with this tag: key and value.
    Tag(String, String),
}

impl Scope {
    /// For people.
    pub fn describe(&self) -> String {
        match self {
            Scope::Environment => "everything".to_owned(),
            Scope::Service(code) => format!("service {code}"),
            Scope::Resource(address) => format!("resource {address}"),
            Scope::Tag(key, value) => format!("tag {key}={value}"),
        }
    }
}

/// Which figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The stated utilisation.
    Expected,
    /// Every ceiling at once.
    Max,
}

impl Scenario {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            Scenario::Expected => "expected",
            Scenario::Max => "max",
        }
    }

    /// Its figure.
    pub fn of(self, range: Range<Usd>) -> Usd {
        match self {
            Scenario::Expected => range.expected,
            Scenario::Max => range.max,
        }
    }
}

/// A relative increase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    /// Percent of the base.
    pub percent: Decimal,
    /// An increase of no more than this never counts, however small the base.
    pub floor: Usd,
}

/// What a broken budget does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The gate says no.
    Fail,
    /// It is said and nothing more.
    Warn,
}

/// A broken budget that is accepted for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
}
