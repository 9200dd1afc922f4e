//! The master user.

use super::databases;
use crate::model::{Kind, Read, Value, Why};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.admin-name-non-default",
    title: "The master user has no name that everybody tries first",
    severity: Severity::Low,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "Half of a sign-in is known already, and every dictionary begins with it.",
    fix: "Set MasterUsername to a name of your own; it cannot be changed later.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,MasterUsername]'",
    check,
};

/// Names that engines propose or that attackers try first. Source: AWS Security Hub, controls RDS.24 and RDS.25, which
/// name admin and postgres.
const USUAL: [&str; 8] = [
    "admin",
    "administrator",
    "awsuser",
    "master",
    "mysql",
    "postgres",
    "root",
    "sa",
];

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        match database.text("MasterUsername") {
            Read::Known(name) if USUAL.contains(&&*name.to_ascii_lowercase()) => {
                judge.fail(
                    database,
                    "MasterUsername",
                    format!("{name} is what everybody tries first"),
                );
            }
            Read::Known(_) => judge.pass(database, "the name is no usual one"),
            // From a snapshot or a primary, the name comes along.
            Read::Absent => {}
            Read::Unknown(_) if matches!(database.properties.get("MasterUsername"), Some(v) if is_hidden(v)) =>
            {
                judge.pass(
                    database,
                    "the name stands in a secret or a NoEcho parameter",
                );
            }
            Read::Unknown(reason) => judge.unknown(database, "MasterUsername", &reason),
        }
    }
}

fn is_hidden(value: &Value) -> bool {
    matches!(&value.kind, Kind::Secret(_))
        || value
            .first_unknown()
            .is_some_and(|gap| gap.why == Why::DynamicReference)
}
