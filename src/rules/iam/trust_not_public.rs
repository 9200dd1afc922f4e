//! Trust of roles.

use crate::rules::iam::document::{each_statement, trust};
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
        |statement| statement.lets_in_everybody("everybody may assume the role"),
    );
}
