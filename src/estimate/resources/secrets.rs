//! Secrets Manager. Source: AWS Secrets Manager pricing: each secret a month, and API calls.

use rust_decimal::Decimal;

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;
use crate::pricing::Range;

pub(in crate::estimate) fn secret(_: &Context<'_>, _: &Resource, lines: &mut Lines<'_>) {
    one(lines, "secret", "kept all month");
    if let Some(requests) = lines.needed("monthly_requests", "secret requests") {
        lines.add(Line {
            name: "API requests",
            service: "AWSSecretsManager",
            usage: "AWSSecretsManagerAPIRequest",
            operation: None,
            quantity: requests,
            assumptions: vec![],
        });
    }
}

/// The secret that RDS makes for a master password it manages; charged like any other.
pub(super) fn managed(lines: &mut Lines<'_>) {
    one(
        lines,
        "master password secret",
        "made and rotated by RDS, charged as a secret",
    );
}

fn one(lines: &mut Lines<'_>, name: &str, assumption: &str) {
    lines.add(Line {
        name,
        service: "AWSSecretsManager",
        usage: "AWSSecretsManager-Secrets",
        operation: None,
        quantity: Range::flat(Decimal::ONE),
        assumptions: vec![assumption.to_owned()],
    });
}
