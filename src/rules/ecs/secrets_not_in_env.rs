//! Secrets of containers.

use crate::model::{HOLDS_SECRET, Kind, Piece, Read, Value, Why};
use crate::rules::secret::shape::{in_file, is_secret_name, looks_like, secret_parameter};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.secrets-not-in-env",
    title: "Containers get their secrets from a store, not as plain variables",
    severity: Severity::High,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "A variable of a task definition is readable for everybody who may describe it, in every revision, for ever.",
    fix: "Move it to Secrets: [{Name: DATABASE_PASSWORD, ValueFrom: !Ref Secret}].",
    see: "aws ecs describe-task-definition --task-definition FAMILY --query 'taskDefinition.containerDefinitions[].environment'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let list = "ContainerDefinitions";
    for task in context.deployment.of_type("AWS::ECS::TaskDefinition") {
        let containers = match task.list(list) {
            Read::Known(containers) => containers,
            Read::Absent => continue,
            Read::Unknown(reason) => {
                judge.unknown(task, list, &reason);
                continue;
            }
        };
        let mut fine = true;
        for (i, container) in containers.iter().enumerate() {
            let variables = container.read_list("Environment");
            if let Read::Unknown(reason) = &variables {
                fine = false;
                judge.unknown(task, &format!("{list}.{i}.Environment"), reason);
            }
            for (j, variable) in variables.known().unwrap_or_default().iter().enumerate() {
                let name = variable
                    .read_text("Name")
                    .known()
                    .unwrap_or_else(|| Arc::from("?"));
                let path = format!("{list}.{i}.Environment.{j}.Value");
                match variable
                    .get("Value")
                    .map_or(Answer::Fine, |value| judge_value(&name, value))
                {
                    Answer::Fine => {}
                    Answer::Secret(why) => {
                        fine = false;
                        judge.fail_masked(task, &path, format!("variable {name} {why}"));
                    }
                    Answer::Unknown(reason) => {
                        fine = false;
                        judge.unknown(task, &path, &reason);
                    }
                }
            }
        }
        if fine {
            judge.pass(task, "no variable is a secret");
        }
    }
}

const SHOWN: &str = "is a dynamic reference, whose value the task definition shows";

/// A secret that is part of a text.
fn inside(pieces: &[Piece]) -> Answer {
    for piece in pieces {
        if let Piece::Unknown(gap) = piece {
            if &*gap.reason == HOLDS_SECRET {
                let message = "holds a NoEcho parameter, which the task definition shows";
                return Answer::Secret(message.to_owned());
            }
            if gap.why == Why::DynamicReference && !gap.reason.contains("{{resolve:ssm:") {
                return Answer::Secret(SHOWN.to_owned());
            }
        }
    }
    Answer::Fine
}

enum Answer {
    Fine,
    Secret(String),
    Unknown(Arc<str>),
}

fn judge_value(name: &str, value: &Value) -> Answer {
    let named = is_secret_name(name) || secret_parameter(value).is_some();
    match &value.kind {
        Kind::Secret(_) => {
            Answer::Secret("is a NoEcho parameter, which the task definition shows".to_owned())
        }
        // A plain parameter of Systems Manager is no secret by itself.
        Kind::Unknown(gap)
            if gap.why == Why::DynamicReference
                && (named || !gap.reason.contains("{{resolve:ssm:")) =>
        {
            Answer::Secret(SHOWN.to_owned())
        }
        Kind::Pieces(pieces) => match in_file(value) {
            Some(text) if text.contains("{{resolve:secretsmanager:") => {
                Answer::Secret(SHOWN.to_owned())
            }
            text => match text.as_deref().and_then(looks_like) {
                Some(shape) => Answer::Secret(format!("looks like {shape}")),
                None => inside(pieces),
            },
        },
        Kind::Unknown(gap) if named => Answer::Unknown(Arc::clone(&gap.reason)),
        Kind::Text(text) | Kind::Number(text) => match looks_like(text) {
            Some(shape) => Answer::Secret(format!("looks like {shape}")),
            None if named
                && !text.is_empty()
                && !text.starts_with("arn:")
                && !matches!(&**text, "true" | "false") =>
            {
                Answer::Secret("is a secret by its name".to_owned())
            }
            None => Answer::Fine,
        },
        _ => Answer::Fine,
    }
}
