//! From the fields of one price to rows, whichever the format of the file.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::{GLOBAL, ImportError, Offer};
use crate::pricing::Row;

/// The offer term of plain on-demand prices; the same in every service.
const ON_DEMAND: &str = "JRTCKXETXF";
/// The offer term of free allowances, which the price list has among on-demand prices.
const FREE_TIER: &str = "A429C66SYZ";

/// The text fields of one price of one tier, as the file has them; empty where it has none.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) service: &'a str,
    pub(super) sku: &'a str,
    pub(super) term: &'a str,
    pub(super) currency: &'a str,
    pub(super) region: &'a str,
    pub(super) from_region: &'a str,
    pub(super) to_region: &'a str,
    pub(super) usage_type: &'a str,
    pub(super) operation: &'a str,
    pub(super) capacity_status: &'a str,
    pub(super) begin: &'a str,
    pub(super) end: &'a str,
    pub(super) unit: &'a str,
    pub(super) price: &'a str,
    pub(super) description: &'a str,
}

/// What the head of the file says.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) service: String,
    pub(super) version: String,
    /// With the time of day.
    pub(super) published: String,
}

/// Region, usage type, operation.
type Key = (String, String, String);

/// Rows under way.
pub(super) struct Collector {
    head: Head,
    day: String,
    source: String,
    /// By key, then by SKU: two products may share a key.
    prices: BTreeMap<Key, BTreeMap<String, Vec<Row>>>,
    left_out: BTreeMap<&'static str, usize>,
}

impl Collector {
    /// # Errors
    /// A sentence: the head says not whose prices these are, or not of which day.
    pub(super) fn new(head: Head) -> Result<Self, String> {
        for (what, text) in [("OfferCode", &head.service), ("Version", &head.version)] {
            if text.is_empty() {
                return Err(format!("this is no offer file: its head has no {what}"));
            }
        }
        let day = head.published.get(..10).unwrap_or_default().to_owned();
        let format = time::macros::format_description!("[year]-[month]-[day]");
        if time::Date::parse(&day, format).is_err() {
            return Err(format!(
                "this is no offer file: its publication date is '{}'",
                head.published
            ));
        }
        let source = clean(&format!(
            "AWS price list, offer {}, version {}",
            head.service, head.version
        ));
        Ok(Collector {
            head,
            day,
            source,
            prices: BTreeMap::new(),
            left_out: BTreeMap::new(),
        })
    }

    /// Counts a price that is not taken.
    pub(super) fn leave_out(&mut self, why: &'static str) {
        *self.left_out.entry(why).or_default() += 1;
    }

    /// Takes one price, or counts it among those left out.
    ///
    /// # Errors
    /// A sentence: a number that is none.
    pub(super) fn add(&mut self, fields: &Fields<'_>) -> Result<(), String> {
        let why_not = if fields.currency != "USD" {
            Some("not in US dollars")
        } else if !matches!(fields.term, "" | ON_DEMAND | FREE_TIER) {
            Some("of another offer term")
        } else if !fields.service.is_empty() && fields.service != self.head.service {
            Some("of another service, which has its own offer file")
        } else if !matches!(fields.capacity_status, "" | "Used" | "NA") {
            Some("of capacity reservations")
        } else if fields.usage_type.is_empty() {
            Some("without a usage type")
        } else {
            None
        };
        if let Some(why) = why_not {
            self.leave_out(why);
            return Ok(());
        }
        let mut price = decimal("price", fields.price)?;
        let mut unit = fields.unit;
        // Listed by the gibibyte and sold by the mebibyte: AWS's own description states the price per MiBps, and so do
        // the book and the templates.
        if unit.eq_ignore_ascii_case("GiBps-mo") {
            price = (price / Decimal::from(1024)).normalize();
            unit = "MiBps-Mo";
        }
        let file = if fields.term == FREE_TIER {
            GLOBAL
        } else {
            // Data transfer has the regions of its two ends instead.
            [fields.region, fields.from_region, fields.to_region]
                .into_iter()
                .find(|region| !region.is_empty())
                .unwrap_or(GLOBAL)
        };
        let row = Row {
            service: clean(&self.head.service),
            usage_type: clean(fields.usage_type),
            operation: clean(fields.operation),
            begin: if fields.begin.is_empty() {
                Decimal::ZERO
            } else {
                decimal("beginning of the tier", fields.begin)?
            },
            end: match fields.end {
                "" | "Inf" => None,
                end => Some(decimal("end of the tier", end)?),
            },
            unit: clean(unit),
            price,
            range: None,
            sku: clean(fields.sku),
            date: self.day.clone(),
            date_kind: "publication".to_owned(),
            confidence: "high".to_owned(),
            usage_type_evidence: "verified(offer file)".to_owned(),
            source: self.source.clone(),
            description: clean(fields.description),
        };
        let key = (
            file.to_owned(),
            row.usage_type.clone(),
            row.operation.clone(),
        );
        self.prices
            .entry(key)
            .or_default()
            .entry(row.sku.clone())
            .or_default()
            .push(row);
        Ok(())
    }

