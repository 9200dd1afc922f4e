//! The gate: budgets against arithmetic by hand, findings against a base, and the command with its exit codes.

use std::path::Path;
use std::process::{Command, Output};

use isms_cost::diff::{Moves, compare};
use isms_cost::estimate::{Context, Estimate, Unpriced, estimate};
use isms_cost::gate::{
    Budget, CheckKind, Compare, Count, Judged, Level, Override, Percent, Scenario, Scope, Settings,
    Side, State, Verdict, judge,
};
use isms_cost::model::Deployment;
use isms_cost::pricing::{PriceBook, Range, Usd};
use isms_cost::rules::Finding;
use isms_cost::usage::Usage;
use time::macros::date;

use crate::estimate_cases::shipped;
use crate::support::{Evaluated, evaluate};

/// An environment of one file.
struct Stack {
    evaluated: Evaluated,
    estimate: Estimate,
}

impl Stack {
    fn of(files: &[(&str, &str)]) -> Stack {
        let evaluated = evaluate(files, &[]);
        let book = PriceBook::embedded();
        let estimate = estimate(&Context {
            deployment: evaluated.deployment(),
            book: &book,
            usage: &Usage::default(),
            free_tier: false,
        });
        Stack {
            evaluated,
            estimate,
        }
    }

    /// Elastic IP addresses: each costs 730 × 0.005 = 3.65 USD a month.
    fn addresses(count: usize) -> Stack {
        let list: Vec<String> = (0..count)
            .map(|n| format!("  A{n}: {{Type: 'AWS::EC2::EIP'}}\n"))
            .collect();
        let nothing = "  N: {Type: 'AWS::CloudFormation::WaitConditionHandle'}\n";
        Stack::of(&[(
            "main.yaml",
            &format!("Resources:\n{nothing}{}", list.concat()),
        )])
    }

    fn deployment(&self) -> &Deployment {
        self.evaluated.deployment()
    }

    fn side(&self) -> Side<'_> {
        Side {
            deployment: Some(self.deployment()),
            estimate: &self.estimate,
            moves: None,
            findings: &[],
        }
    }
}

fn usd(text: &str) -> Usd {
    Usd(text.parse().expect("an amount"))
}

fn budget() -> Budget {
    Budget {
        name: "b".to_owned(),
        environments: Vec::new(),
        scope: Scope::Environment,
        scenario: Scenario::Expected,
        limit: None,
        increase: None,
        percent: None,
        level: Level::Fail,
        exception: None,
        place: "isms-cost.yaml:9:5".to_owned(),
    }
}

fn verdict(budget: Budget, base: Option<&Stack>, head: &Stack) -> Verdict {
    let pair = Compare {
        base: base.map(Stack::side),
        head: head.side(),
    };
    judge(
        &[budget],
        Settings::default(),
        &[pair],
        date!(2026 - 11 - 23),
    )
}

fn judged(budget: Budget, base: Option<&Stack>, head: &Stack) -> Judged {
    verdict(budget, base, head).environments[0].budgets[0].clone()
}

#[test]
fn a_limit_holds_up_to_the_last_cent() {
    // Two addresses: 2 × 3.65 = 7.30.
    let limit = |amount: &str| Budget {
        limit: Some(usd(amount)),
        ..budget()
    };
    let two = Stack::addresses(2);
    assert_eq!(judged(limit("7.30"), None, &two).state, State::Holds);
    let broken = judged(limit("7.29"), None, &two);
    assert_eq!((broken.state, broken.head), (State::Broken, usd("7.30")));
    let largest: Vec<&str> = broken.largest.iter().map(|(a, _)| a.as_str()).collect();
    assert_eq!(largest, ["A0", "A1"]);
    assert!(!verdict(limit("7.29"), None, &two).passes());
    let elsewhere = Budget {
        environments: vec!["other".to_owned()],
        ..limit("1")
    };
    assert!(
        verdict(elsewhere, None, &two).environments[0]
            .budgets
            .is_empty()
    );
    let warned = Budget {
        level: Level::Warn,
        ..limit("1")
    };
    assert_eq!(judged(warned.clone(), None, &two).state, State::Warned);
    assert!(verdict(warned, None, &two).passes());
}

