//! Generated parts of the documentation, compared with what the program says now. `UPDATE_DOCS=1` rewrites them.

use std::fmt::Write as _;
use std::path::Path;

use isms_cost::estimate::{Estimate, FREE, priced_types};
use isms_cost::pricing::{Range, Usd};
use isms_cost::usage::KEYS;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::estimate_cases::shipped;

fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/{name} is not what the program says; run with UPDATE_DOCS=1"
    );
}

#[test]
fn usage_keys() {
    let mut text = String::from(
        "# Usage keys\n\nWhat a usage file may say, by resource type. A figure is a number, or `{ min, expected, max }`. Made from `src/usage/keys.rs`.\n\n| type | key | meaning |\n|---|---|---|\n",
    );
    for key in KEYS {
        let _ = writeln!(
            text,
            "| {} | `{}` | {} |",
            key.resource_type, key.name, key.meaning
        );
    }
    compare("usage.md", &text);
}

#[test]
fn supported_resources() {
    let mut text = String::from(
        "# Supported resources\n\nEverything else is listed as unpriced. Made from `src/estimate`.\n\n## Priced\n\n",
    );
    for name in priced_types() {
        let _ = writeln!(text, "- {name}");
    }
    text += "- `data_transfer` of the usage file\n\n## Without a charge of their own\n\n| type | why |\n|---|---|\n";
    for (name, why) in FREE {
        let _ = writeln!(text, "| {name} | {why} |");
    }
    compare("supported-resources.md", &text);
}

/// Pounds at the configured rate: 1 GBP = 1.34 USD.
fn pounds(amount: Usd) -> Decimal {
    (amount.0 / Decimal::new(134, 2))
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
}

fn sum(estimate: &Estimate, wanted: &[&str]) -> Range<Usd> {
    let items = estimate
        .resources
        .iter()
        .flat_map(|r| r.line_items.iter().map(move |i| (r, i)));
    let fits = |address: &str| wanted.iter().any(|w| address.starts_with(w));
    items
        .filter(|(r, _)| fits(r.address.as_str()))
        .map(|(_, i)| i.monthly)
        .sum()
}

/// Line, its resources, and what the specification says for staging and production, in pounds.
const LINES: [(&str, &[&str], &str, &str); 6] = [
    ("Aurora Serverless v2", &["Database/"], "15-30", "60-200"),
    (
        "ECS Fargate Spot",
        &["Ecs/BackendService", "Ecs/FrontendService"],
        "20-40",
        "80-200",
    ),
    ("ALB", &["Alb/LoadBalancer"], "20", "20"),
    ("NAT gateway", &["Network/Nat"], "35", "35"),
    ("ECR storage", &["Ecr/"], "2", "5"),
    ("Data transfer", &["data_transfer"], "5", "20"),
];

#[test]
fn estimate_beside_the_specification() {
    let mut text = String::from(
        "# Our figures beside the specification's\n\nPounds a month at 1 GBP = 1.34 USD, list prices of London, before tax: `isms-cost estimate`. The specification's own figures are its section \"Cost\nEstimation\". This table is made by `tests/it/docs.rs`.\n\n",
    );
    for (environment, column) in [("staging", 2usize), ("production", 3)] {
        let estimate = shipped(environment, &[]);
        let _ = writeln!(
            text,
            "## {environment}\n\n| line | specification | min | expected | max | verdict |\n|---|---:|---:|---:|---:|---|"
        );
        let mut seen = Range::<Usd>::default();
        for line in LINES {
            let ours = sum(&estimate, line.1);
            seen = seen + ours;
            let theirs = if column == 2 { line.2 } else { line.3 };
            let high: Decimal = theirs
                .rsplit('-')
                .next()
                .and_then(|t| t.parse().ok())
                .expect("a figure");
            let low: Decimal = theirs
                .split('-')
                .next()
                .and_then(|t| t.parse().ok())
                .expect("a figure");
            let verdict = if line.0 == "NAT gateway" && environment == "production" {
                "we ship one in each zone; the specification has one"
            } else if pounds(ours.min) > high {
                "**impossible**: its own minimum capacities already exceed it"
            } else if pounds(ours.expected) > high {
                "too low for the usage that we state"
            } else if pounds(ours.expected) < low {
                "higher than needed"
            } else {
                "fits"
            };
            let _ = writeln!(
                text,
                "| {} | £{theirs} | £{} | £{} | £{} | {verdict} |",
                line.0,
                pounds(ours.min),
                pounds(ours.expected),
                pounds(ours.max)
            );
        }
        let total = estimate.monthly();
        let rest = total - seen;
        let _ = writeln!(
            text,
            "| what it leaves out | - | £{} | £{} | £{} | logs, secrets, keys, alarms, access logs, web ACL |",
            pounds(rest.min),
            pounds(rest.expected),
            pounds(rest.max)
        );
        let theirs = if column == 2 { "97-132" } else { "220-480" };
        let _ = writeln!(
            text,
            "| **total** | **£{theirs}** | **£{}** | **£{}** | **£{}** | |\n",
            pounds(total.min),
            pounds(total.expected),
            pounds(total.max)
        );
    }
    text += "The Aurora lines follow from arithmetic alone: two instances (\"Multi-AZ\") at the least capacity all month are 2 × 0.5 × 730 × 0.14 USD = 102.20 USD\n= £76 in staging, and 2 × 2 × 730 × 0.14 USD = 408.80 USD = £305 in production. \"Pay only for what you use\" starts at the minimum capacity.\nThe maximum is the configuration's ceiling, not a forecast: both instances at 16 or 128 ACU all month.\n\nThe specification's other claims: Graviton saves 20 % (0.03725 to 0.04656 USD a vCPU-hour: 20.0 %), true. Spot saves 30-50 %: at these task counts\n0 % at the minimum in staging, since one task of each service stays on demand. Aurora saves 40-60 % against provisioned: not at a minimum of\n2 ACU, whose 0.28 USD an hour are 13 % below a db.r7g.large at 0.323.\n";
    compare("estimate-vs-specification.md", &text);
}

/// `docs/rules` has a page for each rule, and none that is of no rule.
#[test]
fn rules() {
    use isms_cost::report::rules::{index, page};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut pages: Vec<(String, String)> = isms_cost::rules::all()
        .map(|r| (format!("{}.md", r.id), page(r)))
        .collect();
    pages.push(("README.md".to_owned(), index()));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
    }
    for (name, text) in &pages {
        compare(&format!("rules/{name}"), text);
    }
    let there = std::fs::read_dir(&folder).expect("a folder").count();
    assert_eq!(
        there,
        pages.len(),
        "docs/rules has a page of no rule; run with UPDATE_DOCS=1"
    );
}
