//! `AWS::RDS::DBCluster` (Aurora) and `AWS::RDS::DBInstance`.
//!
//! Source: Amazon Aurora pricing and the Aurora user guide, "Using Aurora Serverless v2": capacity is measured by
//! the second, each writer and reader is charged for its own; readers in promotion tiers 0 and 1 follow the writer.

use rust_decimal::Decimal;

use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::{Address, Read, Resource};
use crate::pricing::{HOURS_PER_MONTH, Range};

/// Operation of the price list for an engine.
fn operation(engine: &str) -> Option<&'static str> {
    Some(match engine {
        "aurora-postgresql" => "CreateDBInstance:0021",
        "aurora-mysql" => "CreateDBInstance:0016",
        "postgres" => "CreateDBInstance:0014",
        "mysql" => "CreateDBInstance:0002",
        _ => return None,
    })
}

pub(in crate::estimate) fn cluster(_: &Context<'_>, cluster: &Resource, lines: &mut Lines<'_>) {
    let Some(engine) = lines.known(cluster.text("Engine"), "".into()) else {
        return;
    };
    if !engine.starts_with("aurora-") {
        return lines.gap(format!("clusters of engine '{engine}' are not modelled"));
    }
    if &*engine == "aurora-mysql" {
        return lines.gap("storage and I/O of aurora-mysql have no price row".to_owned());
    }
    let Some(optimized) = io_optimized(cluster, lines) else {
        return;
    };
    if let Some(storage) = lines.needed("storage_gb", "Aurora storage") {
        let usage = if optimized {
            "Aurora:IO-OptimizedStorageUsage"
        } else {
            "Aurora:StorageUsage"
        };
        let name = if optimized {
            "Aurora storage, I/O-Optimized"
        } else {
            "Aurora storage"
        };
        lines.add(Line {
            name,
            service: "AmazonRDS",
            usage,
            operation: None,
            quantity: storage,
            assumptions: vec![],
        });
    }
    let reads = lines.figure("read_requests_per_sec");
    let writes = lines.figure("write_requests_per_sec");
    if !optimized {
        if reads.is_none() && writes.is_none() {
            lines.gap("Aurora I/O: no usage figure; give read_requests_per_sec and write_requests_per_sec in the usage file");
        } else {
            let a_second = reads.unwrap_or_default() + writes.unwrap_or_default();
            let seconds = times(HOURS_PER_MONTH, Decimal::from(3600));
            lines.add(Line {
                name: "Aurora I/O requests",
                service: "AmazonRDS",
                usage: "Aurora:StorageIOUsage",
                operation: None,
                quantity: a_second.map(|n| times(n, seconds)),
                assumptions: vec![format!(
                    "{} I/O requests a second on average × 2,628,000 seconds",
                    a_second.expected
                )],
            });
        }
    }
    if let Some(backup) = lines.figure("backup_snapshot_size_gb") {
        lines.add(Line {
            name: "Aurora backup beyond the free amount",
            service: "AmazonRDS",
            usage: "Aurora:BackupUsage",
            operation: None,
            quantity: backup,
            assumptions: vec!["backup up to the size of the latest volume is free".to_owned()],
        });
    } else {
        let days = lines.known(cluster.number("BackupRetentionPeriod"), Decimal::ONE);
        if days.is_some_and(|d| d > Decimal::ONE) {
            lines.gap("Aurora backup: no usage figure; give backup_snapshot_size_gb in the usage file (0 if the changes stay small)");
        }
    }
    if lines.known(cluster.flag("ManageMasterUserPassword"), false) == Some(true) {
        super::secrets::managed(lines);
    }
}

/// `aurora-iopt1` is I/O-Optimized.
fn io_optimized(cluster: &Resource, lines: &mut Lines<'_>) -> Option<bool> {
    let storage = lines.known(cluster.text("StorageType"), "aurora".into())?;
    Some(&*storage == "aurora-iopt1")
}

