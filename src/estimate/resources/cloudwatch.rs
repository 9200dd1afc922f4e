//! Alarms and dashboards. Source: Amazon CloudWatch pricing.

use rust_decimal::Decimal;

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::{Read, Resource};
use crate::pricing::Range;

/// An alarm is charged for each metric it watches; a period under a minute makes it a high-resolution alarm.
pub(in crate::estimate) fn alarm(_: &Context<'_>, alarm: &Resource, lines: &mut Lines<'_>) {
    let mut metrics = 0u32;
    let mut high_resolution = alarm
        .number("Period")
        .known()
        .is_some_and(|p| p < Decimal::from(60));
    match alarm.list("Metrics") {
        Read::Known(items) => {
            for item in items {
                if let Read::Known(period) = item.read_number("MetricStat.Period") {
                    metrics += 1;
                    high_resolution |= period < Decimal::from(60);
                }
            }
        }
        Read::Absent => metrics = 1,
        Read::Unknown(reason) => return lines.gap(reason.to_string()),
    }
    let usage = if high_resolution {
        "CW:HighResAlarmMonitorUsage"
    } else {
        "CW:AlarmMonitorUsage"
    };
    lines.add(Line {
        name: if high_resolution {
            "high-resolution alarm metric"
        } else {
            "alarm metric"
        },
        service: "AmazonCloudWatch",
        usage,
        operation: None,
        quantity: Range::flat(Decimal::from(metrics)),
        assumptions: vec!["each metric that the alarm watches is charged".to_owned()],
    });
}

pub(in crate::estimate) fn composite_alarm(_: &Context<'_>, _: &Resource, lines: &mut Lines<'_>) {
    lines.add(Line {
        name: "composite alarm",
        service: "AmazonCloudWatch",
        usage: "CW:CompositeAlarmMonitorUsage",
        operation: None,
        quantity: Range::flat(Decimal::ONE),
        assumptions: vec![],
    });
}

pub(in crate::estimate) fn dashboard(_: &Context<'_>, _: &Resource, lines: &mut Lines<'_>) {
    lines.add_global(Line {
        name: "dashboard",
        service: "AmazonCloudWatch",
        usage: "DashboardsUsageHour",
        operation: None,
        quantity: Range::flat(Decimal::ONE),
        assumptions: vec![
            "an account's first three dashboards are free; not counted here".to_owned(),
        ],
    });
}
