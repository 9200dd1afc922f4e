//! Laws of a difference, on random edits of the shipped parameters and templates.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isms_cost::diag::Diagnostics;
use isms_cost::diff::{Common, Delta, Moves, Side, diff};
use isms_cost::estimate::{Context, Estimate, estimate_some};
use isms_cost::model::{Address, Deployment};
use isms_cost::pricing::{PriceBook, Range, Usd};
use isms_cost::resolve::{Evaluator, Inputs, Snapshot};
use isms_cost::source::{FileTree, SourceMap};
use isms_cost::usage::{self, Usage};
use proptest::prelude::*;
use rust_decimal::Decimal;

type Files = BTreeMap<String, Vec<u8>>;

const TEMPLATES: &str = "infrastructure/templates";
const PRODUCTION: &str = "infrastructure/parameters/production-params.json";
const STAGING: &str = "infrastructure/parameters/staging-params.json";

fn shipped() -> Files {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Files::new();
    for folder in [TEMPLATES, "infrastructure/parameters"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_file() {
                let name = format!(
                    "{folder}/{}",
                    path.file_name().expect("a name").to_string_lossy()
                );
                files.insert(name, std::fs::read(path).expect("text"));
            }
        }
    }
    files
}

/// One edit: a file, what stands there, what stands there instead.
#[derive(Clone, Debug)]
struct Change(&'static str, String, String);

fn parameter(name: &'static str, from: &'static str, to: impl std::fmt::Display) -> Change {
    Change(
        "parameters/production-params.json",
        format!("\"{name}\": \"{from}\""),
        format!("\"{name}\": \"{to}\""),
    )
}

fn template(file: &'static str, from: &str, to: impl Into<String>) -> Change {
    Change(file, from.to_owned(), to.into())
}

/// Random edits, none of them twice. Each is one that a team makes.
fn edits() -> impl Strategy<Value = Vec<Change>> {
    let parameters = (
        1u32..5,
        0u32..4,
        0u32..11,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        1u32..8,
        prop::sample::select(vec![7u32, 30, 90]),
    );
    let templates = (1u32..100, 1u32..200, 1u32..500, 0u32..4);
    (parameters, templates, prop::collection::vec(any::<bool>(), 17)).prop_map(|(p, t, wanted)| {
        let flag = |b: bool| if b { "true" } else { "false" };
        let all = vec![
            parameter("MinTaskCount", "2", p.0),
            parameter("MaxTaskCount", "10", p.0 + p.1 + 1),
            parameter("SpotPercentage", "50", p.2 * 10),
            parameter("EnableWaf", "true", flag(p.3)),
            parameter("NatGatewayPerZone", "true", flag(p.4)),
            parameter("UseGraviton2", "true", flag(p.5)),
            parameter("AuroraMinCapacity", "2", p.6),
            parameter("LogRetentionDays", "365", p.7),
            template("templates/ecs-cluster.yaml", "\"50\": {OnDemand: \"50\"}", format!("\"50\": {{OnDemand: \"{}\"}}", t.0)),
            template("templates/alb.yaml", "UseWaf: !Equals [!Ref EnableWaf, \"true\"]", "UseWaf: !Equals [!Ref EnableWaf, \"never\"]"),
            template("templates/vpc.yaml", "RetentionInDays: !Ref LogRetentionDays", "RetentionInDays: 14"),
            template("templates/security-groups.yaml", "Resources:\n", format!("Resources:\n  Disk:\n    Type: AWS::EC2::Volume\n    Properties: {{Size: {}, VolumeType: gp3, AvailabilityZone: eu-west-2a}}\n", t.1)),
            template("templates/secrets-manager.yaml", "Resources:\n", "Resources:\n  Warehouse: {Type: 'AWS::Redshift::Cluster'}\n"),
            template("templates/vpc.yaml", "NatAddressB", "SecondAddress"),
            template("templates/main.yaml", "MinTaskCount: !Ref MinTaskCount", format!("MinTaskCount: {}", 1 + t.3)),
            template("templates/ecs-cluster.yaml", "  BackendLogs:\n", format!("  Spare: {{Type: 'AWS::EC2::EIP'}}\n  Table: {{Type: 'AWS::DynamoDB::Table', Properties: {{BillingMode: PROVISIONED, ProvisionedThroughput: {{ReadCapacityUnits: {}, WriteCapacityUnits: 1}}}}}}\n  BackendLogs:\n", t.2)),
            template("templates/aurora.yaml", "MinCapacity: !Ref MinCapacity", "MinCapacity: 1"),
        ];
        all.into_iter().zip(wanted).filter_map(|(e, w)| w.then_some(e)).collect()
    })
}

fn edited(edits: &[Change]) -> Files {
    let mut files = shipped();
    for Change(file, from, to) in edits {
        let path = format!("infrastructure/{file}");
        let text = String::from_utf8(files.remove(&path).expect("a file")).expect("text");
        assert!(text.contains(from.as_str()), "{path} has no {from}");
        files.insert(path, text.replace(from.as_str(), to).into_bytes());
    }
    files
}

/// One side, with all that it borrows from.
struct Evaluated {
    deployment: Deployment,
    estimate: Estimate,
    snapshot: Snapshot,
}

struct Bench {
    sources: SourceMap,
    book: PriceBook,
    usage: Usage,
}

impl Bench {
    fn new() -> Self {
        let sources = SourceMap::default();
        let path = "infrastructure/usage/production.yaml";
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join(path)).expect("usage");
        let file = sources.add(path, text.as_str());
        let usage = usage::parse(file, &text, &[], &mut Diagnostics::default()).expect("usage");
        Bench {
            sources,
            book: PriceBook::embedded(),
            usage,
        }
    }

    fn price(&self, deployment: &Deployment, wanted: &dyn Fn(&Address) -> bool) -> Estimate {
        let context = Context {
            deployment,
            book: &self.book,
            usage: &self.usage,
            free_tier: false,
        };
        estimate_some(&context, wanted)
    }

    fn side(&self, files: Files, parameters: &str) -> Evaluated {
        let tree = FileTree::Memory(files);
        let evaluator = Evaluator::new(&self.sources, &tree);
        let inputs = Inputs {
            environment: "production".into(),
            region: "eu-west-2".into(),
            account: None,
            template: format!("{TEMPLATES}/main.yaml"),
            parameter_files: vec![parameters.to_owned()],
            parameters: Vec::new(),
        };
        let mut diagnostics = Diagnostics::default();
        let deployment = evaluator
            .evaluate(&inputs, &mut diagnostics)
            .expect("a deployment");
        let said: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert!(!diagnostics.has_errors(), "{said:?}");
        let estimate = self.price(&deployment, &|_| true);
        Evaluated {
            estimate,
            snapshot: evaluator.files().snapshot(&inputs),
            deployment,
        }
    }

    fn diff(&self, base: &Evaluated, head: &Evaluated) -> Delta {
        let moves = Moves::find(&base.deployment, &head.deployment, &[]);
        let price = |d: &Deployment, wanted: &dyn Fn(&Address) -> bool| self.price(d, wanted);
        let common = Common {
            sources: &self.sources,
            price: &price,
        };
        fn side(e: &Evaluated) -> Side<'_> {
            Side {
                deployment: &e.deployment,
                estimate: &e.estimate,
                snapshot: &e.snapshot,
            }
        }
        diff(Some(&side(base)), Some(&side(head)), &moves, &common)
    }
}

