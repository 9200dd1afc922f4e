//! What is left of a database.

use super::databases;
use crate::model::Value;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.deletion-policy-snapshot",
    title: "A database that is deleted or replaced leaves a snapshot",
    severity: Severity::High,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "A change that replaces the database, or a stack that is deleted, takes the data with it and the automatic backups too.",
    fix: "Set DeletionPolicy: Snapshot and UpdateReplacePolicy: Snapshot, or Retain.",
    see: "aws cloudformation get-template --stack-name NAME",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        // Without an attribute a deleted database leaves a snapshot, and a replaced one nothing. Source: CloudFormation User
        // Guide, "DeletionPolicy attribute" and "UpdateReplacePolicy attribute".
        let deleted = keeps(database.deletion_policy.as_ref(), true);
        let replaced = keeps(database.update_replace_policy.as_ref(), false);
        match (deleted, replaced) {
            (Some(true), Some(true)) => judge.pass(database, "leaves a snapshot or stays"),
            (Some(false), _) => judge.fail(
                database,
                "",
                "nothing is left when it is deleted: DeletionPolicy",
            ),
            (_, Some(false)) => judge.fail(
                database,
                "",
                "nothing is left when it is replaced: UpdateReplacePolicy",
            ),
            _ => judge.unknown(database, "", "the policy is known only after deployment"),
        }
    }
}

/// Whether a policy keeps the data; `None` where it is not known.
fn keeps(policy: Option<&Value>, default: bool) -> Option<bool> {
    let Some(policy) = policy else {
        return Some(default);
    };
    Some(matches!(
        &*policy.as_text()?,
        "Snapshot" | "Retain" | "RetainExceptOnCreate"
    ))
}
