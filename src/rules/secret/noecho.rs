//! Parameters.

use crate::model::{HOLDS_SECRET, Kind, Piece, Stack, Value, Why};
use crate::rules::Status;
use crate::rules::secret::shape::is_secret_name;
use crate::rules::{Context, Judge, Rule, Severity};
use crate::template::Parameter;

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
            parameter_of(stack, name, parameter, judge);
        }
        // Source: CloudFormation User Guide, "Parameters": NoEcho does not mask what stands in Outputs or Metadata.
        for (name, output) in &stack.outputs {
            if holds_secret(output) {
                let message = format!("output {name} shows the value of a hidden parameter");
                judge.at(Status::Fail, &stack.address, Some(output.span), message);
            }
        }
    }
}

fn parameter_of(stack: &Stack, name: &str, parameter: &Parameter, judge: &mut Judge) {
    let default = parameter
        .default
        .as_ref()
        .filter(|(text, _)| !text.is_empty() && !text.starts_with("{{resolve:"));
    if parameter.no_echo {
        match default {
            Some((_, span)) => judge.at_masked(
                &stack.address,
                *span,
                format!("parameter {name} is hidden, and its default stands in the template"),
            ),
            None => judge.at(
                Status::Pass,
                &stack.address,
                Some(parameter.key_span),
                format!("parameter {name} is hidden"),
            ),
        }
    // A value of Systems Manager or of another type of AWS is a name of something.
    } else if is_secret_name(name)
        && matches!(&*parameter.kind, "String" | "CommaDelimitedList")
        && !is_choice(parameter)
        && !stack.parameters.get(name).is_some_and(is_name)
    {
        judge.at(
            Status::Fail,
            &stack.address,
            Some(parameter.key_span),
            format!("parameter {name} is shown to everybody who sees the stack: NoEcho is not set"),
        );
    }
}

/// Whether one of a few listed words is meant, as with a switch.
fn is_choice(parameter: &Parameter) -> bool {
    parameter.allowed_values.len() > 1
}

/// Whether the value in use is the ARN of a secret, or looked up at deployment.
fn is_name(value: &Value) -> bool {
    match &value.kind {
        Kind::Reference(_) => true,
        Kind::Unknown(gap) => gap.why == Why::DynamicReference,
        _ => value
            .pattern()
            .is_some_and(|text| text.starts_with("arn:") || text.starts_with("{{resolve:")),
    }
}

fn holds_secret(value: &Value) -> bool {
    match &value.kind {
        Kind::Secret(_) => true,
        Kind::Pieces(pieces) => pieces
            .iter()
            .any(|p| matches!(p, Piece::Unknown(gap) if &*gap.reason == HOLDS_SECRET)),
        _ => false,
    }
}
