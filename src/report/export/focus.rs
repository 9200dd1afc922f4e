//! The forecast as FOCUS 1.2 has charges: one row a line item of the expected scenario, in US dollars at list price.
//!
//! Rules of the specification that hold here: ListCost is ListUnitPrice × PricingQuantity, exactly; a column of our
//! own begins with `x_`; a period's end is not part of it. What only an invoice can say is empty.
//! Source: <https://focus.finops.org/focus-specification/v1-2/>.

use std::collections::BTreeMap;
use std::io::{self, Write};

use time::Date;

use super::exact_cost;
use crate::estimate::{Estimate, LineItem, PricedResource};
use crate::model::Deployment;
use crate::report::{exact, services};

/// The columns: FOCUS's in the order of the alphabet, then ours.
pub const COLUMNS: [&str; 50] = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceId",
    "SubAccountId",
    "Tags",
    "x_Environment",
    "x_ServiceCode",
    "x_UsageType",
    "x_Operation",
    "x_ListCostMin",
    "x_ListCostMax",
    "x_PricingQuantityMin",
    "x_PricingQuantityMax",
    "x_PriceDate",
    "x_PriceConfidence",
    "x_Forecast",
];

/// The first day of the month after `today`, and of the month after that.
pub(crate) fn next_month(today: Date) -> (Date, Date) {
    let first_of_next = |day: Date| {
        let first = day.replace_day(1).unwrap_or(day);
        let later = first.saturating_add(time::Duration::days(31));
        later.replace_day(1).unwrap_or(later)
    };
    let start = first_of_next(today);
    (start, first_of_next(start))
}

/// The forecast of the calendar month after `today`.
///
/// # Errors
/// Those of the writer.
pub fn write(
    out: &mut dyn Write,
    estimates: &[Estimate],
    deployments: &[Deployment],
    today: Date,
) -> io::Result<()> {
    let (start, end) = next_month(today);
    let period = [start, end].map(|day| format!("{day}T00:00:00Z"));
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    for estimate in estimates {
        let deployment = deployments
            .iter()
            .find(|d| d.environment == estimate.environment);
        for resource in &estimate.resources {
            let tags = deployment.map(|d| tags(d, resource)).unwrap_or_default();
            let account = deployment.and_then(|d| d.account.as_deref());
            for item in &resource.line_items {
                let row = row(estimate, resource, item, account, &tags, &period);
                csv.write_record(COLUMNS.map(|c| row.get(c).map_or("", String::as_str)))?;
            }
        }
    }
    csv.flush()
}

fn row(
    estimate: &Estimate,
    resource: &PricedResource,
    item: &LineItem,
    account: Option<&str>,
    tags: &str,
    [start, end]: &[String; 2],
) -> BTreeMap<&'static str, String> {
    let price = item.unit_price.normalize();
    let quantity = item.quantity.map(|q| exact_cost(price, q));
    let (amount, cost) = quantity.map(|(q, c)| (exact(q), exact(c))).expected;
    let service = services::service(&item.service);
    // A transfer is of no resource.
    let (address, kind) = match resource.span {
        Some(_) => (
            resource.address.to_string(),
            resource.resource_type.to_string(),
        ),
        None => (String::new(), String::new()),
    };
    let region = if services::is_global(&item.service) {
        ""
    } else {
        &*estimate.region
    };
    // Spot's price changes without notice: what FOCUS calls dynamic.
    let category = if item.usage_type.contains("SpotUsage") {
        "Dynamic"
    } else {
        "Standard"
    };
    let who = account.unwrap_or("unknown");
    [
        ("BilledCost", cost.as_str()),
        ("BillingAccountId", who),
        ("BillingCurrency", "USD"),
        ("BillingPeriodEnd", end),
        ("BillingPeriodStart", start),
        ("ChargeCategory", "Usage"),
        (
            "ChargeDescription",
            &format!("{}: {}", resource.address, item.name),
        ),
        ("ChargeFrequency", "Usage-Based"),
        ("ChargePeriodEnd", end),
        ("ChargePeriodStart", start),
        ("ConsumedQuantity", &amount),
        ("ConsumedUnit", &item.unit),
        ("ContractedCost", &cost),
        ("ContractedUnitPrice", &exact(price)),
        ("EffectiveCost", &cost),
        ("InvoiceIssuerName", "AWS"),
        ("ListCost", &cost),
        ("ListUnitPrice", &exact(price)),
        ("PricingCategory", category),
        ("PricingQuantity", &amount),
        ("PricingUnit", &item.unit),
        ("ProviderName", "AWS"),
        ("PublisherName", "AWS"),
        ("RegionId", region),
        ("RegionName", region_name(region)),
        ("ResourceId", &address),
        ("ResourceName", &address),
        ("ResourceType", &kind),
        ("ServiceCategory", service.map_or("Other", |s| s.category)),
        ("ServiceName", services::name(&item.service)),
        (
            "ServiceSubcategory",
            service.map_or("Other (Other)", |s| s.subcategory),
        ),
        ("SkuId", &item.sku),
        ("SkuMeter", &item.name),
        ("SkuPriceId", &item.sku),
        ("SubAccountId", account.unwrap_or_default()),
        ("Tags", tags),
        ("x_Environment", &estimate.environment),
        ("x_ServiceCode", &item.service),
        ("x_UsageType", &item.usage_type),
        ("x_Operation", &item.operation),
        ("x_ListCostMin", &exact(quantity.min.1)),
        ("x_ListCostMax", &exact(quantity.max.1)),
        ("x_PricingQuantityMin", &exact(quantity.min.0)),
        ("x_PricingQuantityMax", &exact(quantity.max.0)),
        ("x_PriceDate", &item.price_date),
        ("x_PriceConfidence", &item.confidence),
        ("x_Forecast", "true"),
    ]
    .map(|(column, text)| (column, text.to_owned()))
    .into()
}

/// The resource's own tags whose keys and values are known, as FOCUS's JSON.
fn tags(deployment: &Deployment, resource: &PricedResource) -> String {
    let mut tags = BTreeMap::new();
    let list = deployment
        .get(&resource.address)
        .and_then(|r| match r.properties.read_list("Tags") {
            crate::model::Read::Known(list) => Some(list),
            _ => None,
        })
        .unwrap_or_default();
    for tag in list {
        let text = |key| tag.get(key).and_then(crate::model::Value::as_text);
        if let (Some(key), Some(value)) = (text("Key"), text("Value")) {
            tags.insert(key.to_string(), value.to_string());
        }
    }
    serde_json::to_string(&tags).unwrap_or_default()
}

/// AWS's name of a region, as in its console; else its code.
fn region_name(region: &str) -> &str {
    match region {
        "eu-west-1" => "Europe (Ireland)",
        "eu-west-2" => "Europe (London)",
        "us-east-1" => "US East (N. Virginia)",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn the_forecast_is_of_the_next_whole_month() {
        for (today, start, end) in [
            (
                date!(2026 - 11 - 23),
                date!(2026 - 12 - 01),
                date!(2027 - 01 - 01),
            ),
            (
                date!(2027 - 01 - 31),
                date!(2027 - 02 - 01),
                date!(2027 - 03 - 01),
            ),
            (
                date!(2028 - 01 - 01),
                date!(2028 - 02 - 01),
                date!(2028 - 03 - 01),
            ),
        ] {
            assert_eq!(next_month(today), (start, end), "{today}");
        }
    }
}
