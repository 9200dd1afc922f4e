//! NAT gateways, public addresses and VPC endpoints.
//!
//! Source: Amazon VPC pricing: NAT by the hour and by GB in both directions; public IPv4 by the hour, in use or
//! idle; interface endpoints by availability zone and hour, and by GB. Gateway endpoints have no price row.

use rust_decimal::Decimal;

use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::Resource;
use crate::pricing::{HOURS_PER_MONTH, Range};

pub(in crate::estimate) fn nat_gateway(
    context: &Context<'_>,
    nat: &Resource,
    lines: &mut Lines<'_>,
) {
    lines.add(Line {
        name: "NAT gateway",
        service: "AmazonEC2",
        usage: "NatGateway-Hours",
        operation: None,
        quantity: Lines::hours(1),
        assumptions: vec!["runs all month; its public address is priced as the address".to_owned()],
    });
    let Some(kind) = lines.known(nat.text("ConnectivityType"), "public".into()) else {
        return;
    };
    if let Some(gb) = lines.needed(
        "monthly_data_processed_gb",
        &format!("data through the {kind} NAT gateway"),
    ) {
        lines.add(Line {
            name: "data processed",
            service: "AmazonEC2",
            usage: "NatGateway-Bytes",
            operation: None,
            quantity: gb,
            assumptions: vec![
                format!(
                    "{} GB a month in both directions, from the usage file",
                    gb.expected
                ),
                image_layers(context).to_owned(),
            ],
        });
    }
}

/// Fargate has no image cache: every task start pulls the whole image, its layers from S3.
fn image_layers(context: &Context<'_>) -> &'static str {
    let free = context
        .deployment
        .of_type("AWS::EC2::VPCEndpoint")
        .any(|endpoint| {
            let gateway = endpoint
                .text("VpcEndpointType")
                .or_default("Gateway".into());
            let service = endpoint
                .read("ServiceName")
                .known()
                .and_then(crate::model::Value::pattern);
            gateway.as_deref() == Ok("Gateway") && service.is_some_and(|s| s.ends_with(".s3"))
        });
    if free {
        "image layers take the free S3 endpoint and are not in this figure"
    } else {
        "no S3 endpoint: the layers of every image that is pulled are part of this figure"
    }
}

pub(in crate::estimate) fn address(_: &Context<'_>, _: &Resource, lines: &mut Lines<'_>) {
    lines.add(Line {
        name: "public IPv4 address",
        service: "AmazonVPC",
        usage: "PublicIPv4:InUseAddress",
        operation: None,
        quantity: Lines::hours(1),
        assumptions: vec!["held all month; in use and idle cost the same".to_owned()],
    });
}

pub(in crate::estimate) fn endpoint(_: &Context<'_>, endpoint: &Resource, lines: &mut Lines<'_>) {
    let Some(kind) = lines.known(endpoint.text("VpcEndpointType"), "Gateway".into()) else {
        return;
    };
    if &*kind == "Gateway" {
        return;
    }
    let zones = match endpoint.list("SubnetIds").optional() {
        Ok(Some(subnets)) => Decimal::from(subnets.len()),
        Ok(None) => return lines.gap("the endpoint has no SubnetIds"),
        Err(reason) => return lines.gap(reason.to_string()),
    };
    lines.add(Line {
        name: &format!("{kind} endpoint"),
        service: "AmazonVPC",
        usage: "VpcEndpoint-Hours",
        operation: None,
        quantity: Range::flat(times(zones, HOURS_PER_MONTH)),
        assumptions: vec![format!("in {zones} availability zones all month")],
    });
    if let Some(gb) = lines.needed("monthly_data_processed_gb", "data through the endpoint") {
        lines.add(Line {
            name: "data processed",
            service: "AmazonVPC",
            usage: "VpcEndpoint-Bytes",
            operation: None,
            quantity: gb,
            assumptions: vec![],
        });
    }
}
