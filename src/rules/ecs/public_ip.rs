//! Tasks with public addresses.

use crate::model::{Read, Resource};
use crate::rules::net::path_to;
use crate::rules::{Context, Judge, Rule, Severity};

const CONFIGURATION: &str = "NetworkConfiguration.AwsvpcConfiguration";

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.no-public-ip",
    title: "Tasks have no public address",
    severity: Severity::High,
    resource_types: &[
        "AWS::ECS::Service",
        "AWS::ECS::TaskSet",
        "AWS::Events::Rule",
        "AWS::Scheduler::Schedule",
    ],
    why: "A task with a public address is one security group's rule away from the internet, past the load balancer with its TLS, \
          logs and web ACL.",
    fix: "AssignPublicIp: DISABLED in private subnets, with a NAT gateway or VPC endpoints for the way out.",
    see: "aws ecs describe-services --cluster CLUSTER --services SERVICE --query \
          'services[].networkConfiguration.awsvpcConfiguration.assignPublicIp'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for resource_type in ["AWS::ECS::Service", "AWS::ECS::TaskSet"] {
        for resource in context.deployment.of_type(resource_type) {
            if resource.read(CONFIGURATION) != Read::Absent {
                let path = format!("{CONFIGURATION}.AssignPublicIp");
                one(context, judge, resource, &path);
            }
        }
    }
    // Tasks that a schedule or an event starts.
    for rule in context.deployment.of_type("AWS::Events::Rule") {
        let targets = rule.list("Targets").known().unwrap_or_default();
        for (i, target) in targets.iter().enumerate() {
            let base = "EcsParameters.NetworkConfiguration.AwsVpcConfiguration";
            if target.read(base) != Read::Absent {
                let path = format!("Targets.{i}.{base}.AssignPublicIp");
                one(context, judge, rule, &path);
            }
        }
    }
    for schedule in context.deployment.of_type("AWS::Scheduler::Schedule") {
        let base = "Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration";
        if schedule.read(base) != Read::Absent {
            one(context, judge, schedule, &format!("{base}.AssignPublicIp"));
        }
    }
}

fn one(context: &Context<'_>, judge: &mut Judge, resource: &Resource, path: &str) {
    match resource.text(path).or_default("DISABLED".into()) {
        Ok(text) if &*text == "ENABLED" => {
            let graph = context.reach();
            let (lines, related) = graph
                .endpoint(&resource.address)
                .map(|e| path_to(&graph.direct(e), resource.address.as_str(), None))
                .unwrap_or_default();
            judge.fail_by(
                resource,
                path,
                "its tasks have public addresses",
                lines,
                related,
            );
        }
        Ok(_) => judge.pass(resource, "its tasks have no public address"),
        Err(reason) => judge.unknown(resource, path, &reason),
    }
}
