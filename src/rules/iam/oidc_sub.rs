//! OIDC subjects.

use crate::model::Value;
use crate::rules::iam::document::{
    Condition, Document, Judged, Statement, Verdict, each_statement, trust,
};
use crate::rules::iam::pattern::{any, takes_in};
use crate::rules::{Context, Judge, Rule, Severity};
use std::collections::BTreeSet;
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

fn fault(context: &Context<'_>, statement: &Statement) -> Judged {
    if !statement.has("Action", |a| takes_in(a, "sts:AssumeRoleWithWebIdentity"))? {
        return Ok(Verdict::Fine);
    }
    let conditions = statement.conditions()?;
    let principals = statement.principals()?;
    let github = conditions.iter().any(|c| c.key.starts_with(GITHUB))
        || principals
            .iter()
            .any(|(_, term, value)| term.text.contains(GITHUB) || is_github(context, value));
    let of = |claim: &'static str| {
        conditions
            .iter()
            .filter(move |c| c.key.ends_with(claim) && fixes(&c.operator))
    };
    if of(":sub").next().is_none() {
        // Cognito's tokens are told apart by the identity pool, which is the audience.
        let cognito = of(":aud").any(|c| c.key == "cognito-identity.amazonaws.com:aud");
        return Ok(if cognito {
            Verdict::Fine
        } else {
            let message = "no condition names the subject: every token of the provider is taken";
            Verdict::Fault("Condition", message.to_owned())
        });
    }
    // All conditions must hold, so one that is narrow is enough.
    let subject = best(of(":sub").map(|c| judge_subject(c, github)))?;
    if subject.is_some() || !github {
        return Ok(subject.map_or(Verdict::Fine, |m| Verdict::Fault("Condition", m)));
    }
    let wild = |c: &Condition| match any(&c.values, |v| is_like(&c.operator) && v.contains('*')) {
        Ok(wild) if wild || c.values.is_empty() => {
            Ok(Some("no condition names the audience".to_owned()))
        }
        Ok(_) => Ok(None),
        Err(reason) => Err(reason),
    };
    let none = Ok(Some("no condition names the audience".to_owned()));
    let audience = best(std::iter::once(none).chain(of(":aud").map(wild)))?;
    Ok(audience.map_or(Verdict::Fine, |m| Verdict::Fault("Condition", m)))
}

/// What a condition finds wrong, if anything.
type Wide = Result<Option<String>, Arc<str>>;

/// The answer of conditions that must all hold: a narrow one, else one that is not known, else the first fault.
fn best(conditions: impl Iterator<Item = Wide>) -> Wide {
    let (mut gap, mut fault) = (None, None);
    for condition in conditions {
        match condition {
            Ok(None) => return Ok(None),
            Ok(found) => fault = fault.or(found),
            Err(reason) => gap = gap.or(Some(reason)),
        }
    }
    gap.map_or(Ok(fault), Err)
}

fn judge_subject(condition: &Condition, github: bool) -> Wide {
    let like = is_like(&condition.operator);
    let is_wide = |subject: &str| wide(subject, github, like).is_some();
    if any(&condition.values, is_wide)? {
        let found = condition.values.iter().filter(|v| v.gap.is_none());
        return Ok(found.into_iter().find_map(|v| wide(&v.text, github, like)));
    }
    let owners: BTreeSet<&str> = condition
        .values
        .iter()
        .filter_map(|v| owner(&v.text))
        .collect();
    let several = github && owners.len() > 1;
    Ok(several.then(|| {
        let owners: Vec<&str> = owners.into_iter().collect();
        format!(
            "repositories of more than one owner are let in: {}",
            owners.join(", ")
        )
    }))
}

/// The owner of a subject's repository, without the number that the form of July 2026 adds.
fn owner(subject: &str) -> Option<&str> {
    let (owner, _) = subject.strip_prefix("repo:")?.split_once('/')?;
    owner.split('@').next()
}

