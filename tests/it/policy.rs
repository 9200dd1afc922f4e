//! Waivers, comments, baseline and the comparison of environments, through the same functions as `check`.

use std::collections::BTreeMap;
use std::sync::Arc;

use isms_cost::diag::Diagnostics;
use isms_cost::model::Deployment;
use isms_cost::policy::{Baseline, Policy, Run, Waiver, parse_date};
use isms_cost::report;
use isms_cost::resolve::{Evaluator, Inputs};
use isms_cost::rules::{EnvironmentFindings, Status, check, env};
use isms_cost::source::{FileTree, SourceMap};
use time::macros::date;

/// The environments `staging` and `production` of a template whose parameter `Env` is their name.
struct Stack {
    sources: SourceMap,
    deployments: Vec<Deployment>,
}

impl Stack {
    fn new(template: &str) -> Stack {
        let files = BTreeMap::from([("main.yaml".to_owned(), template.as_bytes().to_vec())]);
        let tree = FileTree::Memory(files);
        let sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        let evaluator = Evaluator::new(&sources, &tree);
        let parameters = |name: &str| match template.contains("Env:") {
            true => vec![("Env".to_owned(), name.to_owned())],
            false => Vec::new(),
        };
        let deployments = ["staging", "production"]
            .into_iter()
            .filter_map(|name| {
                let inputs = Inputs {
                    environment: Arc::from(name),
                    region: "eu-west-2".into(),
                    account: None,
                    template: "main.yaml".to_owned(),
                    parameter_files: Vec::new(),
                    parameters: parameters(name),
                };
                evaluator.evaluate(&inputs, &mut diagnostics)
            })
            .collect();
        let said: Vec<String> = diagnostics.iter().map(|d| d.message.clone()).collect();
        assert!(said.is_empty(), "{said:?}");
        Stack {
            sources,
            deployments,
        }
    }

    fn judge(&self, policy: &Policy, baseline: Option<&Baseline>) -> Vec<EnvironmentFindings> {
        let mut results: Vec<_> = self
            .deployments
            .iter()
            .map(|d| check(d, &self.sources, &[]))
            .collect();
        env::compare(&self.deployments, &mut results, policy.strict.as_deref());
        let run = Run {
            deployments: &self.deployments,
            sources: &self.sources,
            today: date!(2026 - 11 - 23),
            complete: true,
        };
        policy.apply(&mut results, baseline, &run);
        results
    }
}

/// `rule address` of each finding of a status, the family of a rule being one of the given.
fn list(result: &EnvironmentFindings, status: Status, families: &[&str]) -> Vec<String> {
    let own = result.findings.iter().filter(|f| f.status == status);
    own.filter(|f| families.iter().any(|family| f.rule.starts_with(family)))
        .map(|f| format!("{} {}", f.rule, f.address).trim_end().to_owned())
        .collect()
}

fn waiver(until: Option<&str>, owner: Option<&str>) -> Waiver {
    Waiver {
        rule: "logs.retention".to_owned(),
        address: "Logs".to_owned(),
        environments: vec!["staging".to_owned()],
        reason: "a test".to_owned(),
        owner: owner.map(str::to_owned),
        until: until.and_then(parse_date),
        place: (0, 0),
    }
}

const ENDLESS_LOGS: &str =
    "Resources:\n  Logs: {Type: AWS::Logs::LogGroup}\n  Other: {Type: AWS::Logs::LogGroup}\n";
const OURS: [&str; 2] = ["logs.retention", "policy."];

#[test]
fn a_waiver_covers_its_fault_in_its_environment_alone() {
    let stack = Stack::new(ENDLESS_LOGS);
    let policy = Policy {
        waivers: vec![waiver(Some("2026-11-23"), Some("me"))],
        ..Policy::default()
    };
    let results = stack.judge(&policy, None);
    assert_eq!(
        list(&results[0], Status::Waived, &OURS),
        ["logs.retention Logs"]
    );
    assert_eq!(
        list(&results[0], Status::Fail, &OURS),
        ["logs.retention Other"]
    );
    assert_eq!(
        list(&results[1], Status::Fail, &OURS),
        ["logs.retention Logs", "logs.retention Other"]
    );
}

