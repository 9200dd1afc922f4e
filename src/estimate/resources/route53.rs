//! Route 53. Source: Amazon Route 53 pricing; queries to alias records of AWS resources are free.

use rust_decimal::Decimal;

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;
use crate::pricing::Range;

pub(in crate::estimate) fn hosted_zone(_: &Context<'_>, _: &Resource, lines: &mut Lines<'_>) {
    lines.add_global(Line {
        name: "hosted zone",
        service: "AmazonRoute53",
        usage: "HostedZone",
        operation: None,
        quantity: Range::flat(Decimal::ONE),
        assumptions: vec!["one of the account's first 25 zones".to_owned()],
    });
    if let Some(queries) = lines.needed("monthly_standard_queries", "DNS queries") {
        lines.add_global(Line {
            name: "standard queries",
            service: "AmazonRoute53",
            usage: "DNS-Queries",
            operation: None,
            quantity: queries,
            assumptions: vec![],
        });
    }
}
