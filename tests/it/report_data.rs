//! The exported forecast against the rules of FOCUS 1.2 and of AWS's Pricing Calculator, on the committed samples.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::estimate_cases::shipped;

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("reports")
        .join(name);
    std::fs::read_to_string(path).expect("a sample")
}

fn rows() -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let text = sample("focus-1.2.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader
        .records()
        .map(|row| {
            let row = row.expect("a row");
            header
                .iter()
                .cloned()
                .zip(row.iter().map(str::to_owned))
                .collect()
        })
        .collect();
    (header, rows)
}

/// Columns of FOCUS 1.2; those with a star must be in every data set, those with an exclamation mark must also be filled.
/// Source: the column definitions of the specification, version 1.2.
const FOCUS: &str = "AvailabilityZone BilledCost! BillingAccountId! BillingAccountName* BillingAccountType BillingCurrency! \
    BillingPeriodEnd! BillingPeriodStart! CapacityReservationId CapacityReservationStatus ChargeCategory! ChargeClass* \
    ChargeDescription! ChargeFrequency! ChargePeriodEnd! ChargePeriodStart! CommitmentDiscountCategory CommitmentDiscountId \
    CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit \
    ConsumedQuantity ConsumedUnit ContractedCost! ContractedUnitPrice EffectiveCost! InvoiceId* InvoiceIssuerName! ListCost! \
    ListUnitPrice PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost \
    PricingCurrencyListUnitPrice PricingQuantity! PricingUnit! ProviderName! PublisherName! RegionId RegionName ResourceId \
    ResourceName ResourceType ServiceCategory! ServiceName! ServiceSubcategory! SkuId SkuMeter SkuPriceDetails SkuPriceId \
    SubAccountId SubAccountName SubAccountType Tags";

#[test]
fn the_columns_are_those_of_the_specification() {
    let (header, rows) = rows();
    let known: BTreeSet<&str> = FOCUS
        .split_whitespace()
        .map(|c| c.trim_end_matches(['*', '!']))
        .collect();
    assert_eq!(known.len(), 57);
    for column in &header {
        assert!(
            known.contains(column.as_str()) || column.starts_with("x_"),
            "{column} is no column of FOCUS"
        );
    }
    for column in FOCUS.split_whitespace() {
        let name = column.trim_end_matches(['*', '!']);
        if column != name {
            assert!(header.iter().any(|h| h == name), "{name} is missing");
        }
        if column.ends_with('!') {
            assert!(rows.iter().all(|r| !r[name].is_empty()), "{name} is empty");
        }
    }
}

/// The digits of a decimal and how many of them are behind the point.
fn digits(text: &str) -> (i128, u32) {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let mantissa = format!("{whole}{places}")
        .parse()
        .expect("a decimal number");
    (mantissa, u32::try_from(places.len()).expect("few"))
}

#[test]
fn list_cost_is_price_times_quantity_to_the_last_digit() {
    let (_, rows) = rows();
    assert!(rows.len() > 100);
    for row in &rows {
        for (quantity, cost) in [
            ("PricingQuantity", "ListCost"),
            ("x_PricingQuantityMin", "x_ListCostMin"),
            ("x_PricingQuantityMax", "x_ListCostMax"),
        ] {
            let (price, a) = digits(&row["ListUnitPrice"]);
            let (amount, b) = digits(&row[quantity]);
            let (product, c) = digits(&row[cost]);
            // Whole numbers only: price × 10^a times amount × 10^b is product × 10^c, up to powers of ten.
            let lift = |n: i128, by: u32| n.checked_mul(10i128.pow(by)).expect("it fits");
            assert_eq!(price * amount, lift(product, a + b - c), "{row:?}");
        }
        for same in ["BilledCost", "EffectiveCost", "ContractedCost"] {
            assert_eq!(row[same], row["ListCost"]);
        }
        assert_eq!(row["ContractedUnitPrice"], row["ListUnitPrice"]);
    }
}

#[test]
fn the_forecast_sums_to_the_estimate() {
    let (_, rows) = rows();
    for environment in ["staging", "production"] {
        let total = shipped(environment, &[]).monthly();
        for (column, amount) in [
            ("ListCost", total.expected),
            ("x_ListCostMin", total.min),
            ("x_ListCostMax", total.max),
        ] {
            let sum: Decimal = rows
                .iter()
                .filter(|r| r["x_Environment"] == environment)
                .map(|r| r[column].parse::<Decimal>().expect("a number"))
                .sum();
            // Quantities are cut after nine places: a hundred lines differ by less than a hundred-thousandth of a cent.
            assert!(
                (sum - amount.0).abs() < Decimal::new(1, 7),
                "{environment} {column}: {sum} is not {amount:?}"
            );
        }
    }
}

