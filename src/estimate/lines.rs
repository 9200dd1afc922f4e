//! What a cost model writes into: line items with their price looked up, and gaps with their reason.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Context, LineItem, times};
use crate::model::Read;
use crate::pricing::{HOURS_PER_MONTH, PriceBook, Range, Rates, Usd, apply, usage_type};

/// What the resources of one environment share while they are priced.
#[derive(Default)]
pub(super) struct Shared {
    /// What is left of the free allowances, by service and usage type without its region; each scenario has its own.
    pub(super) allowances: RefCell<BTreeMap<(&'static str, &'static str), Range<Decimal>>>,
    /// Images that a lifecycle policy keeps at so many pushes a month: repositories often have the same policy.
    pub(super) images_kept: RefCell<BTreeMap<(String, Decimal), Decimal>>,
}

/// The allowances that the price list itself carries as zero-price rows of no region.
pub(super) fn allowances(
    book: &PriceBook,
) -> BTreeMap<(&'static str, &'static str), Range<Decimal>> {
    [
        (
            "AWSDataTransfer",
            "DataTransfer-Out-Bytes",
            "Global-DataTransfer-Out-Bytes",
        ),
        ("AWSLambda", "Lambda-GB-Second", "Global-Lambda-GB-Second"),
        ("AWSLambda", "Request", "Global-Request"),
        ("AWSQueueService", "Requests-Tier1", "Global-Requests"),
        ("awskms", "KMS-Requests", "Global-KMS-Requests"),
    ]
    .into_iter()
    .filter_map(|(service, part, global)| {
        let rates = book.rates(service, "global", global, None).ok()?;
        let row = rates.first();
        (row.price.is_zero()).then_some(((service, part), Range::flat(row.end?)))
    })
    .collect()
}

/// The line items and gaps of one resource under way.
pub(super) struct Lines<'a> {
    context: &'a Context<'a>,
    shared: &'a Shared,
    address: &'a str,
    resource_type: &'a str,
    region: String,
    items: Vec<LineItem>,
    gaps: Vec<String>,
}

/// One line to be priced.
pub(super) struct Line<'a> {
    /// What is paid for.
    pub(super) name: &'a str,
    /// Service code.
    pub(super) service: &'a str,
    /// Usage type without the region's prefix.
    pub(super) usage: &'a str,
    /// Operation; `None` takes the only one there is.
    pub(super) operation: Option<&'a str>,
    /// How much a month.
    pub(super) quantity: Range<Decimal>,
    /// What was assumed.
    pub(super) assumptions: Vec<String>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        shared: &'a Shared,
        address: &'a str,
        resource_type: &'a str,
        region: &str,
    ) -> Self {
        Lines {
            context,
            shared,
            address,
            resource_type,
            region: region.to_owned(),
            items: Vec::new(),
            gaps: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (Vec<LineItem>, Vec<String>) {
        (self.items, self.gaps)
    }

    /// Images kept under a policy, worked out once for each policy and rate of pushes.
    pub(super) fn images_kept(
        &self,
        policy: &str,
        pushes: Decimal,
        work_out: impl FnOnce() -> Decimal,
    ) -> Decimal {
        let key = (policy.to_owned(), pushes);
        if let Some(known) = self.shared.images_kept.borrow().get(&key) {
            return *known;
        }
        let kept = work_out();
        self.shared.images_kept.borrow_mut().insert(key, kept);
        kept
    }

    /// Says what could not be priced and why.
    pub(super) fn gap(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.gaps.contains(&reason) {
            self.gaps.push(reason);
        }
    }

    /// A usage figure, if it is given.
    pub(super) fn figure(&self, key: &str) -> Option<Range<Decimal>> {
        self.context
            .usage
            .get(self.address, self.resource_type, key)
    }

    /// A usage figure, or a gap that names it.
    pub(super) fn needed(&mut self, key: &str, what: &str) -> Option<Range<Decimal>> {
        let figure = self.figure(key);
        if figure.is_none() {
            self.gap(format!(
                "{what}: no usage figure; give {key} in the usage file"
            ));
        }
        figure
    }

    /// A property's value or its default; a gap where it is not known.
    pub(super) fn known<T>(&mut self, read: Read<T>, default: T) -> Option<T> {
        match read.or_default(default) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.gap(reason.to_string());
                None
            }
        }
    }

    /// A price by its usage type without the region's prefix; a gap where there is none.
    pub(super) fn rates(
        &mut self,
        service: &str,
        usage: &str,
        operation: Option<&str>,
    ) -> Option<Rates> {
        let usage = usage_type(&self.region, service, usage);
        match self
            .context
            .book
            .rates(service, &self.region, &usage, operation)
        {
            Ok(rates) if self.context.free_tier => Some(rates),
            Ok(rates) => Some(rates.without_free()),
            Err(miss) => {
                self.gap(miss.to_string());
                None
            }
        }
    }

    /// Prices a line in the environment's region.
    pub(super) fn add(&mut self, line: Line<'_>) {
        if let Some(rates) = self.rates(line.service, line.usage, line.operation) {
            self.add_at(line, &rates);
        }
    }

    /// Prices a line whose price has no region (Route 53, dashboards, CloudFront).
    pub(super) fn add_global(&mut self, line: Line<'_>) {
        match self
            .context
            .book
            .rates(line.service, "global", line.usage, line.operation)
        {
            Ok(rates) if self.context.free_tier => self.add_at(line, &rates),
            Ok(rates) => self.add_at(line, &rates.without_free()),
            Err(miss) => self.gap(miss.to_string()),
        }
    }

    /// Prices a line with rates at hand: one line item a tier that is reached.
    pub(super) fn add_at(&mut self, line: Line<'_>, rates: &Rates) {
        let quantity = self.after_allowance(&line);
        for (i, (row, part)) in apply(rates, quantity).into_iter().enumerate() {
            if i > 0 && part.max.is_zero() {
                continue;
            }
            let name = if i > 0 {
                format!("{}, over {} {}", line.name, row.begin, row.unit)
            } else {
                line.name.to_owned()
            };
            let mut assumptions = line.assumptions.clone();
            if let Some((low, high)) = row.range {
                assumptions.push(format!(
                    "price derived, not published: believed to lie between {low} and {high} USD"
                ));
            }
            if self.context.free_tier && quantity != line.quantity {
                assumptions.push("after the monthly free allowance".to_owned());
            }
            self.items.push(LineItem {
                name,
                service: row.service.clone(),
                usage_type: row.usage_type.clone(),
                operation: row.operation.clone(),
                sku: row.sku.clone(),
                unit: row.unit.clone(),
                unit_price: row.price,
                quantity: part,
                monthly: part.map(|q| Usd(times(row.price, q))),
                assumptions,
                price_date: row.date.clone(),
                price_source: row.source.clone(),
                confidence: row.confidence.clone(),
            });
        }
    }

    fn after_allowance(&self, line: &Line<'_>) -> Range<Decimal> {
        let mut left = self.shared.allowances.borrow_mut();
        let allowance = left
            .iter_mut()
            .find(|((service, part), _)| *service == line.service && *part == line.usage);
        let Some((_, left)) = allowance else {
            return line.quantity;
        };
        let taken = line.quantity.zip(*left, |q: Decimal, l: Decimal| q.min(l));
        *left = *left - taken;
        line.quantity - taken
    }

    /// Hours of `count` things that run all month.
    pub(super) fn hours(count: impl Into<Decimal>) -> Range<Decimal> {
        Range::flat(times(count.into(), HOURS_PER_MONTH))
    }
}
