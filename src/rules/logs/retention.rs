//! Log groups that keep their events for ever.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "logs.retention",
    title: "Log groups say how long they keep their events",
    severity: Severity::Medium,
    resource_types: &["AWS::Logs::LogGroup"],
    why: "Without a retention CloudWatch keeps events for ever: personal data outlives its purpose, and storage is paid for \
          every month.",
    fix: "Set RetentionInDays, for example RetentionInDays: 90.",
    see: "aws logs describe-log-groups --query 'logGroups[?!retentionInDays].logGroupName'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for group in context.deployment.of_type("AWS::Logs::LogGroup") {
        match group.number("RetentionInDays") {
            Read::Known(days) => judge.pass(group, format!("events are kept for {days} days")),
            Read::Absent => judge.fail(group, "", "events are kept for ever"),
            Read::Unknown(reason) => judge.unknown(group, "RetentionInDays", &reason),
        }
    }
}