/// The causes of every amount sum to it, and the amounts to the whole, to the last digit.
fn without_residue(delta: &Delta) {
    for change in &delta.changes {
        let sum: Range<Usd> = change.causes.iter().map(|c| c.delta).sum();
        assert_eq!(sum, change.delta, "{change:?}");
        let lines: Range<Usd> = change.lines.iter().map(|l| l.head - l.base).sum();
        assert!(near(lines, change.delta), "{change:?}");
        assert!(
            change.causes.iter().all(|c| c.what != "not known"),
            "{change:?}"
        );
    }
    let sum: Range<Usd> = delta.changes.iter().map(|c| c.delta).sum();
    assert_eq!(sum, delta.delta());
}

/// Line items keep all their digits, so that rounding to 18 places may differ in the last.
fn near(a: Range<Usd>, b: Range<Usd>) -> bool {
    let d = a - b;
    [d.min, d.expected, d.max]
        .iter()
        .all(|x| x.0.abs() < Decimal::new(1, 16))
}

fn turned(range: Range<Usd>) -> Range<Usd> {
    Range::default() - range
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Law 22, and attribution without residue, there and back.
    #[test]
    fn differences_are_differences(a in edits(), b in edits()) {
        let bench = Bench::new();
        let origin = bench.side(shipped(), PRODUCTION);
        let (x, y) = (bench.side(edited(&a), PRODUCTION), bench.side(edited(&b), PRODUCTION));
        let nothing = bench.diff(&x, &x);
        prop_assert!(nothing.changes.is_empty() && nothing.base == nothing.head);
        let (there, back) = (bench.diff(&x, &y), bench.diff(&y, &x));
        without_residue(&there);
        without_residue(&back);
        prop_assert_eq!(there.delta(), turned(back.delta()));
        prop_assert_eq!(there.comparable(), turned(back.comparable()));
        let (first, second) = (bench.diff(&x, &origin), bench.diff(&origin, &y));
        without_residue(&first);
        without_residue(&second);
        prop_assert_eq!(there.delta(), first.delta() + second.delta());
    }

    /// A single edit is its own cause.
    #[test]
    fn one_edit_is_one_cause(all in edits(), pick in any::<prop::sample::Index>()) {
        prop_assume!(!all.is_empty());
        let one = [all[pick.index(all.len())].clone()];
        let bench = Bench::new();
        let delta = bench.diff(&bench.side(shipped(), PRODUCTION), &bench.side(edited(&one), PRODUCTION));
        without_residue(&delta);
        let causes: BTreeSet<(&str, &str)> = delta.changes.iter().flat_map(|c| &c.causes).map(|c| (c.from.as_str(), c.to.as_str())).collect();
        let parameter = one[0].0.ends_with(".json");
        for change in &delta.changes {
            prop_assert!(change.causes.len() <= 1, "{change:?}");
            if parameter && let Some(cause) = change.causes.first() {
                let name = one[0].1.split('"').nth(1).unwrap_or_default();
                prop_assert_eq!(&cause.what, &format!("parameter {}", name));
            }
        }
        // Ten log groups may have a retention each; a parameter, mapping or condition is one thing.
        prop_assert!(!parameter || causes.len() <= 1);
    }
}

