//! A whole service on everything.

use crate::rules::iam::document::{Judged, Statement, Verdict, each_statement, identity};
use crate::rules::iam::pattern::{any_action, both, every, everything, takes_in};
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

/// Actions that AWS lets be scoped to resources, and that read, change or hand on data or rights. Source: Service
/// Authorization Reference.
const SENSITIVE: [&str; 37] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:StartSession",
    "kms:Decrypt",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "sts:AssumeRole",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "ecs:ExecuteCommand",
    "rds-data:ExecuteStatement",
    "rds-db:connect",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sns:Publish",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:AddUserToGroup",
];

/// Services none of whose actions can be scoped to resources. Source: Service Authorization Reference,
/// `list_ssmmessages`, `list_ec2messages`.
const UNSCOPED: [&str; 2] = ["ssmmessages:*", "ec2messages:*"];

fn fault(statement: &Statement) -> Judged {
    // Everything at once is iam.no-admin-star's.
    if both(
        statement.has("Action", any_action),
        statement.has("Resource", everything),
    ) == Ok(true)
    {
        return Ok(Verdict::Fine);
    }
    let whole = |a: &str| {
        any_action(a) || a.ends_with(":*") && !UNSCOPED.iter().any(|u| u.eq_ignore_ascii_case(a))
    };
    let wide = |a: &str| whole(a) || SENSITIVE.iter().any(|s| takes_in(a, s));
    let everywhere = both(
        statement.has("Action", wide),
        statement.has("Resource", every),
    );
    let limit = statement.limited_by();
    if everywhere == Ok(true)
        && let Ok(Some(key)) = &limit
    {
        return Ok(Verdict::Narrowed(key.clone()));
    }
    if !both(everywhere, limit.map(|key| key.is_none()))? {
        return Ok(Verdict::Fine);
    }
    let action = match statement.first("Action", whole) {
        none if none.is_empty() => statement.first("Action", wide),
        whole => whole,
    };
    let resource = match statement.first("Resource", every).as_str() {
        "*" => "every resource".to_owned(),
        resource => resource.to_owned(),
    };
    Ok(Verdict::Fault(
        "Resource",
        format!("{action} is allowed on {resource}"),
    ))
}
