//! ECS Exec.

use crate::model::{Read, Resource};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.exec-logging-kms",
    title: "Commands in running containers are logged and encrypted",
    severity: Severity::Medium,
    resource_types: &["AWS::ECS::Cluster"],
    why: "ECS Exec is a shell in production; without a log nobody knows who typed what.",
    fix: "Set Configuration: {ExecuteCommandConfiguration: {KmsKeyId: …, Logging: OVERRIDE, LogConfiguration: {CloudWatchLogGroupName: …, CloudWatchEncryptionEnabled: true}}}.",
    see: "aws ecs describe-clusters --clusters NAME --include CONFIGURATIONS --query 'clusters[].configuration'",
    check,
};

const EXEC: &str = "Configuration.ExecuteCommandConfiguration";

fn check(context: &Context<'_>, judge: &mut Judge) {
    let deployment = context.deployment;
    for cluster in deployment.of_type("AWS::ECS::Cluster") {
        let own = |service: &&Resource| match service.read("Cluster") {
            Read::Known(value) => deployment
                .find(value, "AWS::ECS::Cluster", "ClusterName")
                .is_some_and(|c| c.address == cluster.address),
            _ => false,
        };
        let services: Vec<&Resource> = deployment
            .of_type("AWS::ECS::Service")
            .filter(own)
            .collect();
        let open = services
            .iter()
            .find(|s| s.flag("EnableExecuteCommand").known() == Some(true));
        let gap = services
            .iter()
            .find(|s| matches!(s.flag("EnableExecuteCommand"), Read::Unknown(_)));
        match (open, gap) {
            (Some(service), _) => configured(cluster, service, judge),
            (None, Some(service)) => {
                let reason = format!("whether {} lets commands in", service.address);
                judge.unknown(cluster, "", &reason);
            }
            (None, None) => judge.pass(cluster, "no service lets commands in"),
        }
    }
}

fn configured(cluster: &Resource, service: &Resource, judge: &mut Judge) {
    let at = |key: &str| format!("{EXEC}.{key}");
    let logging = cluster
        .text(&at("Logging"))
        .or_default(Arc::from("DEFAULT"));
    let key = cluster.read(&at("KmsKeyId"));
    match (logging, key) {
        (Err(reason), _) | (_, Read::Unknown(reason)) => judge.unknown(cluster, EXEC, &reason),
        (Ok(logging), _) if &*logging == "NONE" => {
            judge.fail(
                cluster,
                &at("Logging"),
                format!("commands in {} are not logged", service.address),
            );
        }
        (Ok(_), Read::Absent) => {
            judge.fail(
                cluster,
                EXEC,
                format!("no KMS key encrypts the sessions of {}", service.address),
            );
        }
        (Ok(_), Read::Known(_)) => judge.pass(cluster, "commands are logged and encrypted"),
    }
}
