//! Policies of secrets.

use crate::rules::iam::document::{each_statement, of};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret.restrictive-policy",
    title: "No resource policy opens a secret to everybody",
    severity: Severity::Critical,
    resource_types: &["AWS::SecretsManager::ResourcePolicy"],
    why: "A secret that everybody may read is none.",
    fix: "Name the roles under Principal, and set BlockPublicPolicy: true.",
    see: "aws secretsmanager get-resource-policy --secret-id ID",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let documents = of(
        context,
        "AWS::SecretsManager::ResourcePolicy",
        "ResourcePolicy",
    );
    each_statement(&documents, judge, "who is let in is named", |statement| {
        statement.lets_in_everybody("everybody may read the secret")
    });
}
