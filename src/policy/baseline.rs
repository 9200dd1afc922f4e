//! Faults that were there when the gate was introduced.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{cover, is_open};
use crate::rules::{EnvironmentFindings, Suppression, SuppressionSource};

/// The faults that a team found when it began, by environment and [`crate::rules::Finding::key`]: the same fault at
/// another resource or property is a new one, and so is a second one at the same property.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    version: u32,
    /// The day on which it was made, `YYYY-MM-DD`.
    pub made: String,
    /// By environment: how often each key was there.
    faults: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Baseline {
    /// The open faults of a run.
    pub fn of(results: &[EnvironmentFindings], made: &str) -> Baseline {
        let mut faults: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for result in results {
            let own = faults.entry(result.environment.to_string()).or_default();
            for finding in result.findings.iter().filter(|f| is_open(f)) {
                *own.entry(finding.key()).or_default() += 1;
            }
        }
        Baseline {
            version: 1,
            made: made.to_owned(),
            faults,
        }
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    /// What is wrong, with line and column.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline = serde_json::from_str(text).map_err(|e| {
            format!("{e}; make a new one with isms-cost check --write-baseline FILE")
        })?;
        if baseline.version != 1 {
            return Err(format!(
                "version {} of a baseline is not known; this program writes 1",
                baseline.version
            ));
        }
        Ok(baseline)
    }

    /// As a file: sorted, one fault a line.
    pub fn print(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// How many faults it holds.
    pub fn len(&self) -> usize {
        self.faults.values().flat_map(BTreeMap::values).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waives the faults that it holds, each as often as it holds it.
    pub(super) fn waive(&self, results: &mut [EnvironmentFindings]) {
        for result in results {
            let Some(own) = self.faults.get(&*result.environment) else {
                continue;
            };
            let mut left = own.clone();
            for finding in result.findings.iter_mut().filter(|f| is_open(f)) {
                let Some(count) = left.get_mut(&finding.key()).filter(|n| **n > 0) else {
                    continue;
                };
                *count -= 1;
                let suppression = Suppression {
                    source: SuppressionSource::Baseline,
                    reason: format!("in the baseline of {}", self.made),
                    owner: None,
                    until: None,
                };
                cover(finding, suppression);
            }
        }
    }
}
