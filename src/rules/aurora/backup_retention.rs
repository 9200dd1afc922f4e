//! Backups.

use super::databases;
use crate::rules::{Context, Judge, Rule, Severity};
use rust_decimal::Decimal;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.backup-retention",
    title: "Backups are kept for seven days or longer",
    severity: Severity::High,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "A fault that is noticed after a weekend can no longer be undone; by default one day is kept.",
    fix: "Set BackupRetentionPeriod: 7 or more, up to 35.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,BackupRetentionPeriod]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        // One day by default. Source: CloudFormation reference, AWS::RDS::DBCluster and AWS::RDS::DBInstance. Seven: AWS
        // Security Hub, control RDS.11.
        match database
            .number("BackupRetentionPeriod")
            .or_default(Decimal::ONE)
        {
            Ok(days) if days >= Decimal::from(7) => {
                judge.pass(database, format!("backups are kept for {days} days"))
            }
            Ok(days) => judge.fail(
                database,
                "BackupRetentionPeriod",
                format!("backups are kept for {days} of 7 days"),
            ),
            Err(reason) => judge.unknown(database, "BackupRetentionPeriod", &reason),
        }
    }
}