/// Law 29: with one template, every difference between two parameter files is some parameter's; and the parameters that
/// are named make the whole difference, the others nothing.
#[test]
fn two_parameter_files_differ_by_their_parameters() {
    let bench = Bench::new();
    let (staging, production) = (
        bench.side(shipped(), STAGING),
        bench.side(shipped(), PRODUCTION),
    );
    let delta = bench.diff(&staging, &production);
    without_residue(&delta);
    let mut named: BTreeSet<Arc<str>> = BTreeSet::new();
    for cause in delta.changes.iter().flat_map(|c| &c.causes) {
        let name = cause.what.strip_prefix("parameter ").expect("a parameter");
        let (from, to) = (
            &staging.snapshot.given[name],
            &production.snapshot.given[name],
        );
        assert!(
            from != to && **from == *cause.from && **to == *cause.to,
            "{cause:?}"
        );
        named.insert(name.into());
    }
    assert!(named.len() >= 8, "{named:?}");
    let total = |named_from: &Snapshot, rest_from: &Snapshot| {
        let mut snapshot = rest_from.clone();
        for name in &named {
            snapshot
                .given
                .insert(Arc::clone(name), Arc::clone(&named_from.given[name]));
        }
        let deployment = snapshot.evaluate(&bench.sources).expect("a deployment");
        bench.price(&deployment, &|_| true).monthly()
    };
    let (low, high) = (&staging.snapshot, &production.snapshot);
    assert_eq!(total(high, low), production.estimate.monthly());
    assert_eq!(total(low, high), staging.estimate.monthly());
}

/// A resource without a change is never in a difference, whichever edits were made elsewhere.
#[test]
fn comments_and_order_change_nothing() {
    let bench = Bench::new();
    let mut files = shipped();
    for (path, bytes) in &mut files {
        if path.ends_with(".yaml") {
            let text = String::from_utf8(bytes.clone()).expect("text");
            *bytes = format!("# A new first line.\n\n{text}").into_bytes();
        }
    }
    let delta = bench.diff(
        &bench.side(shipped(), PRODUCTION),
        &bench.side(files, PRODUCTION),
    );
    assert!(delta.changes.is_empty(), "{:?}", delta.changes);
}
