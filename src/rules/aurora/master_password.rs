//! The master password.

use super::{databases, origin};
use crate::model::{Resource, Why};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.master-password-managed",
    title: "The master password is kept by Secrets Manager",
    severity: Severity::High,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "A password that passes through a parameter stands in shells, pipelines and files, and nobody rotates it.",
    fix: "Set ManageMasterUserPassword: true; RDS makes, keeps and rotates it. A dynamic reference {{resolve:secretsmanager:…}} is fine too.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,MasterUserSecret.SecretArn]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        match database.flag("ManageMasterUserPassword").or_default(false) {
            Ok(true) => judge.pass(database, "RDS manages the password"),
            Ok(false) => password(database, judge),
            Err(reason) => judge.unknown(database, "ManageMasterUserPassword", &reason),
        }
    }
}

fn password(database: &Resource, judge: &mut Judge) {
    let path = "MasterUserPassword";
    let Some(value) = database.properties.get(path) else {
        return match origin(database) {
            Some(_) => judge.pass(database, "the password is that of its origin"),
            None => judge.fail(database, "", "nothing says where the password comes from"),
        };
    };
    let dynamic = value
        .pattern()
        .is_some_and(|text| text.contains("{{resolve:"))
        || value
            .first_unknown()
            .is_some_and(|gap| gap.why == Why::DynamicReference);
    if dynamic {
        judge.pass(database, "the password is a dynamic reference");
    } else if let Some(gap) = value.first_unknown() {
        judge.unknown(database, path, &gap.reason);
    } else {
        judge.fail_masked(
            database,
            path,
            "the password passes through the template or a parameter",
        );
    }
}
