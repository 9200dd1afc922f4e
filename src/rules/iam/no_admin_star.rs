//! Everything on everything.

use crate::rules::iam::document::{Judged, Statement, Verdict, each_statement, identity};
use crate::rules::iam::pattern::{any_action, both, everything};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.no-admin-star",
    title: "No policy allows everything on everything",
    severity: Severity::Critical,
    resource_types: &[
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::Group",
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::GroupPolicy",
    ],
    why: "Whoever gets hold of these credentials owns the account.",
    fix: "List the actions that are needed, for example Action: [s3:GetObject], and the resources they are needed on.",
    see: "aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document file://policy.json",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_statement(
        &identity(context),
        judge,
        "not everything is allowed",
        fault,
    );
}

fn fault(statement: &Statement) -> Judged {
    let all = both(
        statement.has("Action", any_action),
        statement.has("Resource", everything),
    )?;
    Ok(if all {
        Verdict::Fault(
            "Action",
            "every action is allowed on every resource".to_owned(),
        )
    } else {
        Verdict::Fine
    })
}
