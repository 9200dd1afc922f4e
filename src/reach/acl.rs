//! Network ACLs: entries in the order of their numbers, the first that matches decides.

use std::sync::Arc;

use super::blocks::blocks;
use super::id::unsure;
use super::traffic::protocol;
use super::{AddressSet, Bounds, Direction, Protocol, Traffic};
use crate::model::{Deployment, Read, Resource};

/// One network ACL.
#[derive(Clone, Debug)]
pub struct Acl<'a> {
    /// The resource; `None` for a VPC's default.
    pub resource: Option<&'a Resource>,
    /// Its entries, in the order of their numbers; those whose number is not known first.
    pub entries: Vec<Entry<'a>>,
}

/// One entry. Where an input is missing, it is as wide as it may be and `gap` names the input.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The entry's resource; `None` for those that AWS makes.
    pub resource: Option<&'a Resource>,
    /// Its number.
    pub number: u32,
    /// Which way.
    pub direction: Direction,
    /// Protocol and ports.
    pub traffic: Traffic,
    /// The other end.
    pub addresses: AddressSet,
    /// Whether it allows.
    pub allow: bool,
    /// The missing input.
    pub gap: Option<Arc<str>>,
}

impl<'a> Entry<'a> {
    /// Reads an `AWS::EC2::NetworkAclEntry`.
    pub(super) fn read(deployment: &Deployment, resource: &'a Resource) -> Self {
        let mut gap = unsure(resource);
        let mut note = |reason: Arc<str>| {
            gap.get_or_insert(reason);
        };
        let number = match resource.number("RuleNumber") {
            Read::Known(n) => u32::try_from(n).unwrap_or(u32::MAX),
            Read::Absent => 0,
            Read::Unknown(reason) => {
                note(reason);
                0
            }
        };
        let direction = match resource.flag("Egress").or_default(false) {
            Ok(true) => Direction::Out,
            Ok(false) => Direction::In,
            Err(reason) => {
                note(reason);
                Direction::In
            }
        };
        let name = resource.text("Protocol").or_default("-1".into());
        let traffic = name
            .and_then(|name| protocol(&name))
            .and_then(|p| match p {
                None => Ok(Traffic::ALL),
                Some(p) => {
                    Traffic::of_ports(&resource.properties, p, "PortRange.From", "PortRange.To")
                }
            })
            .unwrap_or_else(|reason| {
                note(reason);
                Traffic::ALL
            });
        let (addresses, missing) = blocks(
            deployment,
            &resource.properties,
            "CidrBlock",
            "Ipv6CidrBlock",
        );
        missing.into_iter().for_each(&mut note);
        let allow = match resource.text("RuleAction") {
            Read::Known(action) => action.eq_ignore_ascii_case("allow"),
            Read::Absent => false,
            Read::Unknown(reason) => {
                note(reason);
                true
            }
        };
        Entry {
            resource: Some(resource),
            number,
            direction,
            traffic,
            addresses,
            allow,
            gap,
        }
    }

    /// Whether it takes part.
    pub fn holds(&self, direction: Direction, protocol: Protocol, port: u16) -> bool {
        self.direction == direction && self.traffic.holds(protocol, port)
    }
}

impl<'a> Acl<'a> {
    /// The ACL of a resource, or a VPC's default ACL, which lets everything through by its rules 100 and 101.
    /// Source: Amazon VPC user guide, "Default network ACL".
    pub(super) fn new(resource: Option<&'a Resource>, mut entries: Vec<Entry<'a>>) -> Self {
        if resource.is_none() {
            for direction in [Direction::In, Direction::Out] {
                entries.push(Entry {
                    resource: None,
                    number: 100,
                    direction,
                    traffic: Traffic::ALL,
                    addresses: AddressSet::all(),
                    allow: true,
                    gap: None,
                });
            }
        }
        entries.sort_by_key(|e| e.number);
        Acl { resource, entries }
    }

    /// The addresses that it lets through for a protocol and port.
    pub fn lets(&self, direction: Direction, protocol: Protocol, port: u16) -> Bounds {
        let (mut low, mut high) = (Bounds::nothing(), AddressSet::default());
        let (mut surely_left, mut maybe_left) = (AddressSet::all(), AddressSet::all());
        for entry in &self.entries {
            if !entry.holds(direction, protocol, port) {
                // An entry whose direction is not known may be of the other one.
                continue;
            }
            if entry.gap.is_none() && entry.allow {
                low.low = low.low.union(&surely_left.intersect(&entry.addresses));
            }
            // What an entry of unknown content matches is lost to the lower bound.
            surely_left = surely_left.minus(&entry.addresses);
            if entry.allow || entry.gap.is_some() {
                high = high.union(&maybe_left.intersect(&entry.addresses));
            }
            match &entry.gap {
                None => maybe_left = maybe_left.minus(&entry.addresses),
                Some(gap) => {
                    low.gaps.insert(Arc::clone(gap));
                }
            }
        }
        Bounds { high, ..low }.or(&Bounds::nothing())
    }

    /// The entry that first allows some of a set of addresses.
    pub fn allowing(
        &self,
        direction: Direction,
        protocol: Protocol,
        port: u16,
        addresses: &AddressSet,
    ) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| {
            e.allow
                && e.gap.is_none()
                && e.holds(direction, protocol, port)
                && !e.addresses.intersect(addresses).is_empty()
        })
    }
}
