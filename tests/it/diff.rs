//! Laws of a difference, on random edits of the shipped parameters, and the command against a real git repository.

use std::process::Command;

use isms_cost::diff::{Kind, Step, diff};
use isms_cost::estimate::Estimate;
use isms_cost::pricing::{Range, Usd};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::estimate_cases::shipped;

fn edited(least: u32, more: u32, spot: u32, waf: bool) -> Vec<(String, String)> {
    [
        ("MinTaskCount", least.to_string()),
        ("MaxTaskCount", (least + more).to_string()),
        ("SpotPercentage", (spot * 10).to_string()),
        ("EnableWaf", waf.to_string()),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .to_vec()
}

fn to(estimate: Estimate) -> [Step; 1] {
    [Step {
        what: "all".into(),
        from: String::new(),
        to: String::new(),
        estimate,
    }]
}

/// A decimal holds 28 digits; the last may differ with the order of additions.
fn near(a: Range<Usd>, b: Range<Usd>) -> bool {
    let d = a - b;
    [d.min, d.expected, d.max]
        .iter()
        .all(|x| x.0.abs() < Decimal::new(1, 18))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn differences_are_differences(a in (1u32..5, 0u32..4, 0u32..11, any::<bool>()), b in (1u32..5, 0u32..4, 0u32..11, any::<bool>())) {
        let x = shipped("production", &edited(a.0, a.1, a.2, a.3));
        let y = shipped("production", &edited(b.0, b.1, b.2, b.3));
        let same = diff(&x, &to(x.clone()));
        prop_assert!(same.changes.is_empty() && same.base == same.head);
        let (there, back) = (diff(&x, &to(y.clone())), diff(&y, &to(x.clone())));
        let zero = (there.head - there.base) + (back.head - back.base);
        prop_assert!(near(zero, Range::default()));
        let sum: Range<Usd> = there.changes.iter().map(|c| c.delta).sum();
        prop_assert!(near(sum, there.head - there.base));
    }

    #[test]
    fn causes_sum_to_each_change(b in (1u32..5, 0u32..4, 0u32..11, any::<bool>())) {
        let base = shipped("production", &[]);
        let target = edited(b.0, b.1, b.2, b.3);
        let steps: Vec<Step> = (1..=target.len())
            .map(|n| Step { what: target[n - 1].0.clone(), from: String::new(), to: target[n - 1].1.clone(), estimate: shipped("production", &target[..n]) })
            .collect();
        let delta = diff(&base, &steps);
        for change in &delta.changes {
            let sum: Range<Usd> = change.causes.iter().map(|c| c.delta).sum();
            prop_assert!(near(sum, change.delta), "{change:?}");
        }
    }
}

#[test]
fn what_is_no_longer_priced_is_no_saving() {
    let base = shipped("production", &[]);
    let mut head = base.clone();
    let index = head
        .resources
        .iter()
        .position(|r| r.address.as_str() == "Network/NatGateway")
        .expect("a NAT gateway");
    let gone = head.resources.remove(index);
    head.unpriced.push(isms_cost::estimate::Unpriced {
        address: gone.address.clone(),
        resource_type: gone.resource_type.clone(),
        reason: "no price".into(),
        span: None,
    });
    let delta = diff(&base, &to(head));
    assert_eq!(delta.changes.len(), 1);
    assert_eq!(delta.changes[0].kind, Kind::NowUnpriced);
}

#[test]
fn reads_the_base_from_a_commit_and_leaves_the_work_tree_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let git = |args: &[&str]| {
        let done = Command::new("git")
            .arg("-C")
            .arg(folder.path())
            .args([
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.com",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(args)
            .output()
            .expect("git");
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    git(&["init", "-q"]);
    write(
        "isms-cost.yaml",
        "version: 1\ntemplate: t.yaml\nregion: eu-west-2\nenvironments: {live: {parameters: p.json}}\n",
    );
    let template = "Parameters: {N: {Type: Number}}\nResources:\n  T: {Type: 'AWS::ECS::TaskDefinition', Properties: {Cpu: 1024, Memory: 2048, Family: f}}\n  S: {Type: 'AWS::ECS::Service', Properties: {LaunchType: FARGATE, TaskDefinition: !Ref T, DesiredCount: !Ref N}}\n";
    write("t.yaml", template);
    write("p.json", r#"{"Parameters": {"N": "1"}}"#);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "one task"]);
    write("p.json", r#"{"Parameters": {"N": "3"}}"#);
    write(
        "t.yaml",
        &format!("{template}  A: {{Type: 'AWS::EC2::EIP'}}\n"),
    );
    let output = Command::new(env!("CARGO_BIN_EXE_isms-cost"))
        .args(["diff", "--base", "HEAD"])
        .current_dir(folder.path())
        .env_remove("AWS_REGION")
        .output()
        .expect("the program");
    // One task: 730 × (0.04656 + 2 × 0.00511) = 41.4494 USD; two more: 82.8988. The address: 730 × 0.005 = 3.65.
    let expected = "live: expected 41.45 → 128.00 USD a month, +86.55 (+208.8 %); min +86.55, max +86.55\n  added               +3.65  A\n               templates (+3.65)\n  changed            +82.90  S\n               parameter N 1 → 3 (+82.90)\n";
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        expected,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn one_process_reads_files_folders_and_links_of_a_commit() {
    use isms_cost::source::{FileTree, GitTree, ReadError};
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let git = |args: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
        let done = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(identity)
            .args(["-c", "commit.gpgsign=false"])
            .args(args)
            .output();
        assert!(done.expect("git").status.success());
    };
    git(&["init", "-q"]);
    std::fs::create_dir(root.join("a")).expect("a folder");
    std::fs::write(root.join("a/one.yaml"), "first\n").expect("written");
    std::fs::write(root.join("a/two words.yaml"), "").expect("written");
    std::os::unix::fs::symlink("a/one.yaml", root.join("link.yaml")).expect("a link");
    std::os::unix::fs::symlink("../outside", root.join("out.yaml")).expect("a link");
    git(&["add", "-A"]);
    git(&["commit", "-qm", "files"]);
    std::fs::write(root.join("a/one.yaml"), "second\n").expect("written");
    let tree = GitTree::start(root, "HEAD").expect("git");
    assert_eq!(tree.commit().map(|c| c.len()), Some(40));
    let tree = FileTree::Git(tree);
    assert_eq!(tree.read("a/one.yaml").expect("text"), "first\n");
    assert_eq!(tree.read("link.yaml").expect("text"), "first\n");
    assert_eq!(tree.read("a/two words.yaml").expect("text"), "");
    assert_eq!(tree.list("a", "yaml"), ["a/one.yaml", "a/two words.yaml"]);
    assert!(tree.list("b", "yaml").is_empty());
    assert!(matches!(
        tree.read("out.yaml"),
        Err(ReadError::Missing { .. })
    ));
    assert!(matches!(
        tree.read("gone.yaml"),
        Err(ReadError::Missing { .. })
    ));
    assert!(matches!(tree.read("a"), Err(ReadError::NotAFile { .. })));
    for wrong in ["nothing", "HEAD:a", "two\nlines", "--help", ""] {
        assert_eq!(
            GitTree::start(root, wrong).expect("git").commit(),
            None,
            "{wrong}"
        );
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    assert_eq!(
        GitTree::start(elsewhere.path(), "HEAD")
            .expect("git")
            .commit(),
        None
    );
}
