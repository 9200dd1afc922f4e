//! R13: templates that CloudFormation takes.

use crate::rules::{Context, Judge, Rule, Severity, Status};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.template-size",
    title: "Templates are no larger than CloudFormation takes",
    severity: Severity::Medium,
    resource_types: &[],
    why: "Over 51,200 bytes a template cannot be sent by itself, over 1 MB not at all.",
    fix: "Split the template into nested stacks.",
    see: "CloudFormation user guide, \"CloudFormation quotas\".",
    check,
};

/// CreateStack, `TemplateBody` and `TemplateURL`.
const INLINE: usize = 51_200;
const IN_S3: usize = 1_048_576;

fn check(context: &Context<'_>, judge: &mut Judge) {
    for stack in context.deployment.stacks.values() {
        let file = context.sources.file(stack.file);
        let bytes = file.text.len();
        let span = Some(Span::new(stack.file, 0, 0));
        if bytes > IN_S3 {
            judge.at(
                Status::Fail,
                &stack.address,
                span,
                format!("{bytes} bytes; CloudFormation takes {IN_S3}"),
            );
        } else if bytes > INLINE {
            judge.at(Status::Fail, &stack.address, span, format!("{bytes} bytes; over {INLINE} validate-template and a deployment without a bucket fail"));
        } else {
            judge.at(Status::Pass, &stack.address, span, format!("{bytes} bytes"));
        }
    }
}