#[test]
fn an_expired_an_endless_and_an_ownerless_waiver_are_findings() {
    let stack = Stack::new(ENDLESS_LOGS);
    for (until, owner, expected) in [
        (
            Some("2026-11-22"),
            Some("me"),
            vec![
                "logs.retention Logs",
                "logs.retention Other",
                "policy.waiver-expired",
            ],
        ),
        (
            None,
            Some("me"),
            vec!["logs.retention Other", "policy.waiver-no-expiry"],
        ),
        (
            Some("2027-01-01"),
            None,
            vec!["logs.retention Other", "policy.waiver-ownerless"],
        ),
        (
            Some("2027-01-01"),
            Some(" "),
            vec!["logs.retention Other", "policy.waiver-ownerless"],
        ),
    ] {
        let policy = Policy {
            waivers: vec![waiver(until, owner)],
            ..Policy::default()
        };
        let results = stack.judge(&policy, None);
        assert_eq!(
            list(&results[0], Status::Fail, &OURS),
            expected,
            "{until:?} {owner:?}"
        );
    }
}

#[test]
fn a_waiver_that_covers_nothing_is_a_finding() {
    let stack = Stack::new(
        "Resources:\n  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}\n",
    );
    let policy = Policy {
        waivers: vec![waiver(Some("2027-01-01"), Some("me"))],
        ..Policy::default()
    };
    let results = stack.judge(&policy, None);
    assert_eq!(
        list(&results[0], Status::Fail, &OURS),
        ["policy.waiver-unused"]
    );
    assert!(list(&results[1], Status::Fail, &OURS).is_empty());
}

#[test]
fn a_comment_covers_its_resource_or_its_line() {
    let whole = "Resources:\n  # isms-cost: ignore logs.retention reason short-lived owner me until 2027-01-01\n  Logs:\n    Type: AWS::Logs::LogGroup\n  Other:\n    Type: AWS::Logs::LogGroup\n";
    let results = Stack::new(whole).judge(&Policy::default(), None);
    assert_eq!(
        list(&results[0], Status::Waived, &OURS),
        ["logs.retention Logs"]
    );
    assert_eq!(
        list(&results[0], Status::Fail, &OURS),
        ["logs.retention Other"]
    );

    let expired = whole.replace("2027", "2025");
    let results = Stack::new(&expired).judge(&Policy::default(), None);
    let open = list(&results[0], Status::Fail, &OURS);
    assert_eq!(
        open,
        [
            "logs.retention Logs",
            "logs.retention Other",
            "policy.waiver-expired"
        ]
    );

    let refused = Policy {
        comments: false,
        ..Policy::default()
    };
    let results = Stack::new(whole).judge(&refused, None);
    assert!(list(&results[0], Status::Waived, &OURS).is_empty());

    // A comment at a property says nothing about the resource as a whole.
    let line = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: a # isms-cost: ignore logs.retention x owner me until 2027-01-01\n";
    let results = Stack::new(line).judge(&Policy::default(), None);
    assert_eq!(
        list(&results[0], Status::Fail, &OURS),
        ["logs.retention Logs", "policy.waiver-unused"]
    );
}

#[test]
fn a_baseline_absorbs_what_was_there_and_nothing_else() {
    let stack = Stack::new(ENDLESS_LOGS);
    let before = stack.judge(&Policy::default(), None);
    let baseline =
        Baseline::parse(&Baseline::of(&before, "2026-11-23").print()).expect("what it prints");
    let same = stack.judge(&Policy::default(), Some(&baseline));
    assert!(
        same.iter()
            .all(|r| r.findings.iter().all(|f| f.status != Status::Fail))
    );

    let moved = format!("# a comment\n\n{ENDLESS_LOGS}  New: {{Type: AWS::Logs::LogGroup}}\n");
    let results = Stack::new(&moved).judge(&Policy::default(), Some(&baseline));
    assert_eq!(
        list(&results[0], Status::Fail, &OURS),
        ["logs.retention New"]
    );
}

