//! Zones.

use super::{databases, instances};
use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.multi-az",
    title: "Databases have an instance in a second zone",
    severity: Severity::Medium,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "When the zone of the only instance fails, the database is away until a new one is made, which takes minutes.",
    fix: "Add a second AWS::RDS::DBInstance to the cluster; for an instance that stands alone set MultiAZ: true.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,DBClusterMembers[].DBInstanceIdentifier]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        if &*database.resource_type == "AWS::RDS::DBInstance" {
            judge.flag(
                database,
                "MultiAZ",
                true,
                false,
                "has a standby in a second zone",
                "there is no standby in a second zone",
            );
            continue;
        }
        // A Multi-AZ DB cluster names its instance class itself, and always has three instances.
        let built_in = !matches!(database.read("DBClusterInstanceClass"), Read::Absent);
        let serverless_v1 = database.text("EngineMode").known().as_deref() == Some("serverless");
        let members = instances(context, database);
        let unsure = members
            .iter()
            .find_map(|i| i.condition.as_ref()?.unknown.clone());
        let certain = members
            .iter()
            .filter(|i| i.condition.as_ref().is_none_or(|c| c.unknown.is_none()))
            .count();
        match unsure {
            _ if built_in || serverless_v1 || certain >= 2 => {
                judge.pass(database, "has an instance in a second zone")
            }
            Some(reason) => judge.unknown(database, "", &reason),
            None => judge.fail(database, "", format!("{} of 2 instances", members.len())),
        }
    }
}
