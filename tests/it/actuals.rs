//! A bill made from known usage, with noise and all that real bills have besides, is read back.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use isms_cost::actuals::{
    Bill, Calibration, Comparison, Engine, Files, Owner, Query, calibrate, compare,
};
use isms_cost::estimate::{Context, estimate};
use isms_cost::model::Deployment;
use isms_cost::pricing::{PriceBook, Range, Usd};
use isms_cost::usage::{Figure, Usage, print};
use rust_decimal::Decimal;
use time::Date;
use time::macros::date;

use crate::estimate_cases::shipped_parts;

const MISSING: u8 = 17;
const TODAY: Date = date!(2026 - 11 - 23);

fn number(text: &str) -> Decimal {
    text.parse().expect("a number")
}

/// What production really used: entry, key, figure.
const TRUTH: [(&str, &str, &str); 12] = [
    ("Ecs/BackendService", "running_tasks", "4"),
    ("Ecs/BackendService", "spot_share", "0.3"),
    ("Ecs/FrontendService", "running_tasks", "4"),
    ("Ecs/FrontendService", "spot_share", "0.3"),
    ("Database/AuroraWriter", "capacity_units_per_hr", "4.4"),
    ("Database/AuroraReader", "capacity_units_per_hr", "4.4"),
    ("Database/AuroraCluster", "storage_gb", "72"),
    ("Database/AuroraCluster", "backup_snapshot_size_gb", "31"),
    ("Network/NatGateway", "monthly_data_processed_gb", "80"),
    ("Network/NatGatewayB", "monthly_data_processed_gb", "80"),
    ("Alb/WebAcl", "monthly_requests", "1200000"),
    ("data_transfer", "monthly_outbound_internet_gb", "150"),
];

fn set(usage: &mut Usage, entry: &str, key: &str, value: &str) {
    let figures = usage.resources.entry(entry.into()).or_default();
    let range = Range::flat(number(value));
    figures
        .values
        .insert(key.into(), Figure { range, span: None });
}

/// One row of the bill, whatever file it goes to.
struct Row {
    charge: &'static str,
    service: String,
    usage_type: String,
    unit: String,
    environment: &'static str,
    day: u8,
    quantity: Decimal,
    cost: Decimal,
}

/// Up to 3 % more or less, the same in every run.
fn noise(state: &mut u64) -> Decimal {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    let permille = i64::try_from((*state >> 33) % 61).expect("small") - 30;
    Decimal::ONE + Decimal::new(permille, 3)
}

fn context<'a>(deployment: &'a Deployment, book: &'a PriceBook, usage: &'a Usage) -> Context<'a> {
    Context {
        deployment,
        book,
        usage,
        free_tier: false,
    }
}

/// October 2026 without the 17th.
fn rows(deployment: &Deployment, usage: &Usage) -> Vec<Row> {
    let mut truth = usage.clone();
    for (entry, key, value) in TRUTH {
        set(&mut truth, entry, key, value);
    }
    let book = PriceBook::embedded();
    let truth = estimate(&context(deployment, &book, &truth));
    let mut state = 42;
    let mut rows = Vec::new();
    for day in (1..=31).filter(|day| *day != MISSING) {
        for item in truth.resources.iter().flat_map(|r| &r.line_items) {
            let quantity = (item.quantity.expected * number("24") / number("730")
                * noise(&mut state))
            .round_dp(10);
            rows.push(Row {
                charge: "Usage",
                service: item.service.clone(),
                usage_type: item.usage_type.clone(),
                unit: item.unit.clone(),
                environment: "production",
                day,
                quantity,
                cost: (quantity * item.unit_price).round_dp(10),
            });
        }
        let mut other = |charge, service: &str, usage_type: &str, environment, cost: &str| {
            rows.push(Row {
                charge,
                service: service.to_owned(),
                usage_type: usage_type.to_owned(),
                unit: String::new(),
                environment,
                day,
                quantity: Decimal::ONE,
                cost: number(cost),
            });
        };
        other(
            "Usage",
            "AmazonCloudWatch",
            "EUW2-CW:MetricMonitorUsage",
            "production",
            "0.5",
        );
        other("Usage", "AmazonEC2", "EUW2-NatGateway-Hours", "", "1.2");
        other(
            "Usage",
            "AmazonEC2",
            "EUW2-NatGateway-Hours",
            "staging",
            "1.1",
        );
        if day == 1 {
            other(
                "Credit",
                "AmazonRDS",
                "EUW2-Aurora:ServerlessV2Usage",
                "production",
                "-25",
            );
            other(
                "Refund",
                "AmazonRDS",
                "EUW2-Aurora:ServerlessV2Usage",
                "production",
                "-7.5",
            );
            other("Tax", "AmazonRDS", "", "", "20");
        }
    }
    rows
}

