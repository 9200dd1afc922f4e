//! Parameters.

use crate::rules::Status;
use crate::rules::secret::shape::is_secret_name;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret.noecho-and-no-default",
    title: "Parameters that are secrets are hidden, and have no default",
    severity: Severity::High,
    resource_types: &[],
    why: "Without NoEcho the console, the API and every describe-stacks show the value; a default is the value in the repository.",
    fix: "Set NoEcho: true and leave Default out; better, let Secrets Manager make the value and pass its ARN.",
    see: "aws cloudformation describe-stacks --stack-name NAME --query 'Stacks[].Parameters'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for stack in context.deployment.stacks.values() {
        for (name, parameter) in &stack.template.parameters {
            let default = parameter
                .default
                .as_ref()
                .filter(|(text, _)| !text.is_empty());
            if parameter.no_echo {
                match default {
                    Some((_, span)) => {
                        let message = format!(
                            "parameter {name} is hidden, and its default stands in the template"
                        );
                        judge.at(Status::Fail, &stack.address, Some(*span), message);
                    }
                    None => judge.at(
                        Status::Pass,
                        &stack.address,
                        Some(parameter.key_span),
                        format!("parameter {name} is hidden"),
                    ),
                }
            // A value of Systems Manager or of another type of AWS is a name of something.
            } else if is_secret_name(name) && &*parameter.kind == "String" {
                let message = format!(
                    "parameter {name} is shown to everybody who sees the stack: NoEcho is not set"
                );
                judge.at(
                    Status::Fail,
                    &stack.address,
                    Some(parameter.key_span),
                    message,
                );
            }
        }
    }
}
