//! Deletion.

use super::databases;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.deletion-protection",
    title: "Databases cannot be deleted by mistake",
    severity: Severity::Medium,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "A wrong stack name or a replaced resource deletes the data of everybody.",
    fix: "Set DeletionProtection: true.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,DeletionProtection]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        judge.flag(
            database,
            "DeletionProtection",
            true,
            false,
            "cannot be deleted",
            "the database can be deleted",
        );
    }
}
