//! `AWS::ECS::Cluster`: the cluster is free, Container Insights is not.

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;

pub(in crate::estimate) fn cluster(_: &Context<'_>, cluster: &Resource, lines: &mut Lines<'_>) {
    let settings = match cluster.list("ClusterSettings").optional() {
        Ok(settings) => settings.unwrap_or_default(),
        Err(reason) => return lines.gap(reason.to_string()),
    };
    let insights = settings.iter().find_map(|setting| {
        let name = setting.read_text("Name").known()?;
        if &*name == "containerInsights" {
            setting.read_text("Value").known()
        } else {
            None
        }
    });
    match insights.as_deref() {
        Some("enabled") => {
            if let Some(metrics) = lines.needed("container_insights_metrics", "Container Insights")
            {
                lines.add(Line {
                    name: "Container Insights metrics",
                    service: "AmazonCloudWatch",
                    usage: "CW:MetricMonitorUsage",
                    operation: None,
                    quantity: metrics,
                    assumptions: vec![
                        "charged as custom metrics; their logs come on top".to_owned(),
                    ],
                });
            }
        }
        Some("enhanced") => lines.gap(
            "Container Insights with enhanced observability: the price's usage type is not known",
        ),
        _ => {}
    }
}
