//! Databases at rest.

use super::{databases, origin};
use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.storage-encrypted",
    title: "Databases are encrypted",
    severity: Severity::High,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "Snapshots and storage of a database that is not encrypted can be copied and shared as they are; encryption can only be chosen at creation.",
    fix: "Set StorageEncrypted: true, and KmsKeyId for a key of your own. An existing database has to be restored from an encrypted copy of a snapshot.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,StorageEncrypted]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        match (database.flag("StorageEncrypted"), origin(database)) {
            (Read::Absent, Some(path)) => {
                judge.unknown(
                    database,
                    path,
                    "the storage is encrypted if that of its origin is",
                );
            }
            _ => judge.flag(
                database,
                "StorageEncrypted",
                true,
                false,
                "is encrypted",
                "the storage is not encrypted",
            ),
        }
    }
}
