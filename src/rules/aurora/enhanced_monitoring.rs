//! Enhanced monitoring.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};
use rust_decimal::Decimal;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.enhanced-monitoring",
    title: "Database instances report what their operating system does",
    severity: Severity::Low,
    resource_types: &["AWS::RDS::DBInstance"],
    why: "CloudWatch alone does not say which process uses the memory of a slow database.",
    fix: "Set MonitoringInterval: 60 and MonitoringRoleArn.",
    see: "aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,MonitoringInterval]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for instance in context.deployment.of_type("AWS::RDS::DBInstance") {
        let cluster = match instance.read("DBClusterIdentifier") {
            Read::Known(id) => {
                context
                    .deployment
                    .find(id, "AWS::RDS::DBCluster", "DBClusterIdentifier")
            }
            _ => None,
        };
        let by_cluster = cluster
            .and_then(|c| c.number("MonitoringInterval").known())
            .unwrap_or_default();
        match instance.number("MonitoringInterval").or_default(by_cluster) {
            Ok(seconds) if seconds > Decimal::ZERO => {
                judge.pass(instance, format!("reports every {seconds} s"))
            }
            Ok(_) => judge.fail(instance, "MonitoringInterval", "enhanced monitoring is off"),
            Err(reason) => judge.unknown(instance, "MonitoringInterval", &reason),
        }
    }
}