    /// The offer, once every price has been added.
    ///
    /// # Errors
    /// There is no price that can be used. `path` is for the message.
    pub(super) fn finish(self, path: &str) -> Result<Offer, ImportError> {
        let mut left_out: Vec<String> = self
            .left_out
            .iter()
            .map(|(why, count)| format!("{count} {why}"))
            .collect();
        let mut files: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for ((file, usage_type, operation), by_sku) in self.prices {
            let name = if operation.is_empty() {
                usage_type
            } else {
                format!("{usage_type} ({operation})")
            };
            match only_price(by_sku) {
                Ok(rows) => files.entry(file).or_default().extend(rows),
                Err(why) => left_out.push(format!("{name} in {file}: {why}")),
            }
        }
        if files.is_empty() {
            let seen = if left_out.is_empty() {
                String::new()
            } else {
                format!("; left out: {}", left_out.join("; "))
            };
            return Err(ImportError {
                path: path.to_owned(),
                line: None,
                message: format!("no on-demand price in US dollars{seen}"),
            });
        }
        Ok(Offer {
            service: self.head.service,
            version: self.head.version,
            published: self.day,
            files,
            left_out,
        })
    }
}

/// The tiers that all SKUs of a key agree on, in order and without a gap.
fn only_price(by_sku: BTreeMap<String, Vec<Row>>) -> Result<Vec<Row>, String> {
    let mut agreed: Option<Vec<Row>> = None;
    for (sku, mut rows) in by_sku {
        rows.sort_by_key(|row| row.begin);
        let whole = rows
            .windows(2)
            .all(|pair| matches!(pair, [low, high] if low.end == Some(high.begin)));
        let sound = rows
            .iter()
            .all(|row| row.end.is_none_or(|end| end > row.begin) && row.price >= Decimal::ZERO);
        if !whole || !sound {
            return Err(format!("the tiers of SKU {sku} have a gap or overlap"));
        }
        let figures = |rows: &[Row]| -> Vec<_> {
            rows.iter()
                .map(|r| (r.begin, r.end, r.price, r.unit.clone()))
                .collect()
        };
        match &agreed {
            None => agreed = Some(rows),
            Some(first) if figures(first) == figures(&rows) => {}
            Some(first) => {
                let other = first.first().map_or("", |row| &row.sku);
                return Err(format!("SKU {other} and SKU {sku} differ"));
            }
        }
    }
    Ok(agreed.unwrap_or_default())
}

fn decimal(what: &str, text: &str) -> Result<Decimal, String> {
    Decimal::from_str(text)
        .or_else(|_| Decimal::from_scientific(text))
        .map(|number| number.normalize())
        .map_err(|_| format!("the {what} '{text}' is no decimal number"))
}

/// Price files separate by tabs and lines.
fn clean(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
