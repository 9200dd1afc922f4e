//! One priced quantity of one resource.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::model::Address;
use crate::pricing::{Range, Usd};
use crate::source::Span;

/// One list price times one quantity, a month, in three complete scenarios.
#[derive(Clone, Debug)]
pub struct LineItem {
    /// What is paid for, for example `Fargate ARM vCPU`.
    pub name: String,
    /// Service code of the price list, for example `AmazonECS`.
    pub service: String,
    /// Usage type of the price list and of the bill, for example `EUW2-Fargate-ARM-vCPU-Hours:perCPU`.
    pub usage_type: String,
    /// Operation of the price list; empty where the price list has none.
    pub operation: String,
    /// SKU of the price; empty where the price's source has none.
    pub sku: String,
    /// Pricing unit, for example `vCPU-Hours`.
    pub unit: String,
    /// List unit price in USD.
    pub unit_price: Decimal,
    /// Pricing quantity a month, in `unit`.
    pub quantity: Range<Decimal>,
    /// List cost a month in USD: `unit_price × quantity`, unrounded.
    pub monthly: Range<Usd>,
    /// What was assumed, one sentence each, with the figure and where it came from.
    pub assumptions: Vec<String>,
    /// The date of the price, `YYYY-MM-DD`, or empty where the source states none.
    pub price_date: String,
    /// Key of the price's source in the price book's manifest.
    pub price_source: String,
    /// `high`, `medium` or `derived`.
    pub confidence: String,
}

/// A resource with its line items.
#[derive(Clone, Debug)]
pub struct PricedResource {
    /// The resource; `data_transfer` for the environment's transfer, which belongs to no resource.
    pub address: Address,
    /// Its type; `data_transfer` likewise.
    pub resource_type: Arc<str>,
    /// Where it stands; `None` for `data_transfer`.
    pub span: Option<Span>,
    /// Its line items, in the order of the cost model.
    pub line_items: Vec<LineItem>,
}

impl PricedResource {
    /// The sum of the unrounded line items, a month, in USD.
    pub fn monthly(&self) -> Range<Usd> {
        self.line_items.iter().map(|item| item.monthly).sum()
    }
}

/// A resource that has no charge of its own.
#[derive(Clone, Debug)]
pub struct FreeResource {
    /// The resource.
    pub address: Address,
    /// Its type.
    pub resource_type: Arc<str>,
}

/// A resource, or a part of one, that could not be priced. Never counted as zero without being said.
#[derive(Clone, Debug)]
pub struct Unpriced {
    /// The resource.
    pub address: Address,
    /// Its type.
    pub resource_type: Arc<str>,
    /// Why, in one sentence without a final full stop.
    pub reason: String,
    /// Where it stands.
    pub span: Option<Span>,
}

/// One environment's estimate.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// The environment's name.
    pub environment: Arc<str>,
    /// The region.
    pub region: Arc<str>,
    /// Priced resources, by address.
    pub resources: Vec<PricedResource>,
    /// Resources without a charge, by address.
    pub free: Vec<FreeResource>,
    /// What could not be priced, by address.
    pub unpriced: Vec<Unpriced>,
    /// Resources that a false condition removed: address, type, condition.
    pub off: Vec<crate::model::OffResource>,
}

impl Estimate {
    /// The sum of all unrounded line items, a month, in USD.
    pub fn monthly(&self) -> Range<Usd> {
        self.resources.iter().map(PricedResource::monthly).sum()
    }
}
