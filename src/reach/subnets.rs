//! Subnets: which way their route table sends the internet's addresses, and which network ACL stands before them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::acl::{Acl, Entry};
use super::id::{Id, unsure};
use super::routes::{Route, Target};
use super::{AddressSet, Bounds, Direction, Hop, Index, Located, Protocol};
use crate::model::{Address, Deployment, Read, Resource};

const VPC: &str = "AWS::EC2::VPC";
const TABLE: &str = "AWS::EC2::RouteTable";
const GATEWAY: &str = "AWS::EC2::InternetGateway";
const ACL: &str = "AWS::EC2::NetworkAcl";
const SUBNET: &str = "AWS::EC2::Subnet";

/// One subnet of the tree.
#[derive(Clone, Debug)]
pub struct Subnet<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// Its VPC.
    pub vpc: Option<Id>,
    /// Its IPv4 and IPv6 addresses.
    pub addresses: Located,
    /// Route tables that are associated with it, and why an association may not hold.
    tables: Vec<Association<'a>>,
    /// Network ACLs likewise.
    acls: Vec<Association<'a>>,
}

#[derive(Clone, Debug)]
struct Association<'a> {
    resource: &'a Resource,
    target: Id,
    gap: Option<Arc<str>>,
}

/// How the internet gets to a subnet.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// The addresses that an internet gateway joins with the subnet.
    pub addresses: Bounds,
    /// Gateway, route and association, where there is one surely.
    pub hops: Vec<Hop>,
    /// Why nothing gets there, where surely nothing does.
    pub closed: String,
}

/// Subnets, route tables, gateways and network ACLs.
#[derive(Debug, Default)]
pub struct Network<'a> {
    /// Subnets by address.
    pub subnets: BTreeMap<Address, Subnet<'a>>,
    tables: BTreeMap<Address, Vec<Route<'a>>>,
    attachments: Vec<(&'a Resource, Id, Id)>,
    /// Network ACLs, the defaults of the VPCs among them.
    pub acls: BTreeMap<Id, Acl<'a>>,
}

impl<'a> Network<'a> {
    pub(super) fn read(deployment: &'a Deployment, index: &Index<'a>) -> Self {
        let mut network = Network::default();
        for resource in index.of(SUBNET) {
            network.subnets.insert(
                resource.address.clone(),
                Subnet {
                    resource,
                    vpc: Id::at(deployment, resource, "VpcId", VPC),
                    addresses: addresses(resource, index, deployment),
                    tables: Vec::new(),
                    acls: Vec::new(),
                },
            );
        }
        network.associate(deployment, index);
        for table in index.of(TABLE) {
            network.tables.insert(table.address.clone(), Vec::new());
        }
        for resource in index.of("AWS::EC2::Route") {
            let route = Route::read(deployment, resource);
            match Id::at(deployment, resource, "RouteTableId", TABLE) {
                Some(Id::Here(table)) => network.tables.entry(table).or_default().push(route),
                Some(Id::Any(reason)) => {
                    for routes in network.tables.values_mut() {
                        let gap = Some(Arc::clone(&reason));
                        routes.push(Route {
                            gap,
                            ..route.clone()
                        });
                    }
                }
                Some(Id::Outside(_) | Id::DefaultOf(_)) | None => {}
            }
        }
        for routes in network.tables.values_mut() {
            routes.sort_by_key(|r| std::cmp::Reverse(r.length));
        }
        for resource in index.of("AWS::EC2::VPCGatewayAttachment") {
            if let (Some(gateway), Some(vpc)) = (
                Id::at(deployment, resource, "InternetGatewayId", GATEWAY),
                Id::at(deployment, resource, "VpcId", VPC),
            ) {
                network.attachments.push((resource, gateway, vpc));
            }
        }
        network.read_acls(deployment, index);
        network
    }