#[test]
fn increases_are_against_the_base() {
    let (one, two, three) = (
        Stack::addresses(1),
        Stack::addresses(2),
        Stack::addresses(3),
    );
    let increase = |amount: &str| Budget {
        increase: Some(usd(amount)),
        ..budget()
    };
    // From one to three: 10.95 − 3.65 = 7.30.
    assert_eq!(
        judged(increase("7.30"), Some(&one), &three).state,
        State::Holds
    );
    let broken = judged(increase("7.29"), Some(&one), &three);
    assert_eq!(broken.state, State::Broken);
    let largest: Vec<&str> = broken.largest.iter().map(|(a, _)| a.as_str()).collect();
    assert_eq!(largest, ["A1", "A2"]);
    assert_eq!(
        judged(increase("0"), Some(&three), &one).state,
        State::Holds
    );
    let alone = judged(increase("0"), None, &three);
    assert_eq!(alone.state, State::NotJudged);
    assert_eq!(
        (alone.checks[0].kind, alone.checks[0].holds),
        (CheckKind::Increase, None)
    );

    let percent = |percent: u32, floor: &str| Budget {
        percent: Some(Percent {
            percent: percent.into(),
            floor: usd(floor),
        }),
        ..budget()
    };
    // From two to three: 3.65 / 7.30 = 50 %.
    let state = |p, floor| judged(percent(p, floor), Some(&two), &three).state;
    assert_eq!(state(50, "0"), State::Holds);
    assert_eq!(state(49, "0"), State::Broken);
    assert_eq!(state(49, "3.65"), State::Holds);
    assert_eq!(state(49, "3.64"), State::Broken);
    // Of nothing, every increase is more than any percentage; no increase is not.
    let none = Stack::addresses(0);
    let new = judged(percent(1000, "3.64"), Some(&none), &one);
    assert_eq!((new.state, new.checks[0].actual), (State::Broken, None));
    assert_eq!(
        judged(percent(0, "0"), Some(&none), &none).state,
        State::Holds
    );
    assert_eq!(
        judged(percent(1000, "3.65"), Some(&none), &one).state,
        State::Holds
    );
}

#[test]
fn an_override_holds_to_its_last_day() {
    let with = |until| Budget {
        limit: Some(usd("1")),
        exception: Some(Override {
            owner: "o".to_owned(),
            reason: "r".to_owned(),
            until,
        }),
        ..budget()
    };
    let one = Stack::addresses(1);
    let today = judged(with(date!(2026 - 11 - 23)), None, &one);
    assert_eq!(today.state, State::Overridden);
    assert!(verdict(with(date!(2026 - 11 - 23)), None, &one).passes());
    let ended = judged(with(date!(2026 - 11 - 22)), None, &one);
    assert_eq!(ended.state, State::Broken);
    assert_eq!(
        ended.reasons,
        ["the override of o ended on 2026-11-22: the budget counts"]
    );
    // An ended override of a budget that holds is said too.
    let fine = Budget {
        limit: Some(usd("5")),
        ..with(date!(2026 - 11 - 22))
    };
    let fine = judged(fine, None, &one);
    assert_eq!((fine.state, fine.reasons.len()), (State::Holds, 1));
}

#[test]
fn what_lost_its_price_is_no_saving() {
    let (two, mut one) = (Stack::addresses(2), Stack::addresses(2));
    let gone = one.estimate.resources.pop().expect("an address");
    one.estimate.unpriced.push(Unpriced {
        address: gone.address.clone(),
        resource_type: gone.resource_type.clone(),
        reason: "no price".to_owned(),
        span: None,
    });
    let limit = Budget {
        limit: Some(usd("5")),
        increase: Some(usd("0")),
        ..budget()
    };
    let judged = judged(limit.clone(), Some(&two), &one);
    assert_eq!((judged.state, judged.unpriced), (State::Unknown, 1));
    assert!(
        judged.reasons[0].starts_with("A1 had a price for more than it has now"),
        "{:?}",
        judged.reasons
    );
    // It was so before: no news.
    let base = Compare {
        base: Some(one.side()),
        head: one.side(),
    };
    let settings = Settings {
        deny_unpriced: true,
        ..Settings::default()
    };
    let run = |pair, count| {
        judge(
            std::slice::from_ref(&limit),
            Settings { count, ..settings },
            &[pair],
            date!(2026 - 11 - 23),
        )
    };
    let same = run(base, Count::New);
    assert!(same.passes() && same.environments[0].unpriced.before == 1);
    assert!(!run(base, Count::All).passes());
    let pair = Compare {
        base: Some(two.side()),
        head: one.side(),
    };
    let worse = run(pair, Count::New);
    assert_eq!(worse.environments[0].unpriced.counted[0].reason, "no price");
    assert!(!worse.passes());
}

