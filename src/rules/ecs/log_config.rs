//! Logs of containers.

use super::each_container;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.log-config",
    title: "Containers send their output to a log",
    severity: Severity::Medium,
    resource_types: &["AWS::ECS::TaskDefinition"],
    why: "What a container prints is gone with the task, and with it the trace of what happened.",
    fix: "Set LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: …, awslogs-region: …, awslogs-stream-prefix: …}}.",
    see: "aws ecs describe-task-definition --task-definition FAMILY --query 'taskDefinition.containerDefinitions[].[name,logConfiguration.logDriver]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_container(context, judge, "all containers log", |container| {
        Ok(
            match container
                .read_text("LogConfiguration.LogDriver")
                .optional()?
            {
                None => Some(("LogConfiguration", "output goes nowhere".to_owned())),
                Some(driver) if &*driver == "none" => Some((
                    "LogConfiguration.LogDriver",
                    "output goes nowhere".to_owned(),
                )),
                Some(_) => None,
            },
        )
    });
}
