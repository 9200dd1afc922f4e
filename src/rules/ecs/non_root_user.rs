//! Users.

use super::each_container;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.non-root-user",
    title: "Containers do not run as root",
    severity: Severity::Medium,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "A fault in the program or the runtime gives away root; without User the image decides, and most images say root.",
    fix: "Set User: \"1000\", or any id but 0.",
    see: "aws ecs describe-task-definition --task-definition FAMILY --query 'taskDefinition.containerDefinitions[].[name,user]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_container(context, judge, "no container runs as root", |container| {
        Ok(match container.read_text("User").optional()? {
            None => Some(("", "says no user, so that the image decides".to_owned())),
            // USER or USER:GROUP, names or numbers.
            Some(user) if matches!(user.split(':').next(), Some("0" | "root" | "")) => {
                Some(("User", "runs as root".to_owned()))
            }
            Some(_) => None,
        })
    });
}
