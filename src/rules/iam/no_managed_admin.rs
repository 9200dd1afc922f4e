//! Managed policies.

use crate::model::Read;
use crate::rules::iam::pattern::{Term, any, takes_in, term};
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
            // A name with a gap may be one of them, as a wildcard would.
            let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
            let wide = |arn: &str| WIDE.iter().any(|w| takes_in(&name(arn), w));
            let terms: Vec<Term> = list.iter().map(term).collect();
            match any(&terms, wide) {
                Ok(true) => {
                    let at = terms.iter().position(|t| wide(&t.text)).unwrap_or(0);
                    judge.fail(
                        principal,
                        &format!("ManagedPolicyArns.{at}"),
                        format!("{} is the whole account", name(&terms[at].text)),
                    );
                }
                Ok(false) => judge.pass(principal, "no managed policy is for administrators"),
                Err(reason) => judge.unknown(principal, "ManagedPolicyArns", &reason),
            }
        }
    }
}
