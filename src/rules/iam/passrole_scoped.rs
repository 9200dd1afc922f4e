//! iam:PassRole.

use crate::rules::iam::document::{Fault, Statement, any, each_statement, identity, takes_in};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.passrole-scoped",
    title: "Roles that may be passed on are named",
    severity: Severity::High,
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
    why: "Who may pass any role to a service starts a task with the role of the administrator, and has its rights.",
    fix: "Set Resource to the ARNs of the roles, and Condition: {StringEquals: {iam:PassedToService: ecs-tasks.amazonaws.com}}.",
    see: "aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document file://policy.json",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_statement(
        &identity(context),
        judge,
        "roles that may be passed on are named",
        fault,
    );
}

fn fault(statement: &Statement) -> Fault {
    let actions = statement.terms("Action")?.unwrap_or_default();
    // Whole services are iam.no-service-star's, and everything is iam.no-admin-star's.
    if !any(&actions, |a| {
        takes_in(a, "iam:PassRole") && !matches!(a, "*" | "*:*" | "iam:*")
    })? {
        return Ok(None);
    }
    let resources = statement.terms("Resource")?.unwrap_or_default();
    let wide = any(&resources, |r| {
        r == "*" || r.ends_with(":role/*") || r.ends_with(":*")
    })?;
    Ok(wide.then(|| ("Resource", "any role may be passed on".to_owned())))
}
