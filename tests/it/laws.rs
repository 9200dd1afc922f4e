//! Laws that hold for every input. Left out: profiles and log-normal demand (not modelled here), the endpoint
//! recommendation (`optimize` is not there yet). Placement, tiers, exchange rates and parts of the lifecycle policy
//! have their laws beside their code.

use isms_cost::diag::Diagnostics;
use isms_cost::estimate::{Context, Estimate, estimate};
use isms_cost::model::{Address, Kind};
use isms_cost::pricing::{PriceBook, Range, Usd};
use isms_cost::source::SourceMap;
use isms_cost::usage;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::estimate_cases::shipped;
use crate::support::evaluate;

/// The estimate of a template (below `Resources:`) with usage (below `resource_usage:`).
fn price(files: &[(&str, &str)], usage_text: &str, book: &PriceBook) -> Estimate {
    let evaluated = evaluate(files, &[]);
    assert!(evaluated.said().is_empty(), "{:?}", evaluated.said());
    let sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let text = if usage_text.is_empty() {
        String::new()
    } else {
        format!("resource_usage:\n{usage_text}")
    };
    let file = sources.add("usage.yaml", text.as_str());
    let usage =
        usage::parse(file, &text, &[evaluated.deployment()], &mut diagnostics).unwrap_or_default();
    let context = Context {
        deployment: evaluated.deployment(),
        book,
        usage: &usage,
        free_tier: false,
    };
    estimate(&context)
}

fn monthly(template: &str, usage: &str) -> Range<Usd> {
    price(&[("main.yaml", template)], usage, &PriceBook::embedded()).monthly()
}

fn service(cpu: u32, memory: u32, arm: bool, strategy: &str, tasks: u32, storage: u32) -> String {
    let arch = if arm { "ARM64" } else { "X86_64" };
    format!(
        "Resources:\n  T: {{Type: 'AWS::ECS::TaskDefinition', Properties: {{Family: f, Cpu: {cpu}, Memory: {memory}, RuntimePlatform: {{CpuArchitecture: {arch}}}, EphemeralStorage: {{SizeInGiB: {storage}}}}}}}\n  S: {{Type: 'AWS::ECS::Service', Properties: {{TaskDefinition: !Ref T, DesiredCount: {tasks}, {strategy}}}}}\n"
    )
}

fn mix(base: u32, on_demand: u32, spot: u32) -> String {
    format!(
        "CapacityProviderStrategy: [{{CapacityProvider: FARGATE, Base: {base}, Weight: {on_demand}}}, {{CapacityProvider: FARGATE_SPOT, Weight: {spot}}}]"
    )
}

fn cluster(least: Decimal, most: Decimal, tier: u32, readers: u32, optimized: bool) -> String {
    let storage = if optimized { "aurora-iopt1" } else { "aurora" };
    let mut text = format!(
        "Resources:\n  C: {{Type: 'AWS::RDS::DBCluster', Properties: {{Engine: aurora-postgresql, StorageType: {storage}, ServerlessV2ScalingConfiguration: {{MinCapacity: {least}, MaxCapacity: {most}}}}}}}\n  W: {{Type: 'AWS::RDS::DBInstance', Properties: {{DBClusterIdentifier: !Ref C, DBInstanceClass: db.serverless, PromotionTier: 0}}}}\n"
    );
    for i in 0..readers {
        text += &format!(
            "  R{i}: {{Type: 'AWS::RDS::DBInstance', Properties: {{DBClusterIdentifier: !Ref C, DBInstanceClass: db.serverless, PromotionTier: {tier}}}}}\n"
        );
    }
    text
}