/// Names of what a scope counts.
fn counted(scope: Scope, stack: &Stack) -> (State, Vec<String>, Usd) {
    let all = Budget {
        limit: Some(Usd::ZERO),
        scope,
        ..budget()
    };
    let judged = judged(all, None, stack);
    let names = judged.largest.iter().map(|(a, _)| a.to_string()).collect();
    (judged.state, names, judged.head)
}

#[test]
fn a_scope_is_a_service_a_resource_or_a_tag() {
    let main = "Resources:\n  Own: {Type: 'AWS::EC2::EIP', Properties: {Tags: [{Key: Team, Value: a}]}}\n  Child: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: child.yaml, Tags: [{Key: Team, Value: a}]}}\n  Childish: {Type: 'AWS::EC2::EIP'}\n";
    let child = "Resources:\n  Inherits: {Type: 'AWS::EC2::EIP'}\n  Other: {Type: 'AWS::EC2::EIP', Properties: {Tags: [{Key: Team, Value: b}]}}\n";
    let stack = Stack::of(&[("main.yaml", main), ("child.yaml", child)]);
    let names = |scope| counted(scope, &stack).1;
    let tag = |value: &str| Scope::Tag("Team".to_owned(), value.to_owned());
    assert_eq!(names(tag("a")), ["Child/Inherits", "Own"]);
    assert_eq!(names(tag("b")), ["Child/Other"]);
    assert!(names(tag("c")).is_empty());
    assert_eq!(
        names(Scope::Resource("Child".to_owned())),
        ["Child/Inherits", "Child/Other"]
    );
    assert_eq!(
        names(Scope::Resource("Child*".to_owned())),
        ["Child/Inherits", "Child/Other", "Childish"]
    );
    assert_eq!(names(Scope::Resource("Own".to_owned())), ["Own"]);
    // Four addresses: 4 × 3.65 = 14.60.
    assert_eq!(
        counted(Scope::Service("AmazonVPC".to_owned()), &stack).2,
        usd("14.60")
    );
    let nobody = Budget {
        limit: Some(usd("1")),
        scope: Scope::Service("AmazonEcs".to_owned()),
        ..budget()
    };
    assert_eq!(
        verdict(nobody, None, &stack).unused,
        [("b".to_owned(), "isms-cost.yaml:9:5".to_owned())]
    );

    let text = "Resources:\n  A: {Type: 'AWS::EC2::EIP', Properties: {Tags: [{Key: Team, Value: !ImportValue x}]}}\n";
    let unknown = Stack::of(&[("main.yaml", text)]);
    let all = Budget {
        limit: Some(usd("100")),
        scope: tag("a"),
        ..budget()
    };
    let answer = judged(all.clone(), None, &unknown);
    assert_eq!(answer.state, State::Unknown);
    assert!(
        answer.reasons[0].starts_with("whether A has tag Team=a is not known: "),
        "{:?}",
        answer.reasons
    );
    let pair = Compare {
        base: None,
        head: unknown.side(),
    };
    let strict = Settings {
        deny_unknown: true,
        ..Settings::default()
    };
    assert!(!judge(&[all], strict, &[pair], date!(2026 - 11 - 23)).passes());
}

