//! Container Insights.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecs.container-insights",
    title: "Clusters measure their containers",
    severity: Severity::Low,
    resource_types: &["AWS::ECS::Cluster"],
    why: "Without it nobody sees that a task is short of memory or restarts in a circle.",
    fix: "Set ClusterSettings: [{Name: containerInsights, Value: enabled}]; the metrics cost money, which isms-cost estimate shows.",
    see: "aws ecs describe-clusters --clusters NAME --include SETTINGS",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for cluster in context.deployment.of_type("AWS::ECS::Cluster") {
        let settings = match cluster.list("ClusterSettings").or_default(&[]) {
            Ok(settings) => settings,
            Err(reason) => {
                judge.unknown(cluster, "ClusterSettings", &reason);
                continue;
            }
        };
        let own = settings
            .iter()
            .position(|s| s.read_text("Name").known().as_deref() == Some("containerInsights"));
        match own {
            Some(i) => {
                let path = format!("ClusterSettings.{i}.Value");
                judge.word(
                    cluster,
                    &path,
                    &["enabled", "enhanced"],
                    "disabled",
                    "containers are not measured",
                );
            }
            None => judge.fail(
                cluster,
                "ClusterSettings",
                "containers are not measured, unless the account's default says so",
            ),
        }
    }
}
