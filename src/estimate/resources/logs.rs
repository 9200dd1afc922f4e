//! CloudWatch Logs.
//!
//! Source: Amazon CloudWatch pricing: GB ingested, GB-month stored (compressed), GB scanned by Logs Insights.

use rust_decimal::Decimal;

use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::{Read, Resource};

pub(in crate::estimate) fn log_group(_: &Context<'_>, group: &Resource, lines: &mut Lines<'_>) {
    let ingested = lines.needed("monthly_data_ingested_gb", "log ingestion");
    let class = lines.known(group.text("LogGroupClass"), "STANDARD".into());
    if let (Some(gb), Some(class)) = (ingested, class) {
        let usage = if &*class == "INFREQUENT_ACCESS" {
            "DataProcessingIA-Bytes"
        } else {
            "DataProcessing-Bytes"
        };
        let name = "log ingestion";
        lines.add(Line {
            name,
            service: "AmazonCloudWatch",
            usage,
            operation: None,
            quantity: gb,
            assumptions: vec![],
        });
    }
    let stored = match (
        lines.figure("storage_gb"),
        ingested,
        group.number("RetentionInDays"),
    ) {
        (Some(gb), ..) => Some((gb, "from the usage file".to_owned())),
        (None, Some(gb), Read::Known(days)) => {
            // Steady state: a month's ingestion compresses to 15 % and stays as long as the retention says.
            let months = days / Decimal::from(30);
            let kept = times(months, Decimal::new(15, 2));
            Some((
                gb.map(|g| times(g, kept)),
                format!("steady state: ingestion × {days}/30 months kept × 0.15 compression"),
            ))
        }
        (None, Some(_), Read::Absent) => {
            lines.gap("log storage grows for ever: the group has no RetentionInDays");
            None
        }
        (None, Some(_), Read::Unknown(reason)) => {
            lines.gap(reason.to_string());
            None
        }
        (None, None, _) => None,
    };
    if let Some((quantity, assumption)) = stored {
        lines.add(Line {
            name: "log storage",
            service: "AmazonCloudWatch",
            usage: "TimedStorage-ByteHrs",
            operation: None,
            quantity,
            assumptions: vec![assumption],
        });
    }
    if let Some(gb) = lines.figure("monthly_data_scanned_gb") {
        lines.add(Line {
            name: "Logs Insights scans",
            service: "AmazonCloudWatch",
            usage: "DataScanned-Bytes",
            operation: None,
            quantity: gb,
            assumptions: vec![],
        });
    }
}

/// Flow logs are charged where they are delivered: to a log group as its ingestion, to S3 as vended logs.
pub(in crate::estimate) fn flow_log(_: &Context<'_>, log: &Resource, lines: &mut Lines<'_>) {
    let Some(kind) = lines.known(log.text("LogDestinationType"), "cloud-watch-logs".into()) else {
        return;
    };
    if &*kind != "cloud-watch-logs" {
        lines.gap(format!(
            "flow logs delivered to {kind}: the delivery charge is not modelled"
        ));
    }
}
