//! Amounts against arithmetic written out by hand.
//!
//! `tests/cases/shipped/ENV.yaml` has every line item of the stack we ship; `tests/cases/estimate/*.yaml` has single
//! resources in three regions. An amount is written as `min | expected | max`, or once where all three are the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use isms_cost::diag::Diagnostics;
use isms_cost::estimate::{Context, Estimate, estimate};
use isms_cost::model::Deployment;
use isms_cost::pricing::{PriceBook, Range};
use isms_cost::resolve::{Evaluator, Inputs};
use isms_cost::source::{FileTree, SourceMap};
use isms_cost::usage::{self, Usage};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::arithmetic::evaluate;
use crate::support::evaluate_in;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Differences below a thousandth of a thousandth of a cent come from the order of divisions.
fn same(a: Decimal, b: Decimal) -> bool {
    (a - b).abs() < Decimal::new(1, 8)
}

fn amounts(text: &str) -> Range<Decimal> {
    match text.split('|').map(evaluate).collect::<Vec<_>>().as_slice() {
        [all] => Range::flat(*all),
        [min, expected, max] => Range {
            min: *min,
            expected: *expected,
            max: *max,
        },
        _ => panic!("'{text}' is neither one amount nor three"),
    }
}

/// Every line item is expected, every expected line is there, and each amount is the arithmetic's.
fn compare(what: &str, estimate: &Estimate, expected: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut open: BTreeMap<&str, &str> = expected
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    for resource in &estimate.resources {
        for item in &resource.line_items {
            let key = format!("{}: {}", resource.address, item.name);
            let Some(text) = open.remove(key.as_str()) else {
                wrong.push(format!(
                    "{what}: nobody expects the line '{key}' of {:?}",
                    item.monthly
                ));
                continue;
            };
            let want = amounts(text);
            let got = item.monthly.map(|m| m.0);
            let equal = same(got.min, want.min)
                && same(got.expected, want.expected)
                && same(got.max, want.max);
            if !equal {
                wrong.push(format!(
                    "{what}: {key}: got {got:?}, want {want:?} = {text}"
                ));
            }
        }
    }
    wrong.extend(
        open.keys()
            .map(|key| format!("{what}: the line '{key}' is missing")),
    );
    wrong
}

#[derive(Deserialize)]
struct Shipped {
    lines: BTreeMap<String, String>,
    unpriced: Vec<String>,
}

pub(crate) fn shipped(environment: &str, parameters: &[(String, String)]) -> Estimate {
    let (deployment, usage) = shipped_parts(environment, parameters);
    let book = PriceBook::embedded();
    let estimate = estimate(&Context {
        deployment: &deployment,
        book: &book,
        usage: &usage,
        free_tier: false,
    });
    let mut diagnostics = Diagnostics::default();
    usage.unused(&[&deployment], &mut diagnostics);
    let said: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert!(said.is_empty(), "{environment}: {said:?}");
    estimate
}

/// The shipped stack's deployment and usage.
pub(crate) fn shipped_parts(
    environment: &str,
    parameters: &[(String, String)],
) -> (Deployment, Usage) {
    let account = if environment == "production" {
        "641918319442"
    } else {
        "956880242582"
    };
    let tree = FileTree::Folder(root());
    let sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let inputs = Inputs {
        environment: environment.into(),
        region: "eu-west-2".into(),
        account: Some(account.into()),
        template: "infrastructure/templates/main.yaml".to_owned(),
        parameter_files: vec![format!(
            "infrastructure/parameters/{environment}-params.json"
        )],
        parameters: parameters.to_vec(),
    };
    let deployment = Evaluator::new(&sources, &tree)
        .evaluate(&inputs, &mut diagnostics)
        .expect("a deployment");
    let path = format!("infrastructure/usage/{environment}.yaml");
    let text = std::fs::read_to_string(root().join(&path)).expect("a usage file");
    let file = sources.add(path, text.as_str());
    let usage = usage::parse(file, &text, &[&deployment], &mut diagnostics).expect("usage");
    let said: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert!(said.is_empty(), "{environment}: {said:?}");
    (deployment, usage)
}

#[test]
fn every_line_of_the_shipped_stack() {
    let mut wrong = Vec::new();
    for environment in ["staging", "production"] {
        let text =
            std::fs::read_to_string(root().join(format!("tests/cases/shipped/{environment}.yaml")))
                .expect("cases");
        let case: Shipped = serde_yaml::from_str(&text).expect("cases");
        let estimate = shipped(environment, &[]);
        wrong.extend(compare(environment, &estimate, &case.lines));
        let gaps: Vec<String> = estimate
            .unpriced
            .iter()
            .map(|u| format!("{}: {}", u.address, u.reason))
            .collect();
        assert_eq!(gaps, case.unpriced, "{environment}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[derive(Deserialize)]
struct Case {
    name: String,
    region: String,
    template: String,
    #[serde(default)]
    usage: String,
    #[serde(default)]
    lines: BTreeMap<String, String>,
    #[serde(default)]
    unpriced: Vec<String>,
    #[serde(default)]
    free: Vec<String>,
}

#[test]
fn single_resources_in_three_regions() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("tests/cases/estimate"))
        .expect("cases")
        .map(|e| e.expect("a file").path())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("cases");
        let cases: Vec<Case> =
            serde_yaml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for case in cases {
            count += 1;
            wrong.extend(run(&file, &case));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 60, "only {count} cases");
}

fn run(file: &Path, case: &Case) -> Vec<String> {
    let what = format!(
        "{}: {}",
        file.file_stem()
            .and_then(|s| s.to_str())
            .unwrap_or_default(),
        case.name
    );
    let template = format!(
        "Resources:\n{}",
        case.template
            .lines()
            .map(|l| format!("  {l}\n"))
            .collect::<String>()
    );
    let evaluated = evaluate_in(&[("main.yaml", &template)], &[], &case.region);
    let mut diagnostics = Diagnostics::default();
    let sources = SourceMap::default();
    let usage_text = if case.usage.is_empty() {
        String::new()
    } else {
        format!(
            "resource_usage:\n{}",
            case.usage
                .lines()
                .map(|l| format!("  {l}\n"))
                .collect::<String>()
        )
    };
    let id = sources.add("usage.yaml", usage_text.as_str());
    let usage = usage::parse(id, &usage_text, &[evaluated.deployment()], &mut diagnostics)
        .unwrap_or_default();
    let book = PriceBook::embedded();
    let context = Context {
        deployment: evaluated.deployment(),
        book: &book,
        usage: &usage,
        free_tier: false,
    };
    let estimate = estimate(&context);
    let mut wrong = compare(&what, &estimate, &case.lines);
    let said: Vec<String> = evaluated
        .said()
        .into_iter()
        .chain(diagnostics.iter().map(|d| d.message.clone()))
        .collect();
    if !said.is_empty() {
        wrong.push(format!("{what}: said {said:?}"));
    }
    let gaps: Vec<String> = estimate
        .unpriced
        .iter()
        .map(|u| format!("{}: {}", u.address, u.reason))
        .collect();
    if gaps != case.unpriced {
        wrong.push(format!(
            "{what}: unpriced {gaps:?}, want {:?}",
            case.unpriced
        ));
    }
    let free: Vec<String> = estimate
        .free
        .iter()
        .map(|f| f.address.to_string())
        .collect();
    if !case.free.iter().all(|f| free.contains(f)) {
        wrong.push(format!("{what}: free {free:?}, want {:?}", case.free));
    }
    wrong
}