pub(in crate::estimate) fn instance(
    context: &Context<'_>,
    instance: &Resource,
    lines: &mut Lines<'_>,
) {
    let cluster = instance
        .read("DBClusterIdentifier")
        .known()
        .and_then(|named| {
            context
                .deployment
                .find(named, "AWS::RDS::DBCluster", "DBClusterIdentifier")
        });
    let engine = match (cluster, instance.text("Engine")) {
        (Some(cluster), Read::Absent) => lines.known(cluster.text("Engine"), "".into()),
        (_, read) => lines.known(read, "".into()),
    };
    let Some(engine) = engine else { return };
    let Some(class) = lines.known(instance.text("DBInstanceClass"), "".into()) else {
        return;
    };
    let Some(operation) = operation(&engine) else {
        return lines.gap(format!("engine '{engine}' has no price row"));
    };
    if &*class == "db.serverless" {
        return match cluster {
            Some(cluster) => serverless(context, instance, cluster, operation, lines),
            None => lines.gap("a db.serverless instance whose cluster is not in this stack tree"),
        };
    }
    let optimized = match cluster {
        Some(cluster) => match io_optimized(cluster, lines) {
            Some(optimized) => optimized,
            None => return,
        },
        None => false,
    };
    let Some(multi_az) = lines.known(instance.flag("MultiAZ"), false) else {
        return;
    };
    let kind = match (optimized, multi_az && cluster.is_none()) {
        (true, _) => "InstanceUsageIOOptimized",
        (false, true) => "Multi-AZUsage",
        (false, false) => "InstanceUsage",
    };
    lines.add(Line {
        name: &format!(
            "{class} instance{}",
            if kind == "Multi-AZUsage" {
                ", Multi-AZ"
            } else {
                ""
            }
        ),
        service: "AmazonRDS",
        usage: &format!("{kind}:{class}"),
        operation: Some(operation),
        quantity: Lines::hours(1),
        assumptions: vec!["runs all month".to_owned()],
    });
    if cluster.is_none() {
        storage(instance, multi_az, lines);
    }
    if lines.known(instance.flag("ManageMasterUserPassword"), false) == Some(true) {
        super::secrets::managed(lines);
    }
}

fn storage(instance: &Resource, multi_az: bool, lines: &mut Lines<'_>) {
    let kind = instance.text("StorageType");
    let Some(kind) = lines.known(kind, "gp2".into()) else {
        return;
    };
    let usage = match (&*kind, multi_az) {
        ("gp2", false) => "RDS:GP2-Storage",
        ("gp2", true) => "RDS:Multi-AZ-GP2-Storage",
        ("gp3", false) => "RDS:GP3-Storage",
        ("gp3", true) => "RDS:Multi-AZ-GP3-Storage",
        ("io1" | "io2", false) => "RDS:PIOPS-Storage",
        ("io1" | "io2", true) => "RDS:Multi-AZ-PIOPS-Storage",
        _ => return lines.gap(format!("storage type '{kind}' has no price row")),
    };
    let quantity = match instance.number("AllocatedStorage") {
        Read::Known(gb) => Some(Range::flat(gb)),
        Read::Absent => lines.needed("storage_gb", "database storage"),
        Read::Unknown(reason) => {
            lines.gap(reason.to_string());
            None
        }
    };
    let Some(quantity) = quantity else { return };
    lines.add(Line {
        name: &format!("database storage, {kind}"),
        service: "AmazonRDS",
        usage,
        operation: Some(""),
        quantity,
        assumptions: vec!["allocated storage, used or not".to_owned()],
    });
    if kind.starts_with("io")
        && let Some(iops) = lines.known(instance.number("Iops"), Decimal::ZERO)
    {
        let usage = if multi_az {
            "RDS:Multi-AZ-PIOPS"
        } else {
            "RDS:PIOPS"
        };
        lines.add(Line {
            name: "provisioned IOPS",
            service: "AmazonRDS",
            usage,
            operation: Some(""),
            quantity: Range::flat(iops),
            assumptions: vec![],
        });
    }
}

