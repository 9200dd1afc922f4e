//! OIDC subjects.

use crate::model::Value;
use crate::rules::iam::document::{
    Document, Fault, Statement, any, each_statement, takes_in, trust,
};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.oidc-sub-restricted",
    title: "A role for an identity provider names whose tokens it takes",
    severity: Severity::Critical,
    resource_types: &["AWS::IAM::Role"],
    why: "Without the subject every repository on GitHub can take the role, since all of them have the same provider; with a wildcard, every branch and pull request of the repository.",
    fix: "Condition: {StringEquals: {token.actions.githubusercontent.com:aud: sts.amazonaws.com, token.actions.githubusercontent.com:sub: \"repo:ORG/REPO:environment:production\"}}.",
    see: "aws iam get-role --role-name NAME --query Role.AssumeRolePolicyDocument",
    check,
};

const GITHUB: &str = "token.actions.githubusercontent.com";

fn check(context: &Context<'_>, judge: &mut Judge) {
    // Only roles for an identity provider are judged.
    let mut documents = trust(context);
    documents.retain(|document| federated(document).unwrap_or(true));
    each_statement(
        &documents,
        judge,
        "whose tokens it takes is named",
        |statement| fault(context, statement),
    );
}

fn federated(document: &Document<'_>) -> Result<bool, Arc<str>> {
    for statement in document.statements()? {
        if statement
            .principals()?
            .iter()
            .any(|(kind, _, _)| kind == "Federated")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fault(context: &Context<'_>, statement: &Statement) -> Fault {
    let actions = statement.terms("Action")?.unwrap_or_default();
    if !any(&actions, |a| takes_in(a, "sts:AssumeRoleWithWebIdentity"))? {
        return Ok(None);
    }
    let conditions = statement.conditions()?;
    let principals = statement.principals()?;
    let github = conditions.iter().any(|c| c.key.starts_with(GITHUB))
        || principals
            .iter()
            .any(|(_, term, value)| term.text.contains(GITHUB) || is_github(context, value));
    let of = |claim: &str| {
        conditions
            .iter()
            .find(|c| c.key.ends_with(claim) && fixes(&c.operator))
    };
    let Some(subject) = of(":sub") else {
        // Cognito's tokens are told apart by the identity pool, which is the audience.
        let cognito = conditions
            .iter()
            .any(|c| c.key == "cognito-identity.amazonaws.com:aud" && fixes(&c.operator));
        return Ok((!cognito).then(|| {
            (
                "Condition",
                "no condition names the subject: every token of the provider is taken".to_owned(),
            )
        }));
    };
    for value in &subject.values {
        if let Some(gap) = &value.gap {
            return Err(Arc::clone(gap));
        }
        if let Some(problem) = wide(&value.text, github, subject.operator.contains("Like")) {
            return Ok(Some(("Condition", problem)));
        }
    }
    let audience = of(":aud");
    let open = audience.is_none_or(|c| {
        c.values
            .iter()
            .any(|v| v.gap.is_none() && v.text.contains('*'))
    });
    Ok((github && open).then(|| ("Condition", "no condition names the audience".to_owned())))
}

/// Whether an operator makes the token's claim one of the values.
fn fixes(operator: &str) -> bool {
    let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
    matches!(
        operator,
        "StringEquals" | "StringLike" | "StringEqualsIgnoreCase"
    )
}

fn is_github(context: &Context<'_>, provider: &Value) -> bool {
    let target = context.deployment.target(provider);
    target
        .and_then(|p| p.text("Url").known())
        .is_some_and(|url| url.contains(GITHUB))
}

/// What a subject lets in that it should not. Wildcards count only where the operator reads them.
fn wide(subject: &str, github: bool, like: bool) -> Option<String> {
    let wild = |text: &str| like && (text.contains('*') || text.contains('?'));
    if like && subject.trim_matches('*').is_empty() {
        return Some("the subject is any".to_owned());
    }
    if !github {
        return None;
    }
    let parts: Vec<&str> = subject.split(':').collect();
    match parts.as_slice() {
        // repo:ORG/REPO:CONTEXT
        [_, repository, ..] if wild(repository) => {
            Some(format!("{subject} is more than one repository"))
        }
        [_, _, .., last]
            if like
                && (*last == "*" || last.ends_with("refs/*") || last.ends_with("refs/heads/*")) =>
        {
            Some(format!("{subject} is any branch or pull request"))
        }
        [_, _] | [_] if like && subject.ends_with('*') => {
            Some(format!("{subject} is any branch or pull request"))
        }
        _ => None,
    }
}
