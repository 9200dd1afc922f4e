//! `AWS::Lambda::Function`. Source: AWS Lambda pricing: requests, and GB-seconds of configured memory.

use rust_decimal::Decimal;

use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::Resource;

pub(in crate::estimate) fn function(_: &Context<'_>, function: &Resource, lines: &mut Lines<'_>) {
    let Some(memory) = lines.known(function.number("MemorySize"), Decimal::from(128)) else {
        return;
    };
    let architectures = match function.list("Architectures").optional() {
        Ok(list) => list.unwrap_or_default(),
        Err(reason) => return lines.gap(reason.to_string()),
    };
    let arm = architectures
        .iter()
        .any(|a| a.as_text().as_deref() == Some("arm64"));
    let Some(requests) = lines.needed("monthly_requests", "invocations") else {
        return;
    };
    lines.add(Line {
        name: "requests",
        service: "AWSLambda",
        usage: if arm { "Request-ARM" } else { "Request" },
        operation: None,
        quantity: requests,
        assumptions: vec![],
    });
    let Some(duration) = lines.needed("request_duration_ms", "duration") else {
        return;
    };
    let gb = memory / Decimal::from(1024);
    lines.add(Line {
        name: if arm { "duration, ARM" } else { "duration" },
        service: "AWSLambda",
        usage: if arm {
            "Lambda-GB-Second-ARM"
        } else {
            "Lambda-GB-Second"
        },
        operation: None,
        quantity: requests.zip(duration, |n: Decimal, ms| {
            times(times(n, ms / Decimal::from(1000)), gb)
        }),
        assumptions: vec![format!("{memory} MB × {} ms each", duration.expected)],
    });
}
