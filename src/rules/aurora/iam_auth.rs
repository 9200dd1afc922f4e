//! IAM sign-in.

use super::databases;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.iam-auth",
    title: "Databases take sign-in tokens of IAM",
    severity: Severity::Low,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "Passwords are shared and stay valid; a token is personal, ends after 15 minutes and is written in the trail.",
    fix: "Set EnableIAMDatabaseAuthentication: true and give the roles rds-db:connect.",
    see: "aws rds describe-db-clusters --query 'DBClusters[].[DBClusterIdentifier,IAMDatabaseAuthenticationEnabled]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        judge.flag(
            database,
            "EnableIAMDatabaseAuthentication",
            true,
            false,
            "takes tokens of IAM",
            "only passwords open the database",
        );
    }
}