fn is_like(operator: &str) -> bool {
    operator.contains("Like")
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

/// A word that no subject holds, so that only a wildcard takes it in.
const ANY: &str = "\u{1}";

/// What a subject lets in that it should not. Wildcards count only where the operator reads them.
fn wide(subject: &str, github: bool, like: bool) -> Option<String> {
    let takes = |probe: String| like && takes_in(subject, &probe);
    if takes(ANY.to_owned()) {
        return Some("the subject is any".to_owned());
    }
    if github {
        return github_wide(subject, like);
    }
    // Issuers that many share: GitLab, Terraform Cloud, Bitbucket, CircleCI; and a cluster's service accounts.
    let tenants = [
        format!("project_path:{ANY}/{ANY}:ref_type:branch:ref:main"),
        format!("organization:{ANY}:project:{ANY}:workspace:{ANY}:run_phase:apply"),
        format!("org/{ANY}/project/{ANY}/user/{ANY}"),
        format!("system:serviceaccount:{ANY}:{ANY}"),
    ];
    tenants
        .into_iter()
        .any(takes)
        .then(|| format!("{subject} is whoever the provider has"))
}

/// Subjects of GitHub. Source: GitHub Docs, "OpenID Connect reference".
fn github_wide(subject: &str, like: bool) -> Option<String> {
    let wild = |text: &str| like && text.contains(['*', '?']);
    let Some(rest) = subject.strip_prefix("repo:") else {
        // A subject made of other claims must still name the repository; anybody may call an environment production.
        let named = ["repository:", "repository_id:", "job_workflow_ref:"]
            .iter()
            .find_map(|claim| subject.split_once(claim))
            .and_then(|(_, value)| value.split(':').next())
            .is_some_and(|value| !value.is_empty() && !wild(value));
        return (!named).then(|| format!("{subject} is more than one repository"));
    };
    let (repository, context) = rest.split_once(':').unwrap_or((rest, ""));
    if wild(repository) {
        return Some(format!("{subject} is more than one repository"));
    }
    let open: Vec<&str> = [
        ("any branch", format!("ref:refs/heads/{ANY}")),
        ("any tag", format!("ref:refs/tags/{ANY}")),
        ("any pull request", "pull_request".to_owned()),
        ("any environment", format!("environment:{ANY}")),
    ]
    .into_iter()
    .filter(|(_, probe)| context == probe || like && takes_in(context, probe))
    .map(|(what, _)| what)
    .collect();
    (!open.is_empty()).then(|| format!("{subject} is {}", open.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_of_github() {
        for (subject, like, said) in [
            ("repo:org/app:environment:production", false, None),
            ("repo:org/app:environment:production", true, None),
            ("repo:org@1/app@2:environment:production", true, None),
            ("repo:org/app:ref:refs/heads/main", true, None),
            ("repo:org/app:ref:refs/heads/release/*", true, None),
            ("repo:org/app:ref:refs/tags/v*", true, None),
            // Without wildcards a star is a star, which no subject holds.
            ("repo:org/*", false, None),
            ("repo:org/app:pull_request", false, Some("any pull request")),
            (
                "repo:org/app:*",
                true,
                Some("any branch, any tag, any pull request, any environment"),
            ),
            ("repo:org/app:ref:*", true, Some("any branch, any tag")),
            ("repo:org/app:ref:refs/heads/*", true, Some("any branch")),
            ("repo:org/app:environment:*", true, Some("any environment")),
            ("repo:org/app:p*", true, Some("any pull request")),
            (
                "repo:org/*:environment:production",
                true,
                Some("more than one repository"),
            ),
            ("repo:*", true, Some("more than one repository")),
            ("repo:org/app*", true, Some("more than one repository")),
            (
                "*:environment:production",
                true,
                Some("more than one repository"),
            ),
            (
                "re?o:org/app:environment:production",
                true,
                Some("more than one repository"),
            ),
            (
                "environment:production",
                false,
                Some("more than one repository"),
            ),
            (
                "repository_owner:org:environment:production",
                false,
                Some("more than one repository"),
            ),
            ("repository_id:123:environment:production", false, None),
            (
                "repository:*:environment:production",
                true,
                Some("more than one repository"),
            ),
            ("*", true, Some("the subject is any")),
        ] {
            let found = wide(subject, true, like);
            match said {
                None => assert_eq!(found, None, "{subject}"),
                Some(said) => assert!(found.is_some_and(|f| f.ends_with(said)), "{subject}"),
            }
        }
    }

    #[test]
    fn subjects_of_others() {
        for (subject, expected) in [
            ("project_path:group/app:ref_type:branch:ref:main", false),
            ("project_path:group/*:ref_type:branch:ref:main", false),
            ("project_path:*:ref_type:branch:ref:main", true),
            ("organization:acme:project:*:workspace:*:run_phase:*", false),
            ("organization:*", true),
            ("system:serviceaccount:prod:*", false),
            ("system:serviceaccount:*:*", true),
        ] {
            assert_eq!(wide(subject, false, true).is_some(), expected, "{subject}");
        }
    }
}