const CUR: [&str; 11] = [
    "bill_billing_period_start_date",
    "line_item_usage_start_date",
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_usage_type",
    "product_region_code",
    "pricing_unit",
    "resource_tags",
    "line_item_usage_amount",
    "line_item_unblended_cost",
    "line_item_currency_code",
];

fn cur(rows: &[Row]) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(CUR).expect("a header");
    for row in rows {
        let tags = match row.environment {
            "" => "{}".to_owned(),
            name => format!(r#"{{"user_environment":"{name}","user_team":"isms"}}"#),
        };
        out.write_record([
            "2026-10-01T00:00:00.000Z",
            &format!("2026-10-{:02}T05:00:00.000Z", row.day),
            row.charge,
            &row.service,
            &row.usage_type,
            "eu-west-2",
            &row.unit,
            &tags,
            &row.quantity.to_string(),
            &row.cost.to_string(),
            "USD",
        ])
        .expect("a row");
    }
    out.into_inner().expect("bytes")
}

fn focus(rows: &[Row]) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "BillingPeriodStart",
        "ChargePeriodStart",
        "ChargeCategory",
        "ChargeClass",
        "x_ServiceCode",
        "x_UsageType",
        "RegionId",
        "PricingUnit",
        "Tags",
        "PricingQuantity",
        "EffectiveCost",
        "BillingCurrency",
    ])
    .expect("a header");
    for row in rows {
        // A refund is a usage charge set right.
        let (category, class) = match row.charge {
            "Refund" => ("Usage", "Correction"),
            other => (other, ""),
        };
        let tags = match row.environment {
            "" => String::new(),
            name => format!(r#"{{"user:Environment":"{name}"}}"#),
        };
        out.write_record([
            "2026-10-01 00:00:00",
            &format!("2026-10-{:02} 05:00:00", row.day),
            category,
            class,
            &row.service,
            &row.usage_type,
            "eu-west-2",
            &row.unit,
            &tags,
            &row.quantity.to_string(),
            &row.cost.to_string(),
            "USD",
        ])
        .expect("a row");
    }
    out.into_inner().expect("bytes")
}

