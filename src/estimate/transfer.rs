//! Data transfer of the environment, which belongs to no resource.
//!
//! Source: Amazon EC2 on-demand pricing, "Data transfer": tiers of transfer out to the internet; between zones each
//! direction is charged.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::lines::{Line, Lines, Shared};
use super::{Context, Estimate, PricedResource, Unpriced, times};
use crate::usage::DATA_TRANSFER;

pub(super) fn price(context: &Context<'_>, shared: &Shared, estimate: &mut Estimate) {
    if !context.usage.resources.contains_key(DATA_TRANSFER) {
        return;
    }
    let region = Arc::clone(&context.deployment.region);
    let mut lines = Lines::new(context, shared, DATA_TRANSFER, DATA_TRANSFER, &region);
    if let Some(gb) = lines.figure("monthly_outbound_internet_gb") {
        lines.add(Line {
            name: "transfer out to the internet",
            service: "AWSDataTransfer",
            usage: "DataTransfer-Out-Bytes",
            operation: None,
            quantity: gb,
            assumptions: vec![
                "tiers count for the whole payer account; this environment is taken alone"
                    .to_owned(),
            ],
        });
    }
    if let Some(gb) = lines.figure("monthly_intra_region_gb") {
        lines.add(Line {
            name: "transfer between availability zones",
            service: "AWSDataTransfer",
            usage: "DataTransfer-Regional-Bytes",
            operation: None,
            quantity: gb.map(|g| times(g, Decimal::TWO)),
            assumptions: vec![format!("{} GB, charged once out and once in", gb.expected)],
        });
    }
    if let Some(gb) = lines.figure("monthly_outbound_other_regions_gb")
        && gb.max > Decimal::ZERO
    {
        let usage = if &*region == "eu-west-2" {
            "EU-AWS-Out-Bytes"
        } else {
            "EUW2-AWS-Out-Bytes"
        };
        lines.add(Line {
            name: "transfer to other regions",
            service: "AWSDataTransfer",
            usage,
            operation: None,
            quantity: gb,
            assumptions: vec!["priced as between London and Ireland or to London".to_owned()],
        });
    }
    let (items, gaps) = lines.finish();
    let kind: Arc<str> = DATA_TRANSFER.into();
    estimate
        .unpriced
        .extend(gaps.into_iter().map(|reason| Unpriced {
            address: DATA_TRANSFER.into(),
            resource_type: Arc::clone(&kind),
            reason,
            span: None,
        }));
    if !items.is_empty() {
        let address = DATA_TRANSFER.into();
        estimate.resources.push(PricedResource {
            address,
            resource_type: kind,
            span: None,
            line_items: items,
        });
    }
}
