//! Policies of users.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.no-user-policies",
    title: "Users get their rights from groups or roles",
    severity: Severity::Low,
    resource_types: &[
        "AWS::IAM::User",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
    ],
    why: "Rights on single users are forgotten when the person changes teams.",
    fix: "Put the policy on a group or a role, and the user into the group.",
    see: "aws iam list-user-policies --user-name NAME; aws iam list-attached-user-policies --user-name NAME",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for policy in context.deployment.of_type("AWS::IAM::UserPolicy") {
        judge.fail(policy, "", "the policy is a single user's");
    }
    for (kind, lists) in [
        ("AWS::IAM::User", &["Policies", "ManagedPolicyArns"][..]),
        ("AWS::IAM::Policy", &["Users"][..]),
        ("AWS::IAM::ManagedPolicy", &["Users"][..]),
    ] {
        for resource in context.deployment.of_type(kind) {
            let mut answered = false;
            for list in lists {
                match resource.list(list) {
                    Read::Known(items) if !items.is_empty() => {
                        answered = true;
                        judge.fail(resource, list, "a single user has the rights");
                    }
                    Read::Unknown(reason) => {
                        answered = true;
                        judge.unknown(resource, list, &reason);
                    }
                    _ => {}
                }
            }
            if !answered {
                judge.pass(resource, "no single user has the rights");
            }
        }
    }
}
