//! R10: the trust in GitHub names exactly who may come.

use crate::model::{Kind, Read, Value};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.oidc-subject",
    title: "A role for GitHub Actions names exact subjects and the audience",
    severity: Severity::Critical,
    resource_types: &["AWS::IAM::Role"],
    why: "Without a subject every repository on GitHub may take the role; with a wildcard every branch and pull request of it.",
    fix: "StringEquals: {token.actions.githubusercontent.com:aud: sts.amazonaws.com, …:sub: \"repo:ORG/REPO:environment:production\"}",
    see: "aws iam get-role --query Role.AssumeRolePolicyDocument",
    check,
};

const ISSUER: &str = "token.actions.githubusercontent.com";

fn check(context: &Context<'_>, judge: &mut Judge) {
    for role in context.deployment.of_type("AWS::IAM::Role") {
        let path = "AssumeRolePolicyDocument.Statement";
        let statements = match role.list(path).or_default(&[]) {
            Ok(statements) => statements,
            Err(reason) => {
                judge.unknown(role, path, &reason);
                continue;
            }
        };
        for statement in statements {
            if let Kind::Unknown(gap) = &statement.kind {
                judge.unknown(role, path, &gap.reason);
            }
            if !federates_github(context, statement) {
                continue;
            }
            let mut faults = Vec::new();
            let mut gap = None;
            let equals = statement
                .get("Condition")
                .and_then(|c| c.get("StringEquals"));
            let entry = |key: &str| equals.and_then(|e| e.get(&format!("{ISSUER}:{key}")));
            match entry("aud").map(Value::as_text) {
                Some(Some(aud)) if &*aud == "sts.amazonaws.com" => {}
                _ => faults.push((
                    path,
                    "the audience is not sts.amazonaws.com by StringEquals".to_owned(),
                )),
            }
            let subjects = equals.map(|e| e.get(&format!("{ISSUER}:sub")));
            match subjects {
                Some(Some(value)) => {
                    let items = value.as_list().unwrap_or(std::slice::from_ref(value));
                    for item in items {
                        match item.as_text() {
                            Some(subject)
                                if subject.contains('*') || !subject.contains(":environment:") =>
                            {
                                faults.push((
                                    path,
                                    format!("subject '{subject}' is not bound to one environment"),
                                ));
                            }
                            Some(_) => {}
                            None => gap = Some(item.describe()),
                        }
                    }
                }
                _ => faults.push((path, "there is no exact subject (StringEquals)".to_owned())),
            }
            match gap {
                Some(gap) if faults.is_empty() => {
                    judge.unknown(role, path, &format!("a subject is {gap}"))
                }
                _ => judge.faults(role, faults, "exact subjects and audience"),
            }
        }
    }
}

fn federates_github(context: &Context<'_>, statement: &Value) -> bool {
    let Read::Known(federated) = statement.read("Principal.Federated") else {
        return false;
    };
    let by_name = federated.pattern().is_some_and(|p| p.contains(ISSUER));
    let by_reference = context
        .deployment
        .target(federated)
        .is_some_and(|provider| {
            provider
                .text("Url")
                .known()
                .is_some_and(|url| url.contains(ISSUER))
        });
    by_name || by_reference
}
