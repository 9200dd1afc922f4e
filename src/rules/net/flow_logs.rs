//! VPCs whose traffic leaves no trace.

use crate::model::{Read, Resource};
use crate::reach::Id;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.vpc-flow-logs",
    title: "Every VPC writes flow logs, of refused traffic at least",
    severity: Severity::Medium,
    resource_types: &["AWS::EC2::VPC"],
    why: "After an incident flow logs are the one record of who talked to whom, and before one they show who tries.",
    fix: "Add an AWS::EC2::FlowLog with ResourceId: !Ref Vpc, ResourceType: VPC, TrafficType: ALL.",
    see: "aws ec2 describe-flow-logs --query 'FlowLogs[].[ResourceId,TrafficType,FlowLogStatus]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for vpc in context.deployment.of_type("AWS::EC2::VPC") {
        let (mut found, mut gap, mut narrow) = (None, None, None);
        for log in context.deployment.of_type("AWS::EC2::FlowLog") {
            match Id::at(context.deployment, log, "ResourceId", "AWS::EC2::VPC") {
                Some(Id::Here(address)) if address == vpc.address => {}
                Some(Id::Any(reason)) if of_vpc(log) => {
                    gap = Some(reason);
                    continue;
                }
                _ => continue,
            }
            let unsure = log.condition.as_ref().and_then(|c| c.unknown.clone());
            match (log.text("TrafficType"), unsure) {
                (Read::Known(kind), _) if &*kind == "ACCEPT" => narrow = Some(log),
                (Read::Unknown(reason), _) | (_, Some(reason)) => gap = Some(reason),
                (Read::Known(_) | Read::Absent, None) => found = Some(log),
            }
        }
        match (found, gap, narrow) {
            (Some(log), ..) => judge.pass(vpc, format!("{} writes its flow logs", log.address)),
            (None, Some(reason), _) => judge.unknown(vpc, "", &reason),
            (None, None, Some(log)) => {
                judge.fail(log, "TrafficType", "refused traffic is not logged");
            }
            (None, None, None) => judge.fail(vpc, "", "it writes no flow logs"),
        }
    }
}

fn of_vpc(log: &Resource) -> bool {
    log.text("ResourceType").known().as_deref() == Some("VPC")
}
