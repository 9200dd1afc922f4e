//! `aurora.*`: Aurora and other RDS databases.

mod admin_name;
mod backup_retention;
mod deletion_policy;
mod deletion_protection;
mod enhanced_monitoring;
mod iam_auth;
mod log_exports;
mod master_password;
mod minor_upgrades;
mod multi_az;
mod not_public;
mod storage_encrypted;
mod tls_required;

use super::Context;
use super::Rule;
use crate::model::{Read, Resource};

pub(super) static RULES: &[&Rule] = &[
    &admin_name::RULE,
    &backup_retention::RULE,
    &deletion_policy::RULE,
    &deletion_protection::RULE,
    &enhanced_monitoring::RULE,
    &iam_auth::RULE,
    &log_exports::RULE,
    &master_password::RULE,
    &minor_upgrades::RULE,
    &multi_az::RULE,
    &not_public::RULE,
    &storage_encrypted::RULE,
    &tls_required::RULE,
];

/// Clusters, and instances that stand alone: what an instance of a cluster does not say, its cluster does.
fn databases<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Resource> + use<'a> {
    let clusters = context.deployment.of_type("AWS::RDS::DBCluster");
    clusters.chain(
        context
            .deployment
            .of_type("AWS::RDS::DBInstance")
            .filter(|i| !in_cluster(i)),
    )
}

fn in_cluster(instance: &Resource) -> bool {
    !matches!(instance.read("DBClusterIdentifier"), Read::Absent)
}

/// The instances of a cluster.
fn instances<'a>(context: &Context<'a>, cluster: &Resource) -> Vec<&'a Resource> {
    let deployment = context.deployment;
    let own = |instance: &&Resource| match instance.read("DBClusterIdentifier") {
        Read::Known(id) => deployment
            .find(id, "AWS::RDS::DBCluster", "DBClusterIdentifier")
            .is_some_and(|c| c.address == cluster.address),
        _ => false,
    };
    deployment
        .of_type("AWS::RDS::DBInstance")
        .filter(own)
        .collect()
}

/// The property that says what a database is restored or copied from; it brings that one's settings along.
fn origin(database: &Resource) -> Option<&'static str> {
    [
        "SnapshotIdentifier",
        "DBSnapshotIdentifier",
        "DBClusterSnapshotIdentifier",
        "SourceDBClusterIdentifier",
        "SourceDBInstanceIdentifier",
        "GlobalClusterIdentifier",
    ]
    .into_iter()
    .find(|p| !matches!(database.read(p), Read::Absent))
}