#[test]
fn production_is_not_weaker() {
    let head = "Parameters: {Env: {Type: String}}\nConditions: {Prod: !Equals [!Ref Env, production], Stage: !Equals [!Ref Env, staging]}\nResources:\n";
    let case =
        |resources: &str| Stack::new(&format!("{head}{resources}")).judge(&Policy::default(), None);
    let retention = |days: &str| {
        format!("  Logs: {{Type: AWS::Logs::LogGroup, Properties: {{RetentionInDays: {days}}}}}\n")
    };

    let results = case(&retention("!If [Prod, 7, 30]"));
    assert_eq!(
        list(&results[1], Status::Fail, &["env."]),
        ["env.production-not-weaker Logs"]
    );
    assert!(
        list(&results[0], Status::Fail, &["env."]).is_empty(),
        "staging is beside no one"
    );

    let results = case(&retention("!If [Prod, 30, 7]"));
    assert_eq!(
        list(&results[1], Status::Pass, &["env."]),
        ["env.production-not-weaker"]
    );

    // The rule holds in staging and is broken in production.
    let results = case(&retention("!If [Prod, !Ref AWS::NoValue, 30]"));
    assert_eq!(
        list(&results[1], Status::Fail, &["env."]),
        ["env.production-not-weaker Logs"]
    );

    // A protection that only staging has.
    let alarm = "  Alarm: {Type: AWS::CloudWatch::Alarm, Condition: Stage, Properties: {ComparisonOperator: LessThanThreshold, EvaluationPeriods: 1}}\n";
    let results = case(alarm);
    let open: Vec<_> = results[1]
        .findings
        .iter()
        .filter(|f| f.rule.starts_with("env."))
        .collect();
    assert_eq!(open.len(), 1);
    assert!(
        open[0].message.contains("condition Stage is false here"),
        "{}",
        open[0].message
    );

    // What nobody can know is unknown.
    let results = Stack::new("Parameters: {Env: {Type: String}, Days: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /d}}\nConditions: {Prod: !Equals [!Ref Env, production]}\nResources:\n  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !If [Prod, !Ref Days, 30]}}\n")
        .judge(&Policy::default(), None);
    assert_eq!(
        list(&results[1], Status::Unknown, &["env."]),
        ["env.production-not-weaker Logs"]
    );
}

#[test]
fn fingerprints_survive_moving_lines_and_name_each_fault() {
    let prints = |template: &str| -> Vec<String> {
        let stack = Stack::new(template);
        let results = stack.judge(&Policy::default(), None);
        let mut out = Vec::new();
        report::check::sarif(&mut out, &results, &stack.sources, "main.yaml").expect("written");
        let log: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results");
        assert!(results.iter().all(
            |r| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "main.yaml"
        ));
        results
            .iter()
            .map(|r| {
                r["partialFingerprints"]["primaryLocationLineHash"]
                    .as_str()
                    .expect("a fingerprint")
                    .to_owned()
            })
            .collect()
    };
    let before = prints(ENDLESS_LOGS);
    assert!(before.len() >= 2);
    let distinct: std::collections::BTreeSet<_> = before.iter().collect();
    assert_eq!(distinct.len(), before.len());
    assert_eq!(before, prints(&format!("\n# moved\n\n\n{ENDLESS_LOGS}")));
    assert_ne!(before, prints(&ENDLESS_LOGS.replace("Other", "Another")));
}

#[test]
fn evidence_tells_coverage_as_it_is() {
    use isms_cost::evidence::{FRAMEWORKS, Outcome, gather};
    let stack = Stack::new(
        "Parameters: {Days: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /d}}\nResources:\n  Unknown: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Days}}\n  Kept: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}\n  Nobody: {Type: AWS::CloudWatch::Dashboard, Properties: {DashboardBody: '{}'}}\n",
    );
    let results = stack.judge(&Policy::default(), None);
    let evidence = gather(&stack.deployments[0], &results[0], FRAMEWORKS[0]);
    let outcome = |id: &str| {
        evidence
            .controls
            .iter()
            .find(|c| c.id == id)
            .map(|c| c.outcome)
    };
    assert_eq!(evidence.controls.len(), 93);
    // logs.retention is mapped to A.8.15; one log group is unknown, which outweighs the one that passes.
    assert!(matches!(
        outcome("A.8.15"),
        Some(Outcome::Unknown | Outcome::Fail)
    ));
    // Physical controls have no rule, and are said to have none.
    assert_eq!(outcome("A.7.1"), Some(Outcome::NoRule));
    assert_eq!(evidence.unjudged["AWS::CloudWatch::Dashboard"].len(), 1);
    assert!(!evidence.unjudged.contains_key("AWS::Logs::LogGroup"));
    // A framework of which only mapped controls are known lists no other.
    let soc2 = gather(&stack.deployments[0], &results[0], FRAMEWORKS[1]);
    assert!(soc2.controls.iter().all(|c| c.outcome != Outcome::NoRule));
}
