//! Routes of a route table.

use std::sync::Arc;

use super::AddressSet;
use super::id::{Id, unsure};
use crate::model::{Address, Deployment, Read, Resource};

const GATEWAY: &str = "AWS::EC2::InternetGateway";

/// One route.
#[derive(Clone, Debug)]
pub(super) struct Route<'a> {
    pub(super) resource: &'a Resource,
    pub(super) destination: Result<AddressSet, Arc<str>>,
    /// Length of the destination's prefix; the longest wins.
    pub(super) length: u8,
    pub(super) target: Target,
    pub(super) gap: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    /// The internet gateway.
    Internet(Id),
    /// Anything else, a NAT gateway of the tree perhaps: NAT, an egress-only gateway, peering; nothing comes in from the
    /// internet by it.
    Other(Option<Address>),
    /// Not known.
    Unknown(Arc<str>),
}

impl<'a> Route<'a> {
    pub(super) fn read(deployment: &'a Deployment, resource: &'a Resource) -> Self {
        let mut destination = Err(Arc::from("the route has no destination"));
        let mut length = 0;
        for (path, bits) in [
            ("DestinationCidrBlock", 32),
            ("DestinationIpv6CidrBlock", 128),
        ] {
            match resource.text(path) {
                Read::Known(text) => {
                    destination = AddressSet::parse(&text).map_err(Arc::from);
                    length = text
                        .rsplit_once('/')
                        .and_then(|(_, n)| n.parse().ok())
                        .unwrap_or(bits);
                }
                Read::Absent => {}
                Read::Unknown(reason) => destination = Err(reason),
            }
        }
        if resource.read("DestinationPrefixListId") != Read::Absent {
            destination = Err("the entries of a prefix list are not known".into());
        }
        let target = match resource.read("GatewayId") {
            Read::Absent => Target::Other(
                Id::at(deployment, resource, "NatGatewayId", "AWS::EC2::NatGateway")
                    .as_ref()
                    .and_then(Id::here)
                    .cloned(),
            ),
            Read::Known(value) => match (value.as_text(), value.as_reference()) {
                (Some(text), _) if text.starts_with("igw-") => Target::Internet(Id::Outside(
                    format!("{text} is not in this stack tree").into(),
                )),
                (Some(_), _) => Target::Other(None),
                (None, Some(reference)) => {
                    let kind = deployment
                        .get(&reference.address)
                        .map(|r| &*r.resource_type);
                    if matches!(
                        kind,
                        Some("AWS::EC2::VPNGateway" | "AWS::EC2::CarrierGateway")
                    ) {
                        Target::Other(None)
                    } else {
                        Target::Internet(Id::of(deployment, value, GATEWAY))
                    }
                }
                _ => Target::Unknown(value.describe().into()),
            },
            Read::Unknown(reason) => Target::Unknown(reason),
        };
        Route {
            resource,
            destination,
            length,
            target,
            gap: unsure(resource),
        }
    }
}
