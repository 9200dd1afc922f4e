//! Logs.

use super::databases;
use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.log-exports",
    title: "Databases send their logs to CloudWatch",
    severity: Severity::Medium,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "Logs on the instance are gone after days, and with the instance; who signed in and what failed cannot be told any more.",
    fix: "Set EnableCloudwatchLogsExports: [postgresql], or [audit, error, slowquery] for MySQL.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,EnabledCloudwatchLogsExports]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        match database.list("EnableCloudwatchLogsExports") {
            Read::Known(logs) if !logs.is_empty() => {
                judge.pass(database, format!("{} kinds of log", logs.len()))
            }
            Read::Unknown(reason) => {
                judge.unknown(database, "EnableCloudwatchLogsExports", &reason)
            }
            _ => judge.fail(
                database,
                "EnableCloudwatchLogsExports",
                "no log leaves the database",
            ),
        }
    }
}