const FARGATE: &str = "LaunchType: FARGATE";
const SIZES: [(u32, u32); 4] = [(256, 512), (512, 1024), (1024, 2048), (2048, 4096)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Laws 1 and 2: lines are not negative, and add up exactly to the total.
    #[test]
    fn lines_add_up(least in 1u32..6, more in 0u32..6, spot in 0u32..11) {
        let parameters = [
            ("MinTaskCount", least.to_string()),
            ("MaxTaskCount", (least + more).to_string()),
            ("SpotPercentage", (spot * 10).to_string()),
        ];
        let parameters: Vec<(String, String)> = parameters.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        let estimate = shipped("staging", &parameters);
        let mut sum = Range::<Usd>::default();
        for item in estimate.resources.iter().flat_map(|r| &r.line_items) {
            for amount in [item.monthly.min, item.monthly.expected, item.monthly.max] {
                prop_assert!(amount >= Usd::ZERO, "{item:?}");
            }
            sum = sum + item.monthly;
        }
        // A decimal holds 28 digits; thirds of an hour end there, and the order of additions shows in the last.
        let total = estimate.monthly();
        for (a, b) in [(sum.min, total.min), (sum.expected, total.expected), (sum.max, total.max)] {
            prop_assert!((a - b).0.abs() < Decimal::new(1, 18), "{:?} {:?}", a, b);
        }
        // Law 11 for the whole: min ≤ expected ≤ max.
        prop_assert!(sum.min <= sum.expected && sum.expected <= sum.max);
    }

    /// Law 3: sizes in every spelling are the same size.
    #[test]
    fn spellings_of_a_size(size in 0usize..4) {
        let (cpu, memory) = SIZES[size];
        let plain = monthly(&service(cpu, memory, false, FARGATE, 2, 20), "");
        let vcpu = Decimal::from(cpu) / Decimal::from(1024);
        let gb = Decimal::from(memory) / Decimal::from(1024);
        let text = service(cpu, memory, false, FARGATE, 2, 20)
            .replace(&format!("Cpu: {cpu}"), &format!("Cpu: '{vcpu} vCPU'"))
            .replace(&format!("Memory: {memory}"), &format!("Memory: '{gb}GB'"));
        prop_assert_eq!(plain, monthly(&text, ""));
    }

    /// Laws 4, 8 and 12: linear in tasks, monotone in size and storage, ARM at most x86, 20 GB are included.
    #[test]
    fn fargate_is_monotone(size in 0usize..3, tasks in 1u32..20, storage in 21u32..200) {
        let (cpu, memory) = SIZES[size];
        let one = monthly(&service(cpu, memory, false, FARGATE, 1, 20), "").expected;
        let many = monthly(&service(cpu, memory, false, FARGATE, tasks, 20), "").expected;
        prop_assert_eq!(many, one * Decimal::from(tasks));
        let (bigger_cpu, bigger_memory) = SIZES[size + 1];
        prop_assert!(monthly(&service(bigger_cpu, bigger_memory, false, FARGATE, tasks, 20), "").expected > many);
        prop_assert!(monthly(&service(cpu, memory, true, FARGATE, tasks, 20), "").expected < many);
        prop_assert!(monthly(&service(cpu, memory, false, FARGATE, tasks, storage), "").expected > many);
    }

    /// Laws 8 and 9: Spot is at most on-demand; more weight on Spot never costs more; weight 0 is on-demand exactly.
    #[test]
    fn spot_never_costs_more(tasks in 1u32..15, base in 0u32..4, weight in 0u32..9) {
        let at = |w: u32| monthly(&service(512, 1024, true, &mix(base, 10 - w, w), tasks, 20), "");
        let on_demand = monthly(&service(512, 1024, true, FARGATE, tasks, 20), "");
        prop_assert_eq!(at(0), on_demand);
        prop_assert!(at(weight + 1).expected <= at(weight).expected);
        prop_assert!(at(weight).expected <= on_demand.expected);
        prop_assert_eq!(at(weight).max, on_demand.max);
    }

    /// Laws 13, 14 and 17: between the limits, more readers never cost less, a tier-1 reader at least a tier-2 one.
    #[test]
    fn aurora_stays_between_its_limits(least in 1u32..8, more in 0u32..40, own in 0u32..60, readers in 0u32..3) {
        let (least, most) = (Decimal::from(least) / Decimal::TWO, Decimal::from(least + more) / Decimal::TWO);
        let usage = |n: u32| {
            let mut text = format!("  C: {{storage_gb: 0, read_requests_per_sec: 0}}\n  W: {{capacity_units_per_hr: {own}}}\n");
            for i in 0..n {
                text += &format!("  R{i}: {{capacity_units_per_hr: 0}}\n");
            }
            text
        };
        let at = |tier, n| monthly(&cluster(least, most, tier, n, false), &usage(n));
        // Standard in London: 0.14 USD an ACU-hour (pricing-fixtures/eu-west-2.tsv).
        let acu = Decimal::new(14, 2) * Decimal::from(730) * Decimal::from(readers + 1);
        let here = at(1, readers);
        prop_assert_eq!(here.min.0, least * acu);
        prop_assert_eq!(here.max.0, most * acu);
        prop_assert!(here.min <= here.expected && here.expected <= here.max);
        prop_assert!(at(1, readers + 1).expected >= here.expected);
        prop_assert!(at(1, readers).expected >= at(2, readers).expected);
        let raised = monthly(&cluster(least, most + Decimal::ONE, 1, readers, false), &usage(readers));
        prop_assert_eq!(raised.min, here.min);
    }

    /// Law 16: I/O-Optimized is cheaper exactly above the break-even, and does not depend on requests.
    #[test]
    fn io_optimized_breaks_even_where_it_should(acu in 1u32..16, storage in 0u32..500, requests in 0u32..400) {
        let usage = |r: u32| format!("  C: {{storage_gb: {storage}, read_requests_per_sec: {r}}}\n  W: {{capacity_units_per_hr: {acu}}}\n");
        let limits = (Decimal::ONE, Decimal::from(16));
        let standard = monthly(&cluster(limits.0, limits.1, 0, 0, false), &usage(requests)).expected;
        let optimized = monthly(&cluster(limits.0, limits.1, 0, 0, true), &format!("  C: {{storage_gb: {storage}}}\n  W: {{capacity_units_per_hr: {acu}}}\n")).expected;
        // Millions of requests at which both cost the same: (0.05 × ACU-hours + 0.125 × GB) / 0.20.
        let millions = Decimal::from(requests) * Decimal::from(730 * 3600) / Decimal::from(1_000_000);
        let even = (Decimal::new(5, 2) * Decimal::from(acu) * Decimal::from(730) + Decimal::new(125, 3) * Decimal::from(storage)) / Decimal::new(20, 2);
        prop_assert_eq!(optimized < standard, millions > even);
    }

    /// Law 19: raising a dimension that does not bind changes nothing; the highest one is what is paid.
    #[test]
    fn only_the_binding_dimension_counts(connections in 26u32..500, active in 0u32..3000, gb in 0u32..730) {
        let template = "Resources:\n  L: {Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: {Scheme: internal, Subnets: [a, b]}}\n";
        let at = |active: u32, gb: u32| {
            monthly(template, &format!("  L: {{new_connections: {connections}, active_connections: {active}, processed_bytes_gb: {gb}, rule_evaluations: 0}}\n"))
        };
        // More than 25 connections a second are more than 1 LCU; the others stay below 1.
        prop_assert_eq!(at(active, gb), at(0, 0));
    }

    /// Law 7: the order of resources changes nothing.
    #[test]
    fn order_does_not_matter(order in Just(vec![0usize, 1, 2, 3]).prop_shuffle()) {
        let parts = [
            "  A: {Type: 'AWS::EC2::NatGateway'}\n",
            "  B: {Type: 'AWS::KMS::Key'}\n",
            "  C: {Type: 'AWS::SecretsManager::Secret'}\n",
            "  D: {Type: 'AWS::EC2::EIP'}\n",
        ];
        let usage = "  A: {monthly_data_processed_gb: 3}\n  B: {monthly_requests: 5}\n  C: {monthly_requests: 7}\n";
        let text: String = order.iter().map(|i| parts[*i]).collect();
        let lines = |template: &str| {
            let estimate = price(&[("main.yaml", template)], usage, &PriceBook::embedded());
            estimate.resources.iter().flat_map(|r| r.line_items.iter().map(move |i| format!("{} {} {:?}", r.address, i.name, i.monthly))).collect::<Vec<_>>()
        };
        prop_assert_eq!(lines(&format!("Resources:\n{text}")), lines(&format!("Resources:\n{}", parts.concat())));
    }

    /// Law 27: a literal as a parameter, and a resource in a nested stack, cost the same.
    #[test]
    fn parameters_and_nesting_change_only_addresses(tasks in 1u32..9) {
        let literal = service(512, 1024, true, FARGATE, tasks, 20);
        let with_parameter = format!("Parameters: {{N: {{Type: Number, Default: {tasks}}}}}\n{}", literal.replace(&format!("DesiredCount: {tasks}"), "DesiredCount: !Ref N"));
        let parent = format!("Resources:\n  Child: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: ./child.yaml, Parameters: {{N: {tasks}}}}}}}\n");
        let child = with_parameter.replace(&format!(", Default: {tasks}"), "");
        let expected = monthly(&literal, "");
        prop_assert_eq!(monthly(&with_parameter, ""), expected);
        let nested = price(&[("main.yaml", &parent), ("child.yaml", &child)], "", &PriceBook::embedded());
        prop_assert_eq!(nested.monthly(), expected);
        prop_assert_eq!(nested.resources[0].address.as_str(), "Child/S");
    }

    /// Law 28: a false condition takes exactly the resource's own cost away, and it is listed as off.
    #[test]
    fn a_condition_adds_exactly_its_own(gb in 0u32..1000) {
        let template = |on: &str| format!("Conditions: {{On: !Equals [{on}, 'yes']}}\nResources:\n  K: {{Type: 'AWS::KMS::Key'}}\n  N: {{Type: 'AWS::EC2::NatGateway', Condition: On}}\n");
        let usage = format!("  K: {{monthly_requests: 0}}\n  N: {{monthly_data_processed_gb: {gb}}}\n");
        let on = price(&[("main.yaml", &template("'yes'"))], &usage, &PriceBook::embedded());
        let off = price(&[("main.yaml", &template("'no'"))], "  K: {monthly_requests: 0}\n", &PriceBook::embedded());
        prop_assert_eq!(off.off.len(), 1);
        let own = on.resources.iter().find(|r| r.address == Address::from("N")).expect("priced").monthly();
        prop_assert_eq!(on.monthly(), off.monthly() + own);
    }

    /// parse(print(x)) = x for usage files.
    #[test]
    fn usage_survives_printing(a in 0u32..10_000, b in 0u32..10_000, c in 0u32..10_000, share in 0u32..101) {
        let mut three = [a, b, c];
        three.sort_unstable();
        let text = format!(
            "resource_type_default_usage:\n  AWS::EC2::NatGateway: {{monthly_data_processed_gb: {a}.5}}\nresource_usage:\n  X/Svc: {{running_tasks: {{min: {}, expected: {}, max: {}}}, spot_share: {}}}\n  data_transfer: {{monthly_intra_region_gb: {c}}}\n",
            three[0], three[1], three[2], Decimal::new(i64::from(share), 2)
        );
        let read = |text: &str| {
            let sources = SourceMap::default();
            let mut diagnostics = Diagnostics::default();
            let usage = usage::parse(sources.add("u", text), text, &[], &mut diagnostics).expect("usage");
            assert!(diagnostics.is_empty());
            let all = usage.defaults.into_iter().chain(usage.resources);
            all.map(|(k, f)| (k, f.values.into_iter().map(|(k, v)| (k, v.range)).collect::<Vec<_>>())).collect::<Vec<_>>()
        };
        let sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        let usage = usage::parse(sources.add("u", text.as_str()), &text, &[], &mut diagnostics).expect("usage");
        prop_assert_eq!(read(&usage::print(&usage)), read(&text));
    }

    /// The same values in each of the four forms of a parameter file read back the same.
    #[test]
    fn parameter_files_survive_printing(a in "[ -~]{0,20}", b in "[a-z,=]{0,12}") {
        let template = "Parameters: {A: {Type: String}, B: {Type: String}}\nResources: {R: {Type: 'X::Y', Properties: {A: !Ref A, B: !Ref B}}}\n";
        // A dynamic reference is a gap wherever it stands.
        prop_assume!(!a.contains("{{resolve:"));
        let object = serde_json::json!({"A": a, "B": b});
        let forms = [
            serde_json::json!({ "Parameters": object }),
            object.clone(),
            serde_json::json!([{"ParameterKey": "A", "ParameterValue": a}, {"ParameterKey": "B", "ParameterValue": b}]),
            serde_json::json!([format!("A={a}"), format!("B={b}")]),
        ];
        for form in forms {
            let got = evaluate(&[("main.yaml", template), ("params.json", &form.to_string())], &[]);
            prop_assert!(got.said().is_empty(), "{form}: {:?}", got.said());
            let resource = got.deployment().get(&Address::from("R")).expect("R");
            for (key, want) in [("A", &a), ("B", &b)] {
                let value = resource.properties.get(key).and_then(|v| v.as_text());
                prop_assert_eq!(value.as_deref(), Some(want.as_str()), "{}", form);
            }
        }
    }
}

