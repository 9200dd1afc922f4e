//! Databases in a backup plan.

use crate::model::{Read, Resource, Value};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "backup.plan-covers-db",
    title: "A backup plan covers every database",
    severity: Severity::Low,
    resource_types: &[
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::DynamoDB::Table",
        "AWS::EFS::FileSystem",
    ],
    why: "A service's own backups live and die with the account and the resource; a plan copies them to a vault that others cannot empty.",
    fix: "Add an AWS::Backup::BackupSelection that names the database, or a tag that it has. Where the own backups are enough, waive this with the reason.",
    see: "aws backup list-protected-resources",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let selections: Vec<&Resource> = context
        .deployment
        .of_type("AWS::Backup::BackupSelection")
        .collect();
    for kind in RULE.resource_types {
        for database in context.deployment.of_type(kind) {
            // An instance of a cluster is backed up with the cluster.
            if !matches!(database.read("DBClusterIdentifier"), Read::Absent) {
                continue;
            }
            let answers: Vec<Answer> = selections.iter().map(|s| covers(s, database)).collect();
            if let Some(selection) = selections
                .iter()
                .zip(&answers)
                .find(|(_, a)| matches!(a, Answer::Yes))
            {
                judge.pass(database, format!("{} covers it", selection.0.address));
            } else if let Some(Answer::Unknown(reason)) = answers
                .into_iter()
                .find(|a| matches!(a, Answer::Unknown(_)))
            {
                judge.unknown(database, "", &reason);
            } else {
                judge.fail(
                    database,
                    "",
                    "no backup selection of this stack tree covers it",
                );
            }
        }
    }
}

enum Answer {
    Yes,
    No,
    Unknown(Arc<str>),
}

/// Whether a selection names a database, by reference, by a pattern of its type, or by one of its tags.
fn covers(selection: &Resource, database: &Resource) -> Answer {
    let mut unknown = None;
    match selection.list("BackupSelection.Resources") {
        Read::Known(list) => {
            for item in list {
                let direct = item
                    .references()
                    .iter()
                    .any(|r| r.address == database.address);
                let pattern = item.pattern().unwrap_or_default();
                if direct || pattern == "*" || is_pattern_of(&pattern, &database.resource_type) {
                    return Answer::Yes;
                }
                if let Some(gap) = item.first_unknown() {
                    unknown = Some(Arc::clone(&gap.reason));
                }
            }
        }
        Read::Absent => {}
        Read::Unknown(reason) => unknown = Some(reason),
    }
    match selection.list("BackupSelection.ListOfTags") {
        Read::Known(list) if list.iter().any(|tag| has_tag(database, tag)) => return Answer::Yes,
        Read::Unknown(reason) => unknown = Some(reason),
        _ => {}
    }
    unknown.map_or(Answer::No, Answer::Unknown)
}

/// `arn:aws:rds:*:*:cluster:*` and its like.
fn is_pattern_of(pattern: &str, kind: &str) -> bool {
    let wanted = match kind {
        "AWS::RDS::DBCluster" => ":cluster:*",
        "AWS::RDS::DBInstance" => ":db:*",
        "AWS::DynamoDB::Table" => ":table/*",
        _ => ":file-system/*",
    };
    pattern.starts_with("arn:") && pattern.ends_with(wanted)
}

fn has_tag(database: &Resource, wanted: &Value) -> bool {
    let (key, value) = (
        wanted.read_text("ConditionKey").known(),
        wanted.read_text("ConditionValue").known(),
    );
    let tags = ["Tags", "FileSystemTags"]
        .iter()
        .find_map(|list| database.list(list).known())
        .unwrap_or_default();
    key.is_some()
        && tags.iter().any(|tag| {
            tag.read_text("Key").known() == key && tag.read_text("Value").known() == value
        })
}
