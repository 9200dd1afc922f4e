//! Which rules of other tools ask the same as ours, and which controls of a framework a rule gives evidence for.
//!
//! `controls.csv` is data: the ids of other tools are checked against their sources of November 2026; the mappings to
//! frameworks are those that Prowler (`prowler/compliance/aws`, joined by its check names) and the AWS Guard rules
//! registry (`mappings/`) publish. They are others' opinions, not an audit. Where nobody has published one, the column
//! is empty. `iso27001_2022_suggested` is our own reading by theme and nobody has verified it; Prowler's `A.8.1`
//! (user endpoint devices) is left out, since it stands there for public exposure.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

/// One rule's relations to the outside. Each list is in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// Ids of other tools' rules, by tool.
    pub equivalents: IndexMap<&'static str, Vec<String>>,
    /// Ids of controls, by framework.
    pub controls: IndexMap<&'static str, Vec<String>>,
}

#[derive(Default, Deserialize)]
struct Row {
    rule: String,
    checkov: String,
    cfn_nag: String,
    trivy: String,
    guard: String,
    cdk_nag: String,
    security_hub: String,
    iso27001_2022: String,
    iso27001_2022_suggested: String,
    soc2: String,
    pci_dss_4: String,
    nist_800_53: String,
    cis_aws: String,
    nis2: String,
    c5_2025: String,
    k_isms: String,
}

impl Row {
    fn mapping(&self) -> Mapping {
        let list = |(name, ids): &(&'static str, &String)| {
            (
                *name,
                ids.split(' ')
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned)
                    .collect(),
            )
        };
        let equivalents = [
            ("checkov", &self.checkov),
            ("cfn_nag", &self.cfn_nag),
            ("trivy", &self.trivy),
            ("guard", &self.guard),
            ("cdk_nag", &self.cdk_nag),
            ("security_hub", &self.security_hub),
        ];
        let controls = [
            ("iso27001_2022", &self.iso27001_2022),
            ("iso27001_2022_suggested", &self.iso27001_2022_suggested),
            ("soc2", &self.soc2),
            ("pci_dss_4", &self.pci_dss_4),
            ("nist_800_53", &self.nist_800_53),
            ("cis_aws", &self.cis_aws),
            ("nis2", &self.nis2),
            ("c5_2025", &self.c5_2025),
            ("k_isms", &self.k_isms),
        ];
        Mapping {
            equivalents: equivalents.iter().map(list).collect(),
            controls: controls.iter().map(list).collect(),
        }
    }
}

static TABLE: LazyLock<IndexMap<String, Mapping>> = LazyLock::new(|| {
    let rows =
        csv::Reader::from_reader(include_str!("controls.csv").as_bytes()).into_deserialize::<Row>();
    rows.filter_map(Result::ok)
        .map(|row| (row.rule.clone(), row.mapping()))
        .collect()
});

/// The relations of a rule; all lists are empty for a rule that only this program has.
pub fn mapping(rule: &str) -> Mapping {
    TABLE
        .get(rule)
        .cloned()
        .unwrap_or_else(|| Row::default().mapping())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(
            TABLE.len(),
            include_str!("controls.csv").lines().count() - 1
        );
        let row = mapping("net.sg-ingress-world-admin");
        assert_eq!(row.equivalents["checkov"], ["CKV_AWS_24", "CKV_AWS_25"]);
        assert_eq!(row.controls["cis_aws"], ["6.3", "6.4"]);
        assert!(
            mapping("deploy.packaged")
                .controls
                .values()
                .all(Vec::is_empty)
        );
    }
}
