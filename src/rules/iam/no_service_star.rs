//! A whole service on everything.

use crate::rules::iam::document::{Fault, Statement, any, each_statement, identity, takes_in};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.no-service-star",
    title: "No policy allows a whole service, or reading and changing data, on every resource",
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
    why: "A fault in one program becomes a fault of every bucket, key and secret of the account.",
    fix: "Name the resources: Resource: !Sub \"${Bucket.Arn}/*\"; and the actions that are used.",
    see: "aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document file://policy.json",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_statement(
        &identity(context),
        judge,
        "resources are named where they can be",
        fault,
    );
}

/// Actions that AWS lets be scoped to resources, and that read, change or hand on data. Source: Service Authorization
/// Reference.
const SENSITIVE: [&str; 18] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:DeleteItem",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "kms:Decrypt",
    "sts:AssumeRole",
    "lambda:InvokeFunction",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sns:Publish",
    "iam:CreateAccessKey",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
];

fn fault(statement: &Statement) -> Fault {
    let resources = statement.terms("Resource")?.unwrap_or_default();
    if !any(&resources, |r| r == "*")? || !statement.conditions()?.is_empty() {
        return Ok(None);
    }
    let actions = statement.terms("Action")?.unwrap_or_default();
    // Everything at once is iam.no-admin-star's.
    let whole = |a: &str| a.ends_with(":*") && !a.starts_with('*');
    let of = |is: &dyn Fn(&str) -> bool| {
        actions
            .iter()
            .find(|t| is(&t.text))
            .map(|t| t.text.clone())
            .unwrap_or_default()
    };
    if any(&actions, whole)? {
        return Ok(Some((
            "Action",
            format!("{} is allowed on every resource", of(&whole)),
        )));
    }
    let sensitive = |a: &str| !matches!(a, "*" | "*:*") && SENSITIVE.iter().any(|s| takes_in(a, s));
    if any(&actions, sensitive)? {
        return Ok(Some((
            "Resource",
            format!("{} is allowed on every resource", of(&sensitive)),
        )));
    }
    Ok(None)
}
