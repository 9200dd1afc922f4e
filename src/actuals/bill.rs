//! The rows of a bill, summed.

use rust_decimal::Decimal;
use time::Date;

use crate::pricing::Usd;

/// Whose a charge is, by the cost-allocation tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The environment that is asked for.
    Environment,
    /// Nobody's: the tag is missing or empty.
    Untagged,
    /// Somebody else's.
    Other,
}

impl Owner {
    /// As the SQL writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Untagged => "untagged",
            Self::Other => "other",
        }
    }

    /// Reads what the SQL writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Environment, Self::Untagged, Self::Other]
            .into_iter()
            .find(|owner| owner.as_str() == text)
    }
}

/// What kind of charge a row is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Charge {
    /// Something was used.
    Usage,
    /// Anything else, by the bill's own name: `Credit`, `Refund`, `Tax`, `Fee`, …
    Else(String),
}

impl Charge {
    /// Reads the kinds of CUR 2.0 and of Cost Explorer's `RECORD_TYPE`, and FOCUS's `ChargeCategory`. Usage that a
    /// commitment covers is usage.
    ///
    /// Source: <https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html>, `lineItem/LineItemType`.
    pub fn parse(text: &str) -> Self {
        match text {
            "Usage" | "SavingsPlanCoveredUsage" | "DiscountedUsage" => Self::Usage,
            other => Self::Else(other.to_owned()),
        }
    }
}

/// One sum of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRow {
    /// Service code of the price list where it is known, else the bill's own name; empty where the bill names none.
    pub service: String,
    /// Usage type, for example `EUW2-Fargate-ARM-vCPU-Hours:perCPU`.
    pub usage_type: String,
    /// Region; empty where the bill names none.
    pub region: String,
    /// Unit of the quantity; empty where the bill names none.
    pub unit: String,
    /// Kind of charge.
    pub charge: Charge,
    /// Whose it is.
    pub owner: Owner,
    /// The day; `None` where the bill has whole months only.
    pub day: Option<Date>,
    /// How much, in `unit`; `None` where the bill has amounts only.
    pub quantity: Option<Decimal>,
    /// What it cost.
    pub cost: Usd,
}

/// A month's bill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// Its rows.
    pub rows: Vec<BillRow>,
    /// How many rows of the source were read, for the report.
    pub read: u64,
    /// What the reader of the report must know about the source, a sentence each.
    pub notes: Vec<String>,
}
