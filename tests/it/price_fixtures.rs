//! `pricing-fixtures/*.tsv` and its manifest are made from `pricing-fixtures/source/list-prices.csv` by this file.
//!
//! `UPDATE_FIXTURES=1 cargo test --test it price_fixtures` rewrites them; without it the test compares.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;

use isms_cost::pricing::{PriceBook, Row, derive_london_arm_spot, derived_spot_source};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pricing-fixtures")
}

struct Converted {
    files: BTreeMap<String, Vec<Row>>,
    sources: BTreeMap<String, String>,
    missing: Vec<(String, String)>,
}

fn convert(csv_text: &str) -> Converted {
    let mut out = Converted {
        files: BTreeMap::new(),
        sources: BTreeMap::new(),
        missing: Vec::new(),
    };
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    let columns: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect();
    let mut texts: BTreeSet<String> = BTreeSet::new();
    let mut raw: Vec<BTreeMap<String, String>> = Vec::new();
    for record in reader.records() {
        let record = record.expect("a record");
        let row: BTreeMap<String, String> = columns
            .iter()
            .cloned()
            .zip(record.iter().map(str::to_owned))
            .collect();
        texts.insert(row["source"].clone());
        raw.push(row);
    }
    let keys: BTreeMap<String, String> = texts
        .into_iter()
        .enumerate()
        .map(|(i, text)| (text, format!("s{:03}", i + 1)))
        .collect();
    for row in &raw {
        let (service, usage_type) = match row["service_code"].strip_prefix("FargateSpot") {
            // Named as the bill names it: the region's prefix, and `:perCPU` on the vCPU rate.
            Some(_) => {
                let prefix = match row["region"].as_str() {
                    "eu-west-2" => "EUW2-",
                    "eu-west-1" => "EU-",
                    _ => "USE1-",
                };
                let name = row["usagetype"].split(" (").next().unwrap_or_default();
                let per_cpu = if name.ends_with("vCPU-Hours") {
                    ":perCPU"
                } else {
                    ""
                };
                ("AmazonECS".to_owned(), format!("{prefix}{name}{per_cpu}"))
            }
            None => (row["service_code"].clone(), row["usagetype"].clone()),
        };
        let what = format!(
            "{} {} {}",
            row["region"], row["service_code"], row["description"]
        );
        let Ok(price) = Decimal::from_str(&row["price_usd"]) else {
            out.missing.push((what, "no price was found".to_owned()));
            continue;
        };
        if usage_type.is_empty() {
            out.missing.push((
                what,
                format!(
                    "SKU {} has a price, and its usage type is not known",
                    row["sku"]
                ),
            ));
            continue;
        }
        // Two products share this usage type; the first three dashboards are free for the basic one only.
        if usage_type == "DashboardsUsageHour" && row["end_range"] == "3" {
            out.missing.push((
                what,
                "the free allowance of another product under the same usage type".to_owned(),
            ));
            continue;
        }
        let file = match row["region"].as_str() {
            region @ ("eu-west-1" | "eu-west-2" | "us-east-1") => region.to_owned(),
            _ => "global".to_owned(),
        };
        let source = keys[&row["source"]].clone();
        out.sources.insert(source.clone(), row["source"].clone());
        out.files.entry(file).or_default().push(Row {
            service,
            usage_type,
            operation: row["operation"].clone(),
            begin: Decimal::from_str(&row["begin_range"]).unwrap_or_default(),
            end: Decimal::from_str(&row["end_range"]).ok(),
            unit: row["unit"].clone(),
            price,
            range: None,
            sku: row["sku"].clone(),
            date: row["effective_date"].clone(),
            date_kind: row["date_kind"].clone(),
            confidence: row["confidence"].clone(),
            usage_type_evidence: row["usagetype_evidence"].clone(),
            source,
            description: row["description"].clone(),
        });
    }
    derive_london_arm_spot(out.files.get_mut("eu-west-2").expect("London"));
    out.sources
        .insert("derived".to_owned(), derived_spot_source());
    for rows in out.files.values_mut() {
        rows.sort_by_key(Row::order);
    }
    out
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Converted {
    fn texts(&self) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        let mut files = serde_json::Map::new();
        for (name, rows) in &self.files {
            let text = Row::file(rows);
            let dates: BTreeSet<&str> = rows
                .iter()
                .map(|r| r.date.as_str())
                .filter(|d| !d.is_empty())
                .collect();
            files.insert(
                format!("{name}.tsv"),
                serde_json::json!({
                    "rows": rows.len(), "oldest": dates.first(), "newest": dates.last(), "sha256": sha256(&text),
                }),
            );
            texts.insert(format!("{name}.tsv"), text);
        }
        let missing: Vec<_> = self
            .missing
            .iter()
            .map(|(what, why)| serde_json::json!({"what": what, "why": why}))
            .collect();
        let manifest = serde_json::json!({
            "made_from": "pricing-fixtures/source/list-prices.csv by tests/it/price_fixtures.rs",
            "currency": "USD, on demand, before tax",
            "files": files, "missing": missing, "sources": self.sources,
        });
        texts.insert("MANIFEST.json".to_owned(), format!("{manifest:#}\n"));
        texts
    }
}

