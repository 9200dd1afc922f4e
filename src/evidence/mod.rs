//! Evidence for an auditor: control → rules → resources → result, and what nothing was said about.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Deployment};
use crate::rules::{EnvironmentFindings, Finding, Rule, Status, all, mapping};

/// A framework whose controls rules are mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framework {
    /// On the command line.
    pub name: &'static str,
    /// Title and edition.
    pub title: &'static str,
    /// Its column in the mappings.
    pub column: &'static str,
    /// A column of our own readings that nobody has verified.
    pub suggested: Option<&'static str>,
    /// All its controls, as `(prefix, how many)`; empty where only the mapped ones are known here.
    pub all: &'static [(&'static str, u32)],
}

/// The frameworks. The numbers of ISO/IEC 27001:2022 Annex A are those of its four themes: 37, 8, 14 and 34.
pub const FRAMEWORKS: [Framework; 8] = [
    Framework {
        name: "iso27001",
        title: "ISO/IEC 27001:2022, Annex A",
        column: "iso27001_2022",
        suggested: Some("iso27001_2022_suggested"),
        all: &[("A.5.", 37), ("A.6.", 8), ("A.7.", 14), ("A.8.", 34)],
    },
    framework("soc2", "SOC 2 Trust Services Criteria", "soc2"),
    framework("pci", "PCI DSS 4.0", "pci_dss_4"),
    framework("nist", "NIST SP 800-53 Rev. 5", "nist_800_53"),
    framework("cis", "CIS AWS Foundations Benchmark 7.0", "cis_aws"),
    framework("nis2", "NIS 2", "nis2"),
    framework("c5", "BSI C5:2025", "c5_2025"),
    framework("k-isms", "K-ISMS", "k_isms"),
];

const fn framework(name: &'static str, title: &'static str, column: &'static str) -> Framework {
    Framework {
        name,
        title,
        column,
        suggested: None,
        all: &[],
    }
}

/// What is known of one control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A rule is broken.
    Fail,
    /// An input of a rule is missing.
    Unknown,
    /// Every fault is waived.
    Waived,
    /// Every rule that judged something holds.
    Pass,
    /// Rules are mapped to it, and the stack has nothing that they judge.
    NothingToJudge,
    /// No rule is mapped to it.
    NoRule,
}

impl Outcome {
    /// For people and programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Fail => "fail",
            Outcome::Unknown => "unknown",
            Outcome::Waived => "waived",
            Outcome::Pass => "pass",
            Outcome::NothingToJudge => "nothing to judge",
            Outcome::NoRule => "no rule",
        }
    }
}

/// One control with its rules.
#[derive(Debug)]
pub struct Control<'a> {
    /// Its id.
    pub id: String,
    /// The worst answer.
    pub outcome: Outcome,
    /// Its rules in order.
    pub rules: Vec<RuleResult<'a>>,
}

/// One rule's answers.
#[derive(Debug)]
pub struct RuleResult<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// Whether the mapping is only our own reading.
    pub suggested: bool,
    /// Its findings, passes included; empty where the stack has nothing that it judges.
    pub findings: Vec<&'a Finding>,
}

/// One environment's evidence for one framework.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The framework.
    pub framework: Framework,
    /// The controls in order.
    pub controls: Vec<Control<'a>>,
    /// Resources that no rule judged, by type.
    pub unjudged: BTreeMap<&'a str, Vec<&'a Address>>,
    /// How many resources the environment has.
    pub resources: usize,
}

/// Gathers the evidence of an environment.
pub fn gather<'a>(
    deployment: &'a Deployment,
    result: &'a EnvironmentFindings,
    framework: Framework,
) -> Evidence<'a> {
    let mut controls: BTreeMap<Vec<Part>, (String, Vec<RuleResult<'a>>)> = BTreeMap::new();
    for (prefix, count) in framework.all {
        for n in 1..=*count {
            let id = format!("{prefix}{n}");
            controls.insert(parts(&id), (id, Vec::new()));
        }
    }
    for rule in all() {
        let mapping = mapping(rule.id);
        let ids = |column: &str| mapping.controls.get(column).cloned().unwrap_or_default();
        let verified = ids(framework.column);
        let suggested = framework.suggested.map(ids).unwrap_or_default();
        let only = suggested
            .iter()
            .filter(|id| !verified.contains(id))
            .map(|id| (id, true));
        for (id, suggested) in verified.iter().map(|id| (id, false)).chain(only) {
            let findings = result
                .findings
                .iter()
                .filter(|f| f.rule == rule.id)
                .collect();
            let entry = controls
                .entry(parts(id))
                .or_insert_with(|| (id.clone(), Vec::new()));
            entry.1.push(RuleResult {
                rule,
                suggested,
                findings,
            });
        }
    }
    let judged: BTreeSet<&Address> = result.findings.iter().map(|f| &f.address).collect();
    let mut unjudged: BTreeMap<&str, Vec<&Address>> = BTreeMap::new();
    for resource in deployment
        .resources
        .values()
        .filter(|r| !judged.contains(&r.address))
    {
        unjudged
            .entry(&resource.resource_type)
            .or_default()
            .push(&resource.address);
    }
    Evidence {
        framework,
        controls: controls
            .into_values()
            .map(|(id, rules)| Control {
                outcome: outcome(&rules),
                id,
                rules,
            })
            .collect(),
        unjudged,
        resources: deployment.resources.len(),
    }
}

fn outcome(rules: &[RuleResult<'_>]) -> Outcome {
    if rules.is_empty() {
        return Outcome::NoRule;
    }
    let answers = rules
        .iter()
        .flat_map(|r| &r.findings)
        .map(|f| match f.status {
            Status::Fail => Outcome::Fail,
            Status::Unknown => Outcome::Unknown,
            Status::Waived => Outcome::Waived,
            Status::Pass => Outcome::Pass,
        });
    answers.min().unwrap_or(Outcome::NothingToJudge)
}

/// A piece of a control's id, so that A.8.9 stands before A.8.20.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Text(String),
}

fn parts(id: &str) -> Vec<Part> {
    let mut found = Vec::new();
    let mut rest = id;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        found.push(match piece.parse() {
            Ok(number) => Part::Number(number),
            Err(_) => Part::Text(piece.to_owned()),
        });
        rest = tail;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_their_numbers() {
        assert!(parts("A.8.9") < parts("A.8.20"));
        assert!(parts("SC-7(4)(b)") < parts("SC-7(11)"));
    }

    #[test]
    fn annex_a_has_93_controls() {
        let all: u32 = FRAMEWORKS[0].all.iter().map(|(_, n)| n).sum();
        assert_eq!(all, 93);
    }
}
