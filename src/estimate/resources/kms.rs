//! KMS. Source: AWS KMS pricing: each customer managed key a month, and requests. Rotated versions cost more later.

use rust_decimal::Decimal;

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;
use crate::pricing::Range;

pub(in crate::estimate) fn key(_: &Context<'_>, key: &Resource, lines: &mut Lines<'_>) {
    let mut assumptions = vec!["kept all month".to_owned()];
    if lines.known(key.flag("EnableKeyRotation"), false) == Some(true) {
        assumptions.push(
            "the first year: each yearly rotation adds a version that is charged too".to_owned(),
        );
    }
    lines.add(Line {
        name: "customer managed key",
        service: "awskms",
        usage: "KMS-Keys",
        operation: None,
        quantity: Range::flat(Decimal::ONE),
        assumptions,
    });
    let Some(spec) = lines.known(key.text("KeySpec"), "SYMMETRIC_DEFAULT".into()) else {
        return;
    };
    if &*spec != "SYMMETRIC_DEFAULT" {
        return lines.gap(format!("requests of {spec} keys are not modelled"));
    }
    if let Some(requests) = lines.needed("monthly_requests", "key requests") {
        lines.add(Line {
            name: "key requests",
            service: "awskms",
            usage: "KMS-Requests",
            operation: None,
            quantity: requests,
            assumptions: vec![],
        });
    }
}
