//! ElastiCache nodes. Source: Amazon ElastiCache pricing: each node by the hour.

use rust_decimal::Decimal;

use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::{Read, Resource};
use crate::pricing::{HOURS_PER_MONTH, Range};

pub(in crate::estimate) fn cluster(_: &Context<'_>, cluster: &Resource, lines: &mut Lines<'_>) {
    let count = lines.known(cluster.number("NumCacheNodes"), Decimal::ONE);
    if let Some(count) = count {
        nodes(cluster, count, lines);
    }
}

pub(in crate::estimate) fn replication_group(
    _: &Context<'_>,
    group: &Resource,
    lines: &mut Lines<'_>,
) {
    let count = match (
        group.number("NumCacheClusters"),
        group.number("NumNodeGroups"),
        group.number("ReplicasPerNodeGroup"),
    ) {
        (Read::Known(count), ..) => count,
        (Read::Absent, Read::Known(groups), replicas) => {
            let Some(replicas) = lines.known(replicas, Decimal::ZERO) else {
                return;
            };
            times(groups, replicas + Decimal::ONE)
        }
        (Read::Unknown(reason), ..) | (_, Read::Unknown(reason), _) => {
            return lines.gap(reason.to_string());
        }
        _ => return lines.gap("neither NumCacheClusters nor NumNodeGroups is set"),
    };
    nodes(group, count, lines);
}

fn nodes(resource: &Resource, count: Decimal, lines: &mut Lines<'_>) {
    let Some(engine) = lines.known(resource.text("Engine"), "redis".into()) else {
        return;
    };
    let operation = match &*engine {
        "redis" => "CreateCacheCluster:0002",
        "memcached" => "CreateCacheCluster:0001",
        "valkey" => "CreateCacheCluster:Valkey",
        _ => return lines.gap(format!("engine '{engine}' has no price row")),
    };
    let kind = match resource.text("CacheNodeType") {
        Read::Known(kind) => kind,
        Read::Absent => return lines.gap("CacheNodeType is not set"),
        Read::Unknown(reason) => return lines.gap(reason.to_string()),
    };
    lines.add(Line {
        name: &format!("{kind} node, {engine}"),
        service: "AmazonElastiCache",
        usage: &format!("NodeUsage:{kind}"),
        operation: Some(operation),
        quantity: Range::flat(times(count, HOURS_PER_MONTH)),
        assumptions: vec![format!("{count} nodes all month")],
    });
}