#[test]
fn another_name_is_no_increase_and_no_new_gap() {
    let stack = |name: &str| {
        let text = format!(
            "Resources:\n  {name}: {{Type: 'AWS::EC2::EIP'}}\n  {name}Index: {{Type: 'AWS::Kendra::Index'}}\n"
        );
        Stack::of(&[("main.yaml", text.as_str())])
    };
    let (old, new) = (stack("Old"), stack("New"));
    let moves = Moves::find(old.deployment(), new.deployment(), &[]);
    let none = Budget {
        increase: Some(Usd::ZERO),
        scope: Scope::Resource("New*".to_owned()),
        ..budget()
    };
    let settings = Settings {
        deny_unpriced: true,
        deny_unknown: true,
        ..Settings::default()
    };
    let run = |moves: Option<&Moves>| {
        let base = Side {
            moves,
            ..old.side()
        };
        let pair = Compare {
            base: Some(base),
            head: new.side(),
        };
        judge(
            std::slice::from_ref(&none),
            settings,
            &[pair],
            date!(2026 - 11 - 23),
        )
    };
    let known = run(Some(&moves));
    assert_eq!(known.environments[0].budgets[0].state, State::Holds);
    assert!(known.passes() && known.environments[0].unpriced.before == 1);
    // Without the names it is a new address and a new gap.
    let unknown = run(None);
    assert_eq!(unknown.environments[0].budgets[0].state, State::Broken);
    assert_eq!(unknown.environments[0].unpriced.counted.len(), 1);
}

#[test]
fn services_sum_to_the_environment() {
    let estimate = shipped("production", &[]);
    let mut services: Vec<String> = estimate
        .resources
        .iter()
        .flat_map(|r| r.line_items.iter().map(|i| i.service.clone()))
        .collect();
    services.sort();
    services.dedup();
    assert!(services.len() > 5, "{services:?}");
    let budgets: Vec<Budget> = services
        .into_iter()
        .map(|service| Budget {
            name: service.clone(),
            scope: Scope::Service(service),
            scenario: Scenario::Max,
            limit: Some(Usd::ZERO),
            ..budget()
        })
        .collect();
    let side = Side {
        deployment: None,
        estimate: &estimate,
        moves: None,
        findings: &[],
    };
    let pair = Compare {
        base: None,
        head: side,
    };
    let verdict = judge(
        &budgets,
        Settings::default(),
        &[pair],
        date!(2026 - 11 - 23),
    );
    let sums = verdict.environments[0]
        .budgets
        .iter()
        .map(|b| Range::flat(b.head));
    let sum: Range<Usd> = sums.sum();
    let apart = (sum.max.0 - estimate.monthly().max.0).abs();
    assert!(apart < rust_decimal::Decimal::new(1, 18), "{apart}");
}

#[test]
fn findings_are_new_old_or_fixed() {
    // A log group without retention is a fault; one whose retention nobody knows is not known.
    let check = |text: &str| -> Vec<Finding> {
        let evaluated = evaluate(&[("main.yaml", text)], &[]);
        let all = isms_cost::rules::check(evaluated.deployment(), &evaluated.sources, &[]);
        all.findings
            .into_iter()
            .filter(|f| f.rule == "logs.retention")
            .collect()
    };
    let group = |name: &str, days: &str| {
        format!("  {name}: {{Type: 'AWS::Logs::LogGroup', Properties: {{{days}}}}}\n")
    };
    let stack = |groups: &[String]| format!("Resources:\n{}", groups.concat());
    let unknown = "RetentionInDays: !ImportValue days";
    let base = check(&stack(&[
        group("Gone", ""),
        group("Kept", ""),
        group("Mended", ""),
        group("Vague", ""),
        group("Known", unknown),
        group("Fine", "RetentionInDays: 30"),
    ]));
    let head = check(&stack(&[
        group("Kept", ""),
        group("Mended", "RetentionInDays: 30"),
        group("Vague", unknown),
        group("Known", ""),
        group("Fine", unknown),
        group("Added", ""),
    ]));
    let compared = compare(&base, &head);
    let names =
        |list: &[&Finding]| -> Vec<String> { list.iter().map(|f| f.address.to_string()).collect() };
    assert_eq!(names(&compared.new), ["Added", "Fine", "Known"]);
    assert_eq!(names(&compared.old), ["Kept", "Vague"]);
    assert_eq!(names(&compared.fixed), ["Gone", "Mended"]);
    assert!(compare(&base, &base).new.is_empty() && compare(&base, &base).fixed.is_empty());
}

