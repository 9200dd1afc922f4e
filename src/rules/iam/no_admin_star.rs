//! Everything on everything.

use crate::rules::iam::document::{Fault, Statement, any, each_statement, identity};
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

fn fault(statement: &Statement) -> Fault {
    let actions = statement.terms("Action")?.unwrap_or_default();
    if !any(&actions, |a| matches!(a, "*" | "*:*"))? {
        return Ok(None);
    }
    let resources = statement.terms("Resource")?.unwrap_or_default();
    let everything = any(&resources, |r| r == "*")?;
    Ok(everything.then(|| {
        (
            "Action",
            "every action is allowed on every resource".to_owned(),
        )
    }))
}