#[test]
fn every_row_keeps_the_rules_of_its_charge() {
    let (_, rows) = rows();
    let categories = [
        (
            "Compute",
            &["Containers", "Virtual Machines", "Serverless Compute"][..],
        ),
        (
            "Databases",
            &["Relational Databases", "NoSQL Databases", "Caching"],
        ),
        (
            "Networking",
            &[
                "Application Networking",
                "Content Delivery",
                "Network Connectivity",
                "Network Infrastructure",
                "Network Routing",
                "Network Security",
            ],
        ),
        ("Security", &["Secret Management"]),
        ("Storage", &["Object Storage", "File Storage"]),
        (
            "Management and Governance",
            &["Observability", "Other (Management and Governance)"],
        ),
    ];
    for row in &rows {
        let column = |name: &str| row[name].as_str();
        assert!(
            categories
                .iter()
                .any(|(c, subs)| *c == column("ServiceCategory")
                    && subs.contains(&column("ServiceSubcategory"))),
            "{row:?}"
        );
        assert_eq!(column("ChargeCategory"), "Usage");
        assert_eq!(column("BillingCurrency"), "USD");
        // What only an invoice can say.
        assert!(column("InvoiceId").is_empty() && column("ChargeClass").is_empty());
        assert_eq!(column("ChargePeriodStart"), "2026-12-01T00:00:00Z");
        assert_eq!(column("ChargePeriodEnd"), "2027-01-01T00:00:00Z");
        let dynamic = column("x_UsageType").contains("Spot");
        assert_eq!(
            column("PricingCategory"),
            if dynamic { "Dynamic" } else { "Standard" }
        );
        assert_eq!(
            column("ResourceId").is_empty(),
            column("ResourceType").is_empty()
        );
        assert_eq!(
            column("ResourceId").is_empty(),
            column("x_ServiceCode") == "AWSDataTransfer"
        );
        assert_eq!(column("SkuId"), column("SkuPriceId"));
        let tags: BTreeMap<String, String> = match column("Tags") {
            "" => BTreeMap::new(),
            text => serde_json::from_str(text).expect("keys and values"),
        };
        assert!(tags.values().all(|v| !v.is_empty()));
        for name in ["ListCost", "PricingQuantity", "ListUnitPrice"] {
            assert!(
                column(name)
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b == b'.'),
                "{name}: {}",
                column(name)
            );
        }
    }
    assert!(rows.iter().any(|r| r["PricingCategory"] == "Dynamic"));
}

/// Limits of `BatchCreateWorkloadEstimateUsage` as AWS documents them.
#[test]
fn calculator_rows_keep_the_limits_of_the_api() {
    let whole: Value = serde_json::from_str(&sample("bcm-pricing-calculator.json")).expect("JSON");
    let (_, focus) = rows();
    for environment in whole["environments"].as_array().expect("environments") {
        let mut keys = BTreeSet::new();
        let batches = environment["batches"].as_array().expect("batches");
        for batch in batches {
            let usage = batch.as_array().expect("rows");
            assert!((1..=25).contains(&usage.len()));
            for row in usage {
                let text = |name: &str| row[name].as_str().expect("text");
                let free = |c: char| c.is_ascii_alphanumeric() || "-._:, /()".contains(c);
                assert!(keys.insert(text("key")) && text("key").len() <= 10);
                assert!(text("operation").len() <= 32 && text("operation").chars().all(free));
                assert!(text("serviceCode").len() <= 32 && text("serviceCode").chars().all(free));
                assert!(text("usageType").len() <= 128 && text("usageType").chars().all(free));
                assert!(
                    text("group").len() <= 30
                        && text("group")
                            .chars()
                            .all(|c| c.is_ascii_alphanumeric() || c == '-')
                );
                assert!(
                    text("usageAccountId").len() == 12
                        && text("usageAccountId").bytes().all(|b| b.is_ascii_digit())
                );
                assert!(row["amount"].is_number());
            }
        }
        // Every charge that is more than nothing is there.
        let name = environment["environment"].as_str().expect("a name");
        let charged = focus
            .iter()
            .filter(|r| r["x_Environment"] == name && r["PricingQuantity"] != "0")
            .count();
        assert_eq!(keys.len(), charged, "{name}");
    }
}