#[test]
fn committed_price_files_are_what_the_source_gives() {
    let source = std::fs::read_to_string(fixtures().join("source/list-prices.csv"))
        .expect("the source table");
    for (name, text) in convert(&source).texts() {
        let path = fixtures().join(&name);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(&path, &text).expect("written");
        }
        let committed = std::fs::read_to_string(&path).expect("committed");
        assert!(
            committed == text,
            "{name} is not what the source gives; run with UPDATE_FIXTURES=1"
        );
    }
}

#[test]
fn the_derived_rate_is_the_ratio_times_the_list_price() {
    let source = std::fs::read_to_string(fixtures().join("source/list-prices.csv"))
        .expect("the source table");
    let converted = convert(&source);
    let row = converted.files["eu-west-2"]
        .iter()
        .find(|r| r.usage_type == "EUW2-SpotUsage-Fargate-ARM-vCPU-Hours:perCPU")
        .expect("derived");
    // 0.03725 × 0.315391 = 0.01174831475; × 0.30 = 0.011175; × 0.50 = 0.018625
    assert_eq!(row.price.to_string(), "0.01174831475");
    assert_eq!(
        row.range.map(|(l, h)| (l.to_string(), h.to_string())),
        Some(("0.011175".into(), "0.018625".into()))
    );
    assert_eq!(row.confidence, "derived");
}

/// A quantity is multiplied with a price per unit: a unit that nobody knows is a mistake by some power of ten.
#[test]
fn every_unit_is_known() {
    let known = [
        "ACU-Hr",
        "API Requests",
        "Alarms",
        "Dashboards",
        "ECPU",
        "Entity",
        "Events",
        "GB",
        "GB-Hours",
        "GB-Mo",
        "GB-Seconds",
        "HealthChecks",
        "HostedZone",
        "Hrs",
        "IOPS-Mo",
        "IOs",
        "Invocations",
        "Keys",
        "LCU-Hrs",
        "Lambda-GB-Second",
        "MBPS-Mo",
        "Messages",
        "Metrics",
        "MiBps-Mo",
        "Notifications",
        "Param-Hrs",
        "Paths",
        "Queries",
        "ReadCapacityUnit-Hrs",
        "ReadRequestUnits",
        "Request",
        "Requests",
        "ReservedLCU-Hr",
        "Rule",
        "Runs",
        "Secrets",
        "StateTransitions",
        "WebACL",
        "WriteCapacityUnit-Hrs",
        "WriteRequestUnits",
        "hour",
        "hours",
        "instance update",
        "unit",
        "vCPU-Hours",
        "vCPU-Hr",
    ];
    let book = PriceBook::embedded();
    for region in book.regions() {
        for row in book.rows(region) {
            assert!(known.contains(&&*row.unit), "{region}: {}", row.line());
        }
    }
}

#[test]
fn a_row_survives_its_line() {
    let line =
        "S\tU\tO\t0\tInf\tGB\t0.10\t\t\tX\t2026-01-01\teffective\thigh\tverified\ts001\tsome text";
    let row = Row::parse(line).expect("a row");
    assert_eq!(row.line(), line);
    assert_eq!(
        Row::parse(&line.replace("0.10", "ten"))
            .expect_err("wrong")
            .to_string(),
        "column 7 (price_usd): 'ten' is no decimal number"
    );
}