const CONFIG: &str = "version: 1\ntemplate: t.yaml\nregion: eu-west-2\nenvironments: {live: {}}\nbudgets:\n  - {name: addresses, resource: A*, increase: 5}\n";
const BASE: &str = "Resources:\n  A0: {Type: 'AWS::EC2::EIP'}\n  Old: {Type: 'AWS::SQS::Queue', Properties: {SqsManagedSseEnabled: false}}\n";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_isms-cost"))
        .arg("gate")
        .args(arguments)
        .args(["--today", "2026-11-23"])
        .current_dir(folder)
        .env_remove("AWS_REGION")
        .output()
        .expect("the program")
}

#[test]
fn the_command_says_how_to_get_to_green() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write("isms-cost.yaml", CONFIG);
    write("before/t.yaml", BASE);
    write("t.yaml", BASE);
    let said = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let same = run(folder.path(), &["--base", "before", "--fail-on", "low"]);
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert!(
        said(&same).contains("faults were there before and do not count"),
        "{}",
        said(&same)
    );
    let all = run(
        folder.path(),
        &["--base", "before", "--fail-on", "low", "--count", "all"],
    );
    assert_eq!(all.status.code(), Some(1), "{}", said(&all));

    // Two more: 2 × 3.65 = 7.30, and at most 5.
    write(
        "t.yaml",
        &format!("{BASE}  A1: {{Type: 'AWS::EC2::EIP'}}\n  A2: {{Type: 'AWS::EC2::EIP'}}\n"),
    );
    let broken = run(folder.path(), &["--base", "before"]);
    assert_eq!(broken.status.code(), Some(1));
    let text = said(&broken);
    assert!(
        text.starts_with("gate: no, compared with before\n"),
        "{text}"
    );
    let green = "To get to green:\n- live: budget \"addresses\": expected +7.30 USD a month, at most +5.00 (isms-cost.yaml:6:5)\n    +3.65 A1: resource A1 (none) → AWS::EC2::EIP\n    +3.65 A2: resource A2 (none) → AWS::EC2::EIP\n    spend less, raise the budget, or accept it for a time with override: { owner, reason, until }\n";
    assert!(text.ends_with(green), "{text}");
    let json = run(folder.path(), &["--base", "before", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON alone");
    assert_eq!(value["passes"], false);
    let budget = &value["environments"][0]["budgets"][0];
    assert_eq!(
        (&budget["state"], &budget["checks"][0]["actual"]),
        (&"broken".into(), &"7.3".into())
    );
    let page = said(&run(
        folder.path(),
        &["--base", "before", "--format", "markdown"],
    ));
    assert!(
        page.starts_with("**Gate: no: 1 budget broken**\n"),
        "{page}"
    );
    assert!(
        page.contains(
            "| live | addresses | **broken** | expected +7.30 USD a month, at most +5.00 |"
        ),
        "{page}"
    );

    // Without a base an increase cannot be judged: said, and no only if that is asked for.
    let alone = run(folder.path(), &[]);
    assert_eq!(alone.status.code(), Some(0));
    let note = "note: live: budget \"addresses\" not judged: expected an increase of at most 5.00 USD cannot be judged without --base\n";
    assert!(said(&alone).contains(note), "{}", said(&alone));
    assert_eq!(
        run(folder.path(), &["--deny-unknown"]).status.code(),
        Some(1)
    );

    // What cannot be judged at all is 2, never a yes.
    write("before/t.yaml", "Resources: [\n");
    assert_eq!(
        run(folder.path(), &["--base", "before"]).status.code(),
        Some(2)
    );
    assert_eq!(
        run(folder.path(), &["--base", "nothing"]).status.code(),
        Some(2)
    );
    write(
        "isms-cost.yaml",
        &CONFIG.replace("increase: 5", "increase: five"),
    );
    let wrong = run(folder.path(), &["--base", "before"]);
    assert_eq!(wrong.status.code(), Some(2));
    let error = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(
        error.contains("isms-cost.yaml:6:47: 'five' is no amount a month"),
        "{error}"
    );
}