fn query() -> Query {
    Query {
        month: "2026-10".parse().expect("a month"),
        tag: "Environment".to_owned(),
        value: "production".to_owned(),
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn ask(path: PathBuf) -> Result<Bill, String> {
    Files(vec![path]).ask(&query()).map_err(|e| e.to_string())
}

struct Reconciled {
    comparison: Comparison,
    calibration: Calibration,
    bill: Bill,
}

fn reconcile() -> Reconciled {
    let (deployment, usage) = shipped_parts("production", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(folder.path(), "cur.csv", &cur(&rows(&deployment, &usage)));
    let bill = ask(path).expect("a bill");
    let book = PriceBook::embedded();
    let context = context(&deployment, &book, &usage);
    let comparison = compare(&estimate(&context), &bill, &query(), TODAY);
    let calibration = calibrate(&context, &comparison);
    Reconciled {
        comparison,
        calibration,
        bill,
    }
}

#[test]
fn a_bill_with_noise_credits_and_gaps_is_reconciled() {
    let Reconciled {
        comparison,
        calibration,
        bill,
    } = reconcile();
    // 30 of 31 days: 720 hours.
    assert_eq!(comparison.hours, number("720"));
    assert_eq!(comparison.missing, [date!(2026 - 10 - 17)]);

    // 30 days at 0.50, which no line of the estimate has.
    let [metric] = &comparison.unexplained[..] else {
        panic!("{:?}", comparison.unexplained)
    };
    assert_eq!(metric.usage_type, "EUW2-CW:MetricMonitorUsage");
    assert_eq!(metric.cost, Usd(number("15")));

    // 30 days at 1.20 without the tag, of a line that the estimate has; 30 at 1.10 are staging's.
    let [untagged] = &comparison.untagged[..] else {
        panic!("{:?}", comparison.untagged)
    };
    assert_eq!(
        (untagged.cost, untagged.in_estimate),
        (Usd(number("36")), true)
    );
    assert_eq!(comparison.others, Usd(number("33")));

    let excluded: Vec<(&str, Owner, Decimal)> = comparison
        .excluded
        .iter()
        .map(|e| (&*e.charge, e.owner, e.cost.0))
        .collect();
    assert_eq!(
        excluded,
        [
            ("Credit", Owner::Environment, number("-25")),
            ("Refund", Owner::Environment, number("-7.5")),
            ("Tax", Owner::Untagged, number("20")),
        ]
    );

    // All that was billed to production, as the file has it: nothing is lost and no credit counts.
    let (deployment, usage) = shipped_parts("production", &[]);
    let all = rows(&deployment, &usage);
    let usage_of = |r: &&Row| r.charge == "Usage" && r.environment == "production";
    let sum: Decimal = all.iter().filter(usage_of).map(|r| r.cost).sum();
    assert_eq!(comparison.billed, Usd(sum));
    assert_eq!(usize::try_from(bill.read).expect("small"), all.len());

    for line in &comparison.matched {
        let parts = line.by_quantity.zip(line.by_rate).map(|(q, p)| q + p);
        assert_eq!(parts, Some(line.difference()), "{}", line.usage_type);
    }
    let explained: Usd = comparison.matched.iter().map(|l| l.billed).sum();
    assert_eq!(explained + metric.cost, comparison.billed);

    // Each day's noise is at most 3 %, and so is that of the sum.
    let least = Decimal::new(97, 2);
    let most = Decimal::new(103, 2);
    for (entry, key, truth) in TRUTH {
        let found = calibration.usage.resources[entry].values[key]
            .range
            .expected;
        let share = found / number(truth);
        // A share of two noisy quantities has the noise of both.
        let (least, most) = match key {
            "spot_share" => (least / most, most / least),
            _ => (least, most),
        };
        assert!(
            least <= share && share <= most,
            "{entry} {key}: {found} for {truth}"
        );
    }
}

/// What was written reads back, is in order, and gives the bill's quantities when estimated anew.
#[test]
fn calibrated_usage_is_a_usage_file_that_gives_the_bill() {
    let Reconciled {
        comparison,
        calibration,
        ..
    } = reconcile();
    let (deployment, _) = shipped_parts("production", &[]);
    let text = print(&calibration.usage);
    let sources = isms_cost::source::SourceMap::default();
    let file = sources.add("usage.yaml", text.as_str());
    let mut said = isms_cost::diag::Diagnostics::default();
    let read = isms_cost::usage::parse(file, &text, &[&deployment], &mut said).expect("usage");
    assert!(!said.has_errors(), "{text}");
    let book = PriceBook::embedded();
    let mut quantities: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for resource in estimate(&context(&deployment, &book, &read)).resources {
        for item in resource.line_items {
            *quantities
                .entry((item.service, item.usage_type))
                .or_default() += item.quantity.expected;
        }
    }
    let mut checked = 0;
    for line in &comparison.matched {
        let set = calibration.set.iter().any(|c| {
            c.usage_type == line.usage_type && c.service == line.service && c.service != "AmazonECS"
        });
        if !set {
            continue;
        }
        let key = (line.service.clone(), line.usage_type.clone());
        let target = line.billed_quantity.expect("a quantity") * number("730") / number("720");
        let off = (quantities[&key] / target - Decimal::ONE).abs();
        assert!(
            off < Decimal::new(2, 3),
            "{key:?}: {} for {target}",
            quantities[&key]
        );
        checked += 1;
    }
    assert!(checked >= 10, "{checked}");
}

#[test]
fn every_form_of_the_bill_says_the_same() {
    let (deployment, usage) = shipped_parts("production", &[]);
    let rows = rows(&deployment, &usage);
    let folder = tempfile::tempdir().expect("a folder");
    let plain = ask(write(folder.path(), "cur.csv", &cur(&rows))).expect("a bill");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&cur(&rows)).expect("bytes");
    let gz = gz.finish().expect("bytes");
    assert_eq!(
        ask(write(folder.path(), "cur.csv.gz", &gz)).expect("a bill"),
        plain
    );

    // FOCUS names the refund otherwise.
    let renamed = |bill: Bill| -> Vec<_> {
        let mut rows = bill.rows;
        for row in &mut rows {
            if let isms_cost::actuals::Charge::Else(name) = &mut row.charge
                && name == "Correction"
            {
                *name = "Refund".to_owned();
            }
        }
        rows.sort_by_key(|r| format!("{r:?}"));
        rows
    };
    let focus = ask(write(folder.path(), "focus.csv", &focus(&rows))).expect("a bill");
    assert_eq!(renamed(focus), renamed(plain));
}

/// What Athena writes for the SQL: two days, two owners, quoted as its CSV is.
#[test]
fn the_answer_of_the_query_is_a_bill() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "\"service\",\"usage_type\",\"region\",\"unit\",\"charge\",\"owner\",\"day\",\"quantity\",\"cost\"\n\
        \"AmazonEC2\",\"EUW2-NatGateway-Bytes\",\"eu-west-2\",\"GB\",\"Usage\",\"environment\",\"2026-10-01\",\"6.000000000000\",\"0.300000000000\"\n\
        \"AmazonEC2\",\"EUW2-NatGateway-Bytes\",\"eu-west-2\",\"GB\",\"Credit\",\"untagged\",\"2026-10-02\",\"0\",\"-1\"\n";
    let bill = ask(write(folder.path(), "answer.csv", text.as_bytes())).expect("a bill");
    let rows: Vec<_> = bill
        .rows
        .iter()
        .map(|r| (r.owner, r.day, r.quantity, r.cost))
        .collect();
    assert_eq!(
        rows,
        [
            (
                Owner::Environment,
                Some(date!(2026 - 10 - 01)),
                Some(number("6")),
                Usd(number("0.3"))
            ),
            (
                Owner::Untagged,
                Some(date!(2026 - 10 - 02)),
                Some(number("0")),
                Usd(number("-1"))
            ),
        ]
    );
}

#[test]
fn what_is_no_bill_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let header = CUR.join(",");
    let row = |amount: &str, currency: &str| {
        format!(
            "{header}\n2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,Usage,AmazonECR,EUW2-TimedStorage-ByteHrs,eu-west-2,GB-Mo,{{}},{amount},1,{currency}\n"
        )
    };
    for (text, reason) in [
        ("a,b\n1,2\n".to_owned(), "is no bill that is known"),
        (
            "line_item_usage_type,x\n".to_owned(),
            "has no column line_item_product_code",
        ),
        (row("one", "USD"), "'one' is no number"),
        (row("1", "CNY"), "amounts in CNY"),
        (
            row("1", "USD").replace("2026-10-02T", "the 2nd"),
            "is no date",
        ),
        ("Service,AmazonECR($)\n".to_owned(), "grouped by service"),
    ] {
        let said = ask(write(folder.path(), "x.csv", text.as_bytes())).expect_err(&text);
        assert!(said.contains(reason), "{said}");
    }
    let gone = ask(folder.path().join("gone.csv")).expect_err("no file");
    assert!(gone.contains("gone.csv"), "{gone}");
}

