//! Whether something has a public address: what is written, and what AWS takes where nothing is.

use std::sync::Arc;

use crate::model::{Read, Resource};

/// Whether there is a public address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Public {
    /// There is none, and why.
    No(String),
    /// There is one: the property that says so (it may be a default), and what it says.
    Yes(String, String),
    /// The subnet decides: `MapPublicIpOnLaunch`, for IPv6 `AssignIpv6AddressOnCreation`.
    BySubnet,
    /// Nobody can know before deployment.
    Unknown(Arc<str>),
    /// The subnet has IPv6 or not; where it has, an input is missing.
    UnknownWhereV6(Arc<str>),
}

/// Internet-facing unless it says internal. Source: CloudFormation user guide,
/// `AWS::ElasticLoadBalancingV2::LoadBalancer`, "Scheme".
pub(super) fn scheme(resource: &Resource) -> Public {
    match resource.text("Scheme") {
        Read::Known(scheme) if &*scheme == "internal" => Public::No("it is internal".into()),
        Read::Known(scheme) => Public::Yes("Scheme".into(), format!("Scheme is {scheme}")),
        Read::Absent => Public::Yes(
            "Scheme".into(),
            "Scheme is not set, so it is internet-facing".into(),
        ),
        Read::Unknown(reason) => Public::Unknown(reason),
    }
}

/// Source for what is not set: Amazon RDS API reference, `CreateDBInstance` and `CreateDBCluster`,
/// "PubliclyAccessible": false with a subnet group other than `default`; without one false for Aurora's instances and
/// true for the rest.
pub(super) fn publicly_accessible(resource: &Resource, of: &Resource) -> Public {
    let yes = |text: &str| Public::Yes("PubliclyAccessible".into(), text.to_owned());
    let silent = || Public::No("PubliclyAccessible is not set, which means false here".into());
    let cluster = resource.resource_type.ends_with("::DBCluster");
    let multi_az = resource.read("DBClusterInstanceClass") != Read::Absent;
    if cluster && !multi_az {
        return Public::No("its instances hold the addresses".into());
    }
    match resource.flag("PubliclyAccessible") {
        Read::Known(true) => yes("PubliclyAccessible is true"),
        Read::Known(false) => Public::No("PubliclyAccessible is false".into()),
        Read::Unknown(reason) => Public::Unknown(reason),
        Read::Absent if !resource.resource_type.starts_with("AWS::RDS::") => silent(),
        Read::Absent => match of.text("DBSubnetGroupName") {
            Read::Known(name) if &*name == "default" => {
                yes("PubliclyAccessible is not set, which means true in the subnet group default")
            }
            Read::Known(_) => silent(),
            // A reference is to a group of the tree, whose name is not `default`.
            Read::Unknown(_) if of.read("DBSubnetGroupName").known().is_some() => silent(),
            Read::Unknown(reason) => Public::Unknown(reason),
            Read::Absent => match resource
                .text("Engine")
                .known()
                .map(Ok)
                .unwrap_or_else(|| of.text("Engine").or_default("".into()))
            {
                Ok(engine) if engine.starts_with("aurora") => silent(),
                Ok(_) => {
                    yes("PubliclyAccessible is not set, which means true without a subnet group")
                }
                Err(reason) => Public::Unknown(reason),
            },
        },
    }
}