/// One Serverless v2 instance: `min` at the least capacity all month, `max` at the greatest.
fn serverless(
    context: &Context<'_>,
    instance: &Resource,
    cluster: &Resource,
    operation: &str,
    lines: &mut Lines<'_>,
) {
    let limit = |key: &str| match cluster.number(&format!("ServerlessV2ScalingConfiguration.{key}"))
    {
        Read::Known(n) => Ok(n),
        Read::Absent => Err(format!(
            "cluster {} has no ServerlessV2ScalingConfiguration.{key}",
            cluster.address
        )),
        Read::Unknown(reason) => Err(reason.to_string()),
    };
    let (least, most) = match (limit("MinCapacity"), limit("MaxCapacity")) {
        (Ok(least), Ok(most)) if least <= most => (least, most),
        (Ok(least), Ok(most)) => {
            return lines.gap(format!("MinCapacity {least} is above MaxCapacity {most}"));
        }
        (Err(reason), _) | (_, Err(reason)) => return lines.gap(reason),
    };
    let Some(optimized) = io_optimized(cluster, lines) else {
        return;
    };
    let clamp = |n: Decimal| n.clamp(least, most);
    let own = |address: &Address| {
        context.usage.get(
            address.as_str(),
            "AWS::RDS::DBInstance",
            "capacity_units_per_hr",
        )
    };
    let mut assumptions = vec![format!(
        "capacity between {least} and {most} ACU, this instance by itself"
    )];
    let figure = own(&instance.address);
    let mut expected = match figure {
        Some(figure) => {
            assumptions.push(format!(
                "{} ACU on average, from the usage file",
                figure.expected
            ));
            clamp(figure.expected)
        }
        None => {
            // Cluster at rest: half an ACU is the least that runs without a pause.
            let idle = clamp(least.max(Decimal::new(5, 1)));
            assumptions.push(format!(
                "idle: {idle} ACU (low confidence; give capacity_units_per_hr)"
            ));
            idle
        }
    };
    let tier = |resource: &Resource| {
        resource
            .number("PromotionTier")
            .or_default(Decimal::ONE)
            .ok()
    };
    let follows = |resource: &Resource| tier(resource).is_some_and(|t| t <= Decimal::ONE);
    if follows(instance) {
        let others = context
            .deployment
            .of_type("AWS::RDS::DBInstance")
            .filter(|other| {
                other.address != instance.address
                    && follows(other)
                    && context
                        .deployment
                        .find_by_property(other, "DBClusterIdentifier")
                        == Some(&cluster.address)
            });
        let highest = others
            .filter_map(|other| own(&other.address))
            .map(|f| clamp(f.expected))
            .max();
        if let Some(highest) = highest.filter(|h| *h > expected) {
            assumptions.push(format!(
                "promotion tier 0 or 1: follows the writer to {highest} ACU"
            ));
            expected = highest;
        }
    }
    let floor = figure.map_or(least, |f| if least.is_zero() { f.min } else { least });
    if least.is_zero() {
        assumptions.push("may pause at 0 ACU; a connection pool or health check that reaches the database keeps it awake".to_owned());
    }
    let capacity = Range {
        min: floor.min(expected),
        expected,
        max: most,
    };
    let usage = if optimized {
        "Aurora:ServerlessV2IOOptimizedUsage"
    } else {
        "Aurora:ServerlessV2Usage"
    };
    lines.add(Line {
        name: if optimized {
            "Aurora Serverless v2 capacity, I/O-Optimized"
        } else {
            "Aurora Serverless v2 capacity"
        },
        service: "AmazonRDS",
        usage,
        operation: Some(operation),
        quantity: capacity.map(|acu| times(acu, HOURS_PER_MONTH)),
        assumptions,
    });
}
