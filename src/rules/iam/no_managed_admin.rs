//! Managed policies.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.no-managed-admin",
    title: "No principal has a managed policy for administrators",
    severity: Severity::High,
    resource_types: &["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"],
    why: "AdministratorAccess, PowerUserAccess and IAMFullAccess are the account; a task or pipeline never needs them.",
    fix: "Write a policy with the actions that are used; IAM Access Analyzer makes one from the trail.",
    see: "aws iam list-entities-for-policy --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
    check,
};

const WIDE: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"];

fn check(context: &Context<'_>, judge: &mut Judge) {
    for kind in RULE.resource_types {
        for principal in context.deployment.of_type(kind) {
            let list = match principal.list("ManagedPolicyArns") {
                Read::Absent => continue,
                Read::Known(list) => list,
                Read::Unknown(reason) => {
                    judge.unknown(principal, "ManagedPolicyArns", &reason);
                    continue;
                }
            };
            let mut gap = None;
            let wide = list.iter().enumerate().find_map(|(i, arn)| {
                gap = gap
                    .take()
                    .or_else(|| arn.first_unknown().map(|g| g.reason.clone()));
                let text = arn.pattern()?;
                let name = text.rsplit('/').next()?;
                WIDE.contains(&name).then(|| (i, name.to_owned()))
            });
            match (wide, gap) {
                (Some((i, name)), _) => judge.fail(
                    principal,
                    &format!("ManagedPolicyArns.{i}"),
                    format!("{name} is the whole account"),
                ),
                (None, Some(reason)) => judge.unknown(principal, "ManagedPolicyArns", &reason),
                (None, None) => judge.pass(principal, "no managed policy is for administrators"),
            }
        }
    }
}
