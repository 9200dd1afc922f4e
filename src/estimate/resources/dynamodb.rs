//! `AWS::DynamoDB::Table`. Source: Amazon DynamoDB pricing: on-demand request units or provisioned capacity, storage.

use rust_decimal::Decimal;

use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::Resource;
use crate::pricing::{HOURS_PER_MONTH, Range};

pub(in crate::estimate) fn table(_: &Context<'_>, table: &Resource, lines: &mut Lines<'_>) {
    let Some(mode) = lines.known(table.text("BillingMode"), "PROVISIONED".into()) else {
        return;
    };
    let parts: [(&str, &str, &str); 2] = if &*mode == "PAY_PER_REQUEST" {
        [
            (
                "monthly_read_request_units",
                "read request units",
                "ReadRequestUnits",
            ),
            (
                "monthly_write_request_units",
                "write request units",
                "WriteRequestUnits",
            ),
        ]
    } else {
        [
            ("ReadCapacityUnits", "read capacity", "ReadCapacityUnit-Hrs"),
            (
                "WriteCapacityUnits",
                "write capacity",
                "WriteCapacityUnit-Hrs",
            ),
        ]
    };
    for (key, name, usage) in parts {
        let quantity = if &*mode == "PAY_PER_REQUEST" {
            lines.needed(key, name)
        } else {
            let units = lines.known(
                table.number(&format!("ProvisionedThroughput.{key}")),
                Decimal::ZERO,
            );
            units.map(|u| Range::flat(times(u, HOURS_PER_MONTH)))
        };
        if let Some(quantity) = quantity {
            lines.add(Line {
                name,
                service: "AmazonDynamoDB",
                usage,
                operation: None,
                quantity,
                assumptions: vec![],
            });
        }
    }
    if let Some(quantity) = lines.needed("storage_gb", "table storage") {
        let (name, usage) = ("table storage", "TimedStorage-ByteHrs");
        lines.add(Line {
            name,
            service: "AmazonDynamoDB",
            usage,
            operation: None,
            quantity,
            assumptions: vec![],
        });
    }
}
