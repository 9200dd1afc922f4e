//! Trust of roles.

use crate::model::Value;
use crate::rules::iam::document::{Term, each_statement, trust};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.trust-not-public",
    title: "No role can be assumed by everybody",
    severity: Severity::Critical,
    resource_types: &["AWS::IAM::Role"],
    why: "Any account of AWS in the world may take the role and what it may do.",
    fix: "Name the service, account or provider under Principal; for a third party add Condition: {StringEquals: {sts:ExternalId: …}}.",
    see: "aws iam get-role --role-name NAME --query Role.AssumeRolePolicyDocument",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_statement(
        &trust(context),
        judge,
        "who may assume it is named",
        |statement| {
            if statement.terms("NotPrincipal")?.is_some() {
                return Ok(Some((
                    "NotPrincipal",
                    "all but those named may assume the role".to_owned(),
                )));
            }
            let principals = statement.principals()?;
            let public = |(kind, term, _): &(String, Term, Value)| {
                term.text == "*" && (kind == "*" || kind == "AWS" || kind == "Federated")
            };
            if principals.iter().any(public) {
                return Ok(match statement.narrowed_by()? {
                    Some(_) => None,
                    None => Some(("Principal", "everybody may assume the role".to_owned())),
                });
            }
            match principals.into_iter().find_map(|(_, term, _)| term.gap) {
                Some(gap) => Err(gap),
                None => Ok(None),
            }
        },
    );
}
