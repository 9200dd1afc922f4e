//! iam:PassRole.

use crate::rules::iam::document::{Judged, Statement, Verdict, each_statement, identity};
use crate::rules::iam::pattern::{any_action, both, every, takes_in};
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

fn fault(statement: &Statement) -> Judged {
    let passes = |a: &str| takes_in(a, "iam:PassRole");
    // Whole services everywhere are iam.no-service-star's, and everything is iam.no-admin-star's.
    let elsewhere = |a: &str| any_action(a) || takes_in(a, "iam:\u{1}");
    let everywhere = statement.has("Resource", every) == Ok(true);
    let passed = statement.has("Action", |a| passes(a) && !(everywhere && elsewhere(a)));
    Ok(if both(passed, statement.has("Resource", any_role))? {
        Verdict::Fault("Resource", "any role may be passed on".to_owned())
    } else {
        Verdict::Fine
    })
}

/// Whether a resource takes in a role of whatever name in some account.
fn any_role(resource: &str) -> bool {
    let account = resource
        .split(':')
        .nth(4)
        .filter(|account| !account.contains('*'))
        .unwrap_or("\u{1}");
    let partition = resource
        .split(':')
        .nth(1)
        .filter(|partition| !partition.contains('*'))
        .unwrap_or("aws");
    // No role can have this name, so only a wildcard takes it in.
    takes_in(
        resource,
        &format!("arn:{partition}:iam::{account}:role/\u{1}"),
    )
}
