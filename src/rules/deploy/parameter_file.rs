//! R1: parameter files that the AWS CLI takes.

use crate::model::{Address, ParameterFileForm};
use crate::rules::{Context, Judge, Rule, Severity, Status};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.parameter-file",
    title: "Parameter files have a form that the AWS CLI takes, and values that are strings",
    severity: Severity::High,
    resource_types: &[],
    why: "The CLI refuses a plain object and any value that is no string; the deployment stops before it starts.",
    fix: "Write {\"Parameters\": {\"MinTaskCount\": \"1\"}}.",
    see: "aws cloudformation deploy --parameter-overrides file://FILE prints what it expected.",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for file in &context.deployment.parameter_files {
        let root = Address::root();
        let mut fine = true;
        if file.form == ParameterFileForm::PlainObject {
            fine = false;
            judge.at(
                Status::Fail,
                &root,
                Some(file.span),
                "the AWS CLI refuses a plain object; put it under \"Parameters\"",
            );
        }
        for (name, span) in &file.not_text {
            fine = false;
            judge.at(
                Status::Fail,
                &root,
                Some(*span),
                format!("the AWS CLI refuses {name}: its value is no string"),
            );
        }
        if fine {
            judge.at(
                Status::Pass,
                &root,
                Some(file.span),
                "the AWS CLI takes the parameter file",
            );
        }
    }
}
