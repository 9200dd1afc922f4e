//! Which findings a change brings, and which it takes away.

use super::Moves;
use crate::rules::{EnvironmentFindings, Finding, Status};

/// The open findings (faults and what is not known) of two runs beside each other, by [`Finding::key`].
#[derive(Clone, Debug, Default)]
pub struct Compared<'a> {
    /// Open after and not before. What was a fault before and is not known now is not new.
    pub new: Vec<&'a Finding>,
    /// Open before and after, as after.
    pub old: Vec<&'a Finding>,
    /// Faults before, neither open nor waived after, as before: they or their resource are gone.
    pub fixed: Vec<&'a Finding>,
}

/// Compares the findings of one environment before and after. The same fault twice at one property counts twice.
pub fn compare<'a>(base: &'a [Finding], head: &'a [Finding]) -> Compared<'a> {
    let mut compared = Compared::default();
    let open = |f: &&Finding| matches!(f.status, Status::Fail | Status::Unknown);
    let keyed = |f: &'a Finding| (f.key(), f);
    let mut before: Vec<(String, &Finding)> = base.iter().filter(open).map(keyed).collect();
    let mut rest = Vec::new();
    for (key, finding) in head.iter().filter(|f| f.status != Status::Pass).map(keyed) {
        let same = |b: &(String, &Finding)| b.0 == key && covers(b.1, finding);
        match take(&mut before, same) {
            true if open(&finding) => compared.old.push(finding),
            true => {}
            false => rest.push(finding),
        }
    }
    // A property that is gone, or not known, may be named otherwise than the fault that it was.
    for finding in rest {
        let same = |b: &(String, &Finding)| {
            finding.status != Status::Fail
                && (b.1.rule, &b.1.address) == (finding.rule, &finding.address)
        };
        match take(&mut before, same) {
            true if open(&finding) => compared.old.push(finding),
            false if open(&finding) => compared.new.push(finding),
            _ => {}
        }
    }
    let faults = before.into_iter().map(|(_, finding)| finding);
    compared.fixed = faults.filter(|f| f.status == Status::Fail).collect();
    compared
}

/// Whether a finding is none the worse than what was there: a fault that was not known before is new.
fn covers(before: &Finding, after: &Finding) -> bool {
    after.status != Status::Fail || before.status == Status::Fail
}

/// Takes the first that fits out, if there is one.
fn take<T>(list: &mut Vec<T>, fits: impl Fn(&T) -> bool) -> bool {
    let at = list.iter().position(fits);
    if let Some(at) = at {
        list.remove(at);
    }
    at.is_some()
}

/// Findings that one side has and the other has not.
#[derive(Clone, Debug, Default)]
pub struct FindingChanges {
    /// Faults and things not known that were not there before.
    pub new: Vec<Finding>,
    /// Faults that are gone. A waiver fixes nothing.
    pub fixed: Vec<Finding>,
}

/// Compares the findings of an environment that may be there on one side only; a resource that has another address
/// now is the same resource.
pub fn changed_findings(
    base: Option<&EnvironmentFindings>,
    head: Option<&EnvironmentFindings>,
    moves: &Moves,
) -> FindingChanges {
    let findings = |side: Option<&EnvironmentFindings>| -> Vec<Finding> {
        side.map(|s| s.findings.clone()).unwrap_or_default()
    };
    let (mut before, after) = (findings(base), findings(head));
    for finding in &mut before {
        finding.address = moves.after(&finding.address).clone();
    }
    let compared = compare(&before, &after);
    FindingChanges {
        new: compared.new.into_iter().cloned().collect(),
        fixed: compared.fixed.into_iter().cloned().collect(),
    }
}
