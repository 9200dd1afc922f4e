//! Faults of the network in the shipped stack, one at a time: each is named by the rule that is meant for it.

use std::collections::BTreeSet;

use isms_cost::rules::{Finding, Status, all, check};
use serde::Deserialize;

use crate::reach::files;
use crate::support::evaluate;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    what: String,
    file: String,
    from: String,
    to: String,
    rule: String,
    at: Vec<String>,
    says: String,
}

/// The rules that read the graph, or what it is made of.
fn about_the_network(rule: &str) -> bool {
    let others = [
        "alb.internet-facing-declared",
        "aurora.not-public",
        "ecs.no-public-ip",
    ];
    rule.starts_with("net.") || others.contains(&rule)
}

fn open(files: &[(String, String)]) -> Vec<Finding> {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let evaluated = evaluate(&files, &[]);
    check(evaluated.deployment(), &evaluated.sources, &[])
        .findings
        .into_iter()
        .filter(|f| about_the_network(f.rule) && f.status != Status::Pass)
        .collect()
}

fn said(findings: &[Finding]) -> Vec<String> {
    let one = |f: &Finding| format!("{} {}: {} {:?}", f.rule, f.address, f.message, f.evidence);
    findings.iter().map(one).collect()
}

#[test]
fn the_shipped_network_has_no_fault_and_nothing_unknown() {
    for environment in ["staging", "production"] {
        let open = open(&files(environment));
        assert!(open.is_empty(), "{environment}: {:?}", said(&open));
    }
}

#[test]
fn each_fault_of_the_network_is_named_by_its_rule_and_by_no_other() {
    let mutations: Vec<Mutation> =
        serde_yaml::from_str(include_str!("../cases/reach_mutations.yaml")).expect("mutations");
    let whole = files("production");
    let mut wrong = Vec::new();
    for mutation in &mutations {
        let mut files = whole.clone();
        let name = mutation.file.rsplit('/').next().expect("a name");
        let name = if name.ends_with("params.json") {
            "params.json"
        } else {
            name
        };
        let (_, text) = files
            .iter_mut()
            .find(|(n, _)| n == name)
            .expect("the file of the mutation");
        assert!(text.contains(&mutation.from), "{}", mutation.what);
        *text = text.replacen(&mutation.from, &mutation.to, 1);
        let found = open(&files);
        let at: Vec<&str> = found.iter().map(|f| f.address.as_str()).collect();
        let right = found
            .iter()
            .all(|f| f.rule == mutation.rule && f.status == Status::Fail);
        let says = said(&found).iter().any(|s| s.contains(&mutation.says));
        if at != mutation.at || !right || !says {
            wrong.push(format!("{}: {:?}", mutation.what, said(&found)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let proven: BTreeSet<&str> = mutations.iter().map(|m| m.rule.as_str()).collect();
    let rules: BTreeSet<&str> = all()
        .map(|r| r.id)
        .filter(|r| about_the_network(r))
        .collect();
    assert_eq!(proven, rules, "every rule about the network has a mutation");
}
