//! R7: lifecycle policies that never expire the image in service.

use crate::ecr::{Image, LifecyclePolicy, Selection, expired};
use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.ecr-policy",
    title: "The lifecycle policy keeps the image in service, whatever is pushed after it",
    severity: Severity::High,
    resource_types: &["AWS::ECR::Repository"],
    why: "Fargate pulls the image at every start. Once it is expired, no task of the service can start any more.",
    fix: "Put a rule for the moving tag (tagPatternList [\"production\"], imageCountMoreThan 1) before all others.",
    see: "aws ecr get-lifecycle-policy-preview",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for repository in context.deployment.of_type("AWS::ECR::Repository") {
        let path = "LifecyclePolicy.LifecyclePolicyText";
        let text = match repository.text(path) {
            Read::Known(text) => text,
            Read::Absent => continue,
            Read::Unknown(reason) => {
                judge.unknown(repository, path, &reason);
                continue;
            }
        };
        match LifecyclePolicy::parse(&text) {
            Err(error) => judge.fail(repository, path, error.to_string()),
            Ok(policy) => {
                let faults = faults(&policy, &context.deployment.environment);
                let faults = faults.into_iter().map(|f| (path, f)).collect();
                judge.faults(repository, faults, "the image in service is never expired");
            }
        }
    }
}

fn faults(policy: &LifecyclePolicy, environment: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen: Vec<&String> = Vec::new();
    for (i, rule) in policy.rules.iter().enumerate() {
        match &rule.selection {
            Selection::Any if i + 1 < policy.rules.len() => {
                faults.push(format!(
                    "rule {} is for any image and not the last",
                    rule.priority
                ));
            }
            Selection::Prefixes(list) | Selection::Patterns(list) => {
                if list.len() > 1 {
                    faults.push(format!(
                        "rule {}: {} means an image with all of these tags",
                        rule.priority,
                        list.join(" and ")
                    ));
                }
                for entry in list {
                    if seen.contains(&entry) {
                        faults.push(format!(
                            "rule {}: {entry} stands in a rule before",
                            rule.priority
                        ));
                    }
                    seen.push(entry);
                }
            }
            _ => {}
        }
    }
    // A rollback: the image in service is old, and 60 builds came after it, each of which was deployed for a while.
    let build = |n: u32| Image {
        pushed: n,
        tags: vec![format!("sha-{n}"), format!("{environment}-{n}")],
    };
    let mut images: Vec<Image> = (0..=60).map(build).collect();
    images[0].tags.push(environment.to_owned());
    images[60].tags.push("latest".to_owned());
    if expired(policy, &images, 200).contains(&0) {
        faults.push(format!(
            "an image tagged {environment} is expired while it is in service, after a rollback to it"
        ));
    }
    faults
}