/// Law 25: without its price a line is unpriced, and never a saving that nobody sees.
#[test]
fn a_price_that_is_gone_is_said() {
    let template = "Resources:\n  N: {Type: 'AWS::EC2::NatGateway'}\n";
    let usage = "  N: {monthly_data_processed_gb: 10}\n";
    let whole = PriceBook::embedded();
    let text: String = include_str!("../../pricing-fixtures/eu-west-2.tsv")
        .lines()
        .filter(|line| !line.contains("EUW2-NatGateway-Bytes"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut without = PriceBook::embedded();
    without.put("eu-west-2".to_owned(), text);
    assert!(
        price(&[("main.yaml", template)], usage, &whole)
            .unpriced
            .is_empty()
    );
    let estimate = price(&[("main.yaml", template)], usage, &without);
    assert_eq!(estimate.unpriced.len(), 1);
    assert!(
        estimate.unpriced[0]
            .reason
            .contains("EUW2-NatGateway-Bytes"),
        "{}",
        estimate.unpriced[0].reason
    );
}

/// Conditions against a brute-force model of three values.
mod conditions {
    use super::*;

    #[derive(Clone, Debug)]
    enum Tree {
        /// Parameter A, B (known) or C (not known) equals "yes".
        Leaf(usize),
        Not(Box<Tree>),
        And(Vec<Tree>),
        Or(Vec<Tree>),
    }

    fn tree() -> impl Strategy<Value = Tree> {
        (0usize..3)
            .prop_map(Tree::Leaf)
            .prop_recursive(4, 24, 3, |inner| {
                prop_oneof![
                    inner.clone().prop_map(|t| Tree::Not(Box::new(t))),
                    prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
                    prop::collection::vec(inner, 2..4).prop_map(Tree::Or),
                ]
            })
    }

    fn yaml(tree: &Tree) -> String {
        let list = |parts: &[Tree]| parts.iter().map(yaml).collect::<Vec<_>>().join(", ");
        match tree {
            Tree::Leaf(i) => format!(
                "{{'Fn::Equals': [{{Ref: {}}}, 'yes']}}",
                ["A", "B", "C"][*i]
            ),
            Tree::Not(inner) => format!("{{'Fn::Not': [{}]}}", yaml(inner)),
            Tree::And(parts) => format!("{{'Fn::And': [{}]}}", list(parts)),
            Tree::Or(parts) => format!("{{'Fn::Or': [{}]}}", list(parts)),
        }
    }

    /// Both worlds in which C is decided; known only if they agree on every branch that counts.
    fn model(tree: &Tree, known: [Option<bool>; 3]) -> Option<bool> {
        match tree {
            Tree::Leaf(i) => known[*i],
            Tree::Not(inner) => model(inner, known).map(|v| !v),
            Tree::And(parts) => {
                let values: Vec<_> = parts.iter().map(|p| model(p, known)).collect();
                if values.contains(&Some(false)) {
                    Some(false)
                } else {
                    values.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            Tree::Or(parts) => {
                let values: Vec<_> = parts.iter().map(|p| model(p, known)).collect();
                if values.contains(&Some(true)) {
                    Some(true)
                } else {
                    values
                        .into_iter()
                        .collect::<Option<Vec<_>>>()
                        .map(|_| false)
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn evaluation_is_the_model(tree in tree(), a in any::<bool>(), b in any::<bool>()) {
            let word = |v: bool| if v { "yes" } else { "no" };
            let template = format!(
                "Parameters:\n  A: {{Type: String, Default: '{}'}}\n  B: {{Type: String, Default: '{}'}}\n  C: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /c}}\nConditions: {{X: {}}}\nResources: {{R: {{Type: 'X::Y', Properties: {{P: !If [X, t, f]}}}}}}\n",
                word(a), word(b), yaml(&tree)
            );
            let got = evaluate(&[("main.yaml", &template)], &[]);
            prop_assert!(got.said().is_empty(), "{:?}", got.said());
            let value = got.deployment().get(&Address::from("R")).and_then(|r| r.properties.get("P")).expect("P").clone();
            let answer = match &value.kind {
                Kind::Unknown(_) => None,
                _ => Some(value.as_text().as_deref() == Some("t")),
            };
            prop_assert_eq!(answer, model(&tree, [Some(a), Some(b), None]));
        }
    }
}