/// Cost Explorer's own CSV: cost and usage of one NAT gateway on two days, joined without a service.
#[test]
fn the_csv_of_cost_explorer_is_joined_by_usage_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "\"Usage type\",\"EUW2-NatGateway-Hours($)\",\"EUW2-NatGateway-Hours(Hrs)\",\"EUW2-Unknown($)\",\"Total costs($)\"\n\
        \"Usage type total\",\"4.80\",\"96\",\"1\",\"5.80\"\n\
        \"2026-10-01\",\"2.40\",\"48\",\"1\",\"3.40\"\n\"2026-10-02\",\"2.40\",\"48\",\"\",\"2.40\"\n";
    let bill = ask(write(folder.path(), "ce.csv", text.as_bytes())).expect("a bill");
    let (deployment, usage) = shipped_parts("production", &[]);
    let book = PriceBook::embedded();
    let estimate = estimate(&context(&deployment, &book, &usage));
    let comparison = compare(&estimate, &bill, &query(), date!(2026 - 10 - 03));
    // Two days of two gateways at 0.05: as estimated.
    assert_eq!(comparison.hours, number("48"));
    let [nat] = &comparison.matched[..] else {
        panic!("{:?}", comparison.matched)
    };
    assert_eq!(
        (&*nat.service, nat.billed),
        ("AmazonEC2", Usd(number("4.8")))
    );
    assert_eq!(nat.billed_quantity, Some(number("96")));
    assert!(nat.difference().0.abs() < number("0.0000001"), "{nat:?}");
    let unknown: Vec<&str> = comparison
        .unexplained
        .iter()
        .map(|u| &*u.usage_type)
        .collect();
    assert_eq!(unknown, ["EUW2-Unknown"]);
}

/// More usage at a lower price, by hand: estimated 2 × 730 h at 0.05 in a month, billed 1,800 h for 81 USD.
#[test]
fn a_difference_is_split_into_quantity_and_price() {
    let (deployment, usage) = shipped_parts("production", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let day = |day: u8| Row {
        charge: "Usage",
        service: "AmazonEC2".to_owned(),
        usage_type: "EUW2-NatGateway-Hours".to_owned(),
        unit: "Hrs".to_owned(),
        environment: "production",
        day,
        quantity: number("60"),
        cost: number("2.7"),
    };
    let rows: Vec<Row> = (1..=30).map(day).collect();
    let bill = ask(write(folder.path(), "cur.csv", &cur(&rows))).expect("a bill");
    let book = PriceBook::embedded();
    let estimate = estimate(&context(&deployment, &book, &usage));
    let comparison = compare(&estimate, &bill, &query(), TODAY);
    assert_eq!(comparison.missing, [date!(2026 - 10 - 31)]);
    let [nat] = &comparison.matched[..] else {
        panic!("{:?}", comparison.matched)
    };
    let near = |found: Option<Usd>, expected: &str| {
        let off = found.expect("an amount").0 - crate::arithmetic::evaluate(expected);
        assert!(off.abs() < number("0.0000001"), "{found:?} for {expected}");
    };
    near(Some(nat.estimated), "2*720*0.05");
    near(nat.by_quantity, "(1800-2*720)*0.05");
    near(nat.by_rate, "1800*(0.045-0.05)");
}