    fn associate(&mut self, deployment: &'a Deployment, index: &Index<'a>) {
        for (resource_type, property, wanted) in [
            (
                "AWS::EC2::SubnetRouteTableAssociation",
                "RouteTableId",
                TABLE,
            ),
            ("AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId", ACL),
        ] {
            for resource in index.of(resource_type) {
                let Some(target) = Id::at(deployment, resource, property, wanted) else {
                    continue;
                };
                let association = |gap| Association {
                    resource,
                    target: target.clone(),
                    gap,
                };
                let list = |subnet: &mut Subnet<'a>, association| {
                    if wanted == TABLE {
                        subnet.tables.push(association);
                    } else {
                        subnet.acls.push(association);
                    }
                };
                match Id::at(deployment, resource, "SubnetId", SUBNET) {
                    Some(Id::Here(address)) => {
                        if let Some(subnet) = self.subnets.get_mut(&address) {
                            list(subnet, association(unsure(resource)));
                        }
                    }
                    Some(Id::Any(reason)) => {
                        for subnet in self.subnets.values_mut() {
                            list(subnet, association(Some(Arc::clone(&reason))));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn read_acls(&mut self, deployment: &'a Deployment, index: &Index<'a>) {
        let mut entries: BTreeMap<Id, Vec<Entry<'a>>> = BTreeMap::new();
        let mut anywhere = Vec::new();
        for resource in index.of("AWS::EC2::NetworkAclEntry") {
            let entry = Entry::read(deployment, resource);
            // Where it is not known which way an entry is for, it may be for either.
            let other = resource.flag("Egress").or_default(false).is_err();
            let back = other.then(|| Entry {
                direction: Direction::Out,
                ..entry.clone()
            });
            for entry in std::iter::once(entry).chain(back) {
                match Id::at(deployment, resource, "NetworkAclId", ACL) {
                    Some(Id::Any(gap)) => anywhere.push(Entry {
                        gap: Some(gap),
                        ..entry
                    }),
                    Some(id) => entries.entry(id).or_default().push(entry),
                    None => {}
                }
            }
        }
        let own = index
            .of(ACL)
            .iter()
            .map(|r| (Id::Here(r.address.clone()), Some(*r)));
        let defaults = index
            .of(VPC)
            .iter()
            .map(|r| (Id::DefaultOf(r.address.clone()), None));
        let all: Vec<(Id, Option<&'a Resource>)> = own.chain(defaults).collect();
        for (id, resource) in all {
            let mut list = entries.remove(&id).unwrap_or_default();
            list.extend(anywhere.iter().cloned());
            self.acls.insert(id, Acl::new(resource, list));
        }
    }

    /// How the internet gets to a subnet: by its route table and an internet gateway that is attached.
    pub fn way(&self, subnet: &Subnet<'a>) -> Way {
        let name = &subnet.resource.address;
        if let Some(sure) = subnet.tables.iter().find(|a| a.gap.is_none()) {
            let mut way = self.by_table(&sure.target, subnet);
            if !way.hops.is_empty() {
                way.hops.push(Hop::at(
                    format!("{name} takes its routes from {}", named(&sure.target)),
                    sure.resource,
                    "",
                ));
            }
            return way;
        }
        let main = match &subnet.vpc {
            Some(Id::Here(vpc)) => Way {
                closed: format!(
                    "{name} is associated with no route table, and the main route table of {vpc} has the local route alone; \
                     CloudFormation cannot add to it"
                ),
                ..Way::default()
            },
            other => {
                let vpc = other.as_ref().and_then(Id::gap).cloned();
                let vpc = vpc.unwrap_or_else(|| "its VPC is not known".into());
                Way {
                    addresses: Bounds::maybe(
                        AddressSet::all(),
                        format!(
                            "{name} is associated with no route table: the main one counts, and {vpc}"
                        ),
                    ),
                    ..Way::default()
                }
            }
        };
        // Associations that may hold: anything from the main table to theirs.
        subnet.tables.iter().fold(main, |way, maybe| {
            let other = self.by_table(&maybe.target, subnet).addresses;
            let gap = maybe.gap.clone().unwrap_or_else(|| "an association".into());
            let open = way.addresses.high.union(&other.high);
            Way {
                addresses: if open.is_empty() {
                    Bounds::nothing()
                } else {
                    Bounds::maybe(open, gap)
                },
                hops: Vec::new(),
                closed: way.closed,
            }
        })
    }

    fn by_table(&self, table: &Id, subnet: &Subnet<'a>) -> Way {
        let Some(routes) = table.here().and_then(|t| self.tables.get(t)) else {
            let gap = table
                .gap()
                .cloned()
                .unwrap_or_else(|| "the route table".into());
            return Way {
                addresses: Bounds::maybe(AddressSet::all(), gap),
                ..Way::default()
            };
        };
        let mut way = Way {
            closed: format!("{} has no route to an internet gateway", named(table)),
            ..Way::default()
        };
        let (mut surely_left, mut maybe_left) = (AddressSet::all(), AddressSet::all());
        let mut gaps = Vec::new();
        for route in routes {
            let (internet, gap) = self.leads_out(route, subnet);
            let all = AddressSet::all();
            let (destination, gap) = match &route.destination {
                Ok(set) => (set, gap),
                // Which part a route of unknown destination takes away from the others is left out.
                Err(_) if !internet => continue,
                Err(reason) => (&all, Some(Arc::clone(reason))),
            };
            if internet {
                let maybe = maybe_left.intersect(destination);
                way.addresses.high = way.addresses.high.union(&maybe);
                let sure = surely_left.intersect(destination);
                if gap.is_none() && !sure.intersect(AddressSet::internet()).is_empty() {
                    way.addresses.low = way.addresses.low.union(&sure);
                    way.hops
                        .extend(self.route_hops(route, table, subnet, &sure));
                }
            }
            surely_left = surely_left.minus(destination);
            match gap {
                None => maybe_left = maybe_left.minus(destination),
                Some(gap) => gaps.push(gap),
            }
        }
        way.addresses.gaps.extend(gaps);
        way.addresses = way.addresses.or(&Bounds::nothing());
        way
    }

    /// Whether a route leads, or may lead, to an internet gateway of the subnet's VPC, and the missing input.
    fn leads_out(&self, route: &Route<'a>, subnet: &Subnet<'a>) -> (bool, Option<Arc<str>>) {
        let gap = route.gap.clone();
        match &route.target {
            Target::Other(_) => (false, gap),
            Target::Unknown(reason) => (true, Some(gap.unwrap_or_else(|| Arc::clone(reason)))),
            Target::Internet(Id::Outside(_)) => (true, gap),
            Target::Internet(Id::Any(reason)) => (true, Some(Arc::clone(reason))),
            Target::Internet(gateway) => match self.attachment(gateway, subnet) {
                Some(attachment) => (true, gap.or_else(|| unsure(attachment))),
                None => (
                    true,
                    gap.or_else(|| {
                        Some(
                            format!(
                                "{} is attached to no VPC of this stack tree",
                                named(gateway)
                            )
                            .into(),
                        )
                    }),
                ),
            },
        }
    }

    fn attachment(&self, gateway: &Id, subnet: &Subnet<'a>) -> Option<&'a Resource> {
        let mut found = self.attachments.iter().filter(|(_, own, vpc)| {
            own == gateway
                && match (vpc, &subnet.vpc) {
                    (Id::Any(_), _) | (_, Some(Id::Any(_)) | None) => true,
                    (a, Some(b)) => a == b,
                }
        });
        found.next().map(|(resource, ..)| *resource)
    }

    fn route_hops(
        &self,
        route: &Route<'a>,
        table: &Id,
        subnet: &Subnet<'a>,
        sure: &AddressSet,
    ) -> Vec<Hop> {
        let mut hops = Vec::new();
        if let Target::Internet(gateway) = &route.target {
            let vpc = subnet.vpc.as_ref().map(named).unwrap_or_default();
            hops.push(match self.attachment(gateway, subnet) {
                Some(attachment) => Hop::at(
                    format!("{} is attached to {vpc}", named(gateway)),
                    attachment,
                    "",
                ),
                None => Hop::text(named(gateway)),
            });
        }
        let path = if route.resource.read("DestinationIpv6CidrBlock") == Read::Absent {
            "DestinationCidrBlock"
        } else {
            "DestinationIpv6CidrBlock"
        };
        hops.push(Hop::at(
            format!(
                "{}: {sure} of {} goes to it",
                route.resource.address,
                named(table)
            ),
            route.resource,
            path,
        ));
        hops
    }

    /// The NAT gateway of the tree that a subnet's routes surely lead to.
    pub fn nat(&self, subnet: &Subnet<'a>) -> Option<&Address> {
        let table = subnet.tables.iter().find(|a| a.gap.is_none())?;
        let routes = self.tables.get(table.target.here()?)?;
        routes.iter().find_map(|r| match &r.target {
            Target::Other(nat) if r.gap.is_none() => nat.as_ref(),
            _ => None,
        })
    }

    /// The network ACL of a subnet; the reason where it is not known.
    ///
    /// # Errors
    /// The missing input.
    pub fn acl(&self, subnet: &Subnet<'a>) -> Result<&Acl<'a>, Arc<str>> {
        let known = |id: &Id| match self.acls.get(id) {
            Some(acl) => Ok(acl),
            None => Err(id
                .gap()
                .cloned()
                .unwrap_or_else(|| "the network ACL".into())),
        };
        if let Some(sure) = subnet.acls.iter().find(|a| a.gap.is_none()) {
            return known(&sure.target);
        }
        if let Some(maybe) = subnet.acls.first() {
            return Err(maybe.gap.clone().unwrap_or_else(|| "an association".into()));
        }
        match &subnet.vpc {
            Some(Id::Here(vpc)) => known(&Id::DefaultOf(vpc.clone())),
            other => Err(other.as_ref().and_then(Id::gap).map_or_else(
                || "the VPC's default network ACL is not known".into(),
                |reason| format!("the default network ACL counts, and {reason}").into(),
            )),
        }
    }

    /// The addresses that a subnet's network ACL lets through for a protocol and port.
    pub fn acl_lets(
        &self,
        subnet: &Subnet<'a>,
        direction: Direction,
        protocol: Protocol,
        port: u16,
    ) -> Bounds {
        match self.acl(subnet) {
            Ok(acl) => acl.lets(direction, protocol, port),
            Err(gap) => Bounds::maybe(AddressSet::all(), gap),
        }
    }
}

/// A subnet's own addresses; what is not known of them is within the VPC's.
fn addresses(resource: &Resource, index: &Index<'_>, deployment: &Deployment) -> Located {
    let mut all = Located::default();
    let extra = index
        .of("AWS::EC2::SubnetCidrBlock")
        .iter()
        .filter(|r| {
            Id::at(deployment, r, "SubnetId", SUBNET) == Some(Id::Here(resource.address.clone()))
        })
        .map(|r| (r.text("Ipv6CidrBlock"), AddressSet::all_v6()));
    let own = [
        (
            resource.text("CidrBlock"),
            vpc_block(resource, deployment).unwrap_or_else(AddressSet::all_v4),
        ),
        (resource.text("Ipv6CidrBlock"), AddressSet::all_v6()),
    ];
    for (block, within) in own.into_iter().chain(extra) {
        let located = match block {
            Read::Known(text) => match AddressSet::parse(&text) {
                Ok(set) => Located::known(set),
                Err(reason) => Located::somewhere(within, reason.into()),
            },
            Read::Absent => continue,
            Read::Unknown(reason) => Located::somewhere(within, reason),
        };
        all = all.and(&located);
    }
    all
}

/// The one IPv4 block of a subnet's VPC; a VPC of the tree may have more by `AWS::EC2::VPCCidrBlock`.
fn vpc_block(subnet: &Resource, deployment: &Deployment) -> Option<AddressSet> {
    let vpc = Id::at(deployment, subnet, "VpcId", VPC)?;
    let vpc = deployment.get(vpc.here()?)?;
    let more = deployment.of_type("AWS::EC2::VPCCidrBlock").next();
    let text = vpc.text("CidrBlock").known().filter(|_| more.is_none())?;
    AddressSet::parse(&text).ok()
}

/// What people call it.
pub(super) fn named(id: &Id) -> String {
    match id {
        Id::Here(address) => address.to_string(),
        Id::DefaultOf(vpc) => format!("the default of {vpc}"),
        Id::Outside(reason) | Id::Any(reason) => reason.to_string(),
    }
}
