//! Paths from the internet: direct, and through a load balancer.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::id::Id;
use super::open::{merged, pieces};
use super::public::Public;
use super::{
    AddressSet, Bounds, Direction, Endpoint, EndpointKind, Graph, Group, Hop, Inside, Listener,
    Protocol, Subnet, Traffic,
};
use crate::model::Resource;

/// One way from the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Protocol and ports of the resource that are reached.
    pub traffic: Traffic,
    /// The addresses of the internet that reach it.
    pub from: AddressSet,
    /// Hop by hop, the internet first.
    pub hops: Vec<Hop>,
}

/// What reaches a resource: ways that surely exist, inputs without which nobody can say whether more do, and why the
/// rest is closed. No path and no gap means that nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Ways that surely exist.
    pub paths: Vec<Path>,
    /// Missing inputs.
    pub gaps: BTreeSet<Arc<str>>,
    /// Why other ways do not exist, one phrase each.
    pub closed: BTreeSet<String>,
}

impl Reach {
    fn add(&mut self, other: Reach) {
        for path in other.paths {
            if !self
                .paths
                .iter()
                .any(|p| p.traffic == path.traffic && p.from == path.from)
            {
                self.paths.push(path);
            }
        }
        self.gaps.extend(other.gaps);
        self.closed.extend(other.closed);
    }

    /// Whether something gets there.
    ///
    /// # Errors
    /// The missing input.
    pub fn answer(&self) -> Result<bool, Arc<str>> {
        if !self.paths.is_empty() {
            return Ok(true);
        }
        match self.gaps.first() {
            Some(gap) => Err(Arc::clone(gap)),
            None => Ok(false),
        }
    }
}

/// How far anything of the internet gets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    /// To security groups and listeners.
    Groups,
    /// Past them, to the network ACL's rules for the way in.
    AclIn,
    /// In, but no answer gets out.
    AclOut,
}

impl<'a> Graph<'a> {
    /// What of the internet reaches a resource, directly or through a load balancer.
    pub fn from_internet(&self, endpoint: &Endpoint<'a>) -> Reach {
        let mut reach = self.direct(endpoint);
        reach.add(self.through_balancers(endpoint));
        reach
    }

    /// What of the internet reaches a resource at its own public address.
    pub fn direct(&self, endpoint: &Endpoint<'a>) -> Reach {
        let mut reach = Reach::default();
        if let Some(gap) = &endpoint.subnets.gap {
            reach.gaps.insert(Arc::clone(gap));
        } else if endpoint.subnets.ids.is_empty() {
            reach
                .gaps
                .insert("no subnets are named: the default VPC counts".into());
        }
        let (v4, v6) = (no_address(&endpoint.v4), no_address(&endpoint.v6));
        if let (Some(v4), Some(_)) = (v4, v6) {
            return Reach {
                closed: BTreeSet::from([v4.to_owned()]),
                ..Reach::default()
            };
        }
        for id in &endpoint.subnets.ids {
            match id {
                Id::Here(address) => match self.network.subnets.get(address) {
                    Some(subnet) => reach.add(self.direct_in(endpoint, subnet)),
                    None => {
                        reach.gaps.insert("a subnet is not known".into());
                    }
                },
                other => reach.gaps.extend(other.gap().cloned()),
            }
        }
        reach
    }

    fn direct_in(&self, endpoint: &Endpoint<'a>, subnet: &Subnet<'a>) -> Reach {
        let mut reach = Reach::default();
        let name = &endpoint.resource.address;
        let v4 = public(&endpoint.v4, subnet, "MapPublicIpOnLaunch");
        let v6 = public(&endpoint.v6, subnet, "AssignIpv6AddressOnCreation");
        let own =
            Bounds::of(&v4, &AddressSet::all_v4()).or(&Bounds::of(&v6, &AddressSet::all_v6()));
        if own.high.is_empty() {
            let reason = no_address(&endpoint.v4).unwrap_or("its subnet gives no public address");
            reach.closed.insert(reason.to_owned());
            return reach;
        }
        let way = self.network.way(subnet);
        let base = Bounds::exactly(AddressSet::internet().clone())
            .and(&own)
            .and(&way.addresses);
        if base.high.is_empty() {
            reach.closed.insert(if way.closed.is_empty() {
                "no route joins its public address with the internet".to_owned()
            } else {
                way.closed
            });
            return reach;
        }
        let listeners: Vec<&Listener<'a>> = self.listeners_of(endpoint).collect();
        let listening: Vec<Traffic> = listeners.iter().flat_map(|l| listens(l)).collect();
        let groups: Vec<&Group<'a>> = self.groups_of(endpoint).collect();
        let acl = self.network.acl(subnet).ok();
        let rules = groups
            .iter()
            .flat_map(|g| &g.rules)
            .filter(|r| r.direction == Direction::In)
            .map(|r| &r.traffic);
        let entries = acl.iter().flat_map(|a| &a.entries).map(|e| &e.traffic);
        let pieces = pieces(rules.chain(entries).chain(&listening));
        let count = pieces.len();
        let (mut sure, mut stopped) = (Vec::new(), Stop::Groups);
        for piece in pieces {
            let protocol = piece.protocol.unwrap_or(Protocol::OTHER);
            let port = piece.first;
            let mut from = base.and(&self.groups_let(endpoint, Direction::In, protocol, port));
            if is_balancer(endpoint) {
                from = from.and(&listening_bounds(&listeners, protocol, port));
            }
            if from.high.is_empty() {
                continue;
            }
            stopped = Stop::AclIn.max(stopped);
            from = from.and(&self.network.acl_lets(subnet, Direction::In, protocol, port));
            if from.high.is_empty() {
                continue;
            }
            stopped = Stop::AclOut.max(stopped);
            from = from.and(&self.replies(subnet, protocol));
            reach.gaps.extend(from.gaps);
            if from.low.is_empty() {
                continue;
            }
            let by: Vec<(usize, usize)> = groups
                .iter()
                .enumerate()
                .flat_map(|(i, g)| {
                    let letting = g.rules.iter().enumerate().filter(|(_, r)| {
                        r.holds(Direction::In, protocol, port)
                            && r.gap.is_none()
                            && !r.addresses.intersect(&from.low).is_empty()
                    });
                    letting.map(move |(k, _)| (i, k))
                })
                .collect();
            sure.push((piece, (from.low, by)));
        }
        if sure.is_empty() && reach.gaps.is_empty() {
            let acl = acl.and_then(|a| a.resource).map_or_else(
                || "the default network ACL".to_owned(),
                |r| r.address.to_string(),
            );
            reach.closed.insert(match stopped {
                Stop::Groups if is_balancer(endpoint) => {
                    format!(
                        "{name} has no listener whose port a security group opens to the internet"
                    )
                }
                Stop::Groups if groups.len() == 1 => {
                    format!("{} lets in nothing of the internet", groups[0].name())
                }
                Stop::Groups => {
                    format!("no security group of {name} lets in anything of the internet")
                }
                Stop::AclIn => format!("{acl} lets in nothing that a security group does"),
                Stop::AclOut => format!("{acl} lets no answer out"),
            });
        }
        let whole = sure.len() == count;
        for (traffic, (from, by)) in merged(sure, whole) {
            let protocol = traffic.protocol.unwrap_or(Protocol::TCP);
            let mut hops = vec![Hop::text(format!("internet, {}", from.on_the_internet()))];
            hops.extend(way.hops.iter().cloned());
            hops.extend(acl.and_then(|a| {
                let entry = a.allowing(Direction::In, protocol, traffic.first, &from)?;
                let resource = entry.resource?;
                Some(Hop::at(
                    format!("{} lets it in by rule {}", resource.address, entry.number),
                    resource,
                    "",
                ))
            }));
            for (i, k) in by {
                hops.push(rule_hop(groups[i], k));
            }
            hops.push(self.arrival(endpoint, subnet, &traffic, &listeners, from.has_v4()));
            reach.paths.push(Path {
                traffic,
                from,
                hops,
            });
        }
        reach
    }

    /// The last hop: the public address, and what listens.
    fn arrival(
        &self,
        endpoint: &Endpoint<'a>,
        subnet: &Subnet<'a>,
        traffic: &Traffic,
        listeners: &[&Listener<'a>],
        v4: bool,
    ) -> Hop {
        let name = &endpoint.resource.address;
        let listener = listeners.iter().find(|l| {
            l.port
                .as_ref()
                .is_ok_and(|p| traffic.holds(l.protocols[0], *p))
        });
        let (path, said) = match if v4 { &endpoint.v4 } else { &endpoint.v6 } {
            Public::Yes(path, said) => (path.as_str(), said.clone()),
            Public::BySubnet if v4 => (
                "",
                format!("{} has MapPublicIpOnLaunch", subnet.resource.address),
            ),
            _ => (
                "",
                format!("{} assigns IPv6 addresses", subnet.resource.address),
            ),
        };
        let listens =
            listener.map_or_else(String::new, |l| format!("; {} listens", l.resource.address));
        Hop::at(
            format!("{name} {traffic} at its public address: {said}{listens}"),
            endpoint.resource,
            path,
        )
    }

    /// The listeners of a load balancer.
    pub fn listeners_of(&self, endpoint: &Endpoint<'a>) -> impl Iterator<Item = &Listener<'a>> {
        let address = &endpoint.resource.address;
        self.listeners
            .iter()
            .filter(move |l| l.balancer.here() == Some(address))
    }

    /// The known security groups of an endpoint.
    pub fn groups_of(&self, endpoint: &Endpoint<'a>) -> impl Iterator<Item = &Group<'a>> {
        endpoint
            .groups
            .ids
            .iter()
            .filter_map(|id| self.groups.get(id))
    }

    /// The addresses that an endpoint's security groups let through together.
    pub(super) fn groups_let(
        &self,
        endpoint: &Endpoint<'a>,
        direction: Direction,
        protocol: Protocol,
        port: u16,
    ) -> Bounds {
        if !endpoint.filtered {
            return Bounds::everything();
        }
        let mut all = Bounds::nothing();
        for id in &endpoint.groups.ids {
            all = all.or(&match self.groups.get(id) {
                Some(group) => group.lets(direction, protocol, port),
                None => {
                    let gap = id.gap().cloned();
                    Bounds::maybe(
                        AddressSet::all(),
                        gap.unwrap_or_else(|| "a security group".into()),
                    )
                }
            });
        }
        match &endpoint.groups.gap {
            Some(gap) => all.or(&Bounds::maybe(AddressSet::all(), Arc::clone(gap))),
            None => all,
        }
    }

    /// Where answers get out: a network ACL keeps no state, and clients use ports from 1024 on.
    fn replies(&self, subnet: &Subnet<'a>, protocol: Protocol) -> Bounds {
        let Ok(acl) = self.network.acl(subnet) else {
            // The missing ACL is named already by the way in.
            return self
                .network
                .acl_lets(subnet, Direction::Out, protocol, 1024);
        };
        if !protocol.has_ports() {
            return acl.lets(Direction::Out, protocol, 0);
        }
        let ports = acl
            .entries
            .iter()
            .filter(|e| e.direction == Direction::Out)
            .flat_map(|e| [e.traffic.first, e.traffic.last.saturating_add(1)])
            .filter(|p| *p > 1024);
        let ports: BTreeSet<u16> = ports.chain([1024]).collect();
        ports.into_iter().fold(Bounds::nothing(), |all, port| {
            all.or(&acl.lets(Direction::Out, protocol, port))
        })
    }

    /// What of the internet reaches a resource as a target of a load balancer.
    pub fn through_balancers(&self, endpoint: &Endpoint<'a>) -> Reach {
        let mut reach = Reach::default();
        for listener in &self.listeners {
            for (group, by) in &listener.forwards {
                let Id::Here(group) = group else { continue };
                let members = self.members.get(group).map_or(&[][..], Vec::as_slice);
                for member in members {
                    if member.endpoint == endpoint.resource.address {
                        let target = self.deployment().get(group);
                        reach.add(self.through(endpoint, listener, by, target, member));
                    }
                }
            }
        }
        reach
    }

    fn through(
        &self,
        endpoint: &Endpoint<'a>,
        listener: &Listener<'a>,
        by: &'a Resource,
        group: Option<&'a Resource>,
        member: &super::Member<'a>,
    ) -> Reach {
        let mut reach = Reach::default();
        let Some(balancer) = listener.balancer.here().and_then(|b| self.endpoint(b)) else {
            reach.gaps.extend(listener.balancer.gap().cloned());
            return reach;
        };
        let port = match (&listener.port, &member.port, &listener.gap) {
            (Ok(front), Ok(back), None) => (*front, *back),
            (Err(gap), ..) | (_, Err(gap), _) | (_, _, Some(gap)) => {
                reach.gaps.insert(Arc::clone(gap));
                return reach;
            }
        };
        let protocol = listener.protocols[0];
        let front = self.direct(balancer);
        let name = &balancer.resource.address;
        match self.inside(balancer, endpoint, protocol, port.1) {
            Inside::No(reason) => {
                reach.closed.insert(reason);
            }
            Inside::Unknown(gap) => {
                if front.answer() != Ok(false) {
                    reach.gaps.insert(gap);
                }
            }
            Inside::Yes(hops) => {
                for path in &front.paths {
                    if !path.traffic.holds(protocol, port.0) {
                        continue;
                    }
                    let mut all = path.hops.clone();
                    let group = group.map_or_else(String::new, |g| g.address.to_string());
                    all.push(Hop::at(
                        format!("{} forwards {protocol} {} to {group}", by.address, port.0),
                        by,
                        "",
                    ));
                    all.push(Hop::at(
                        format!(
                            "{group} sends to {} on {protocol} {}",
                            endpoint.resource.address, port.1
                        ),
                        member.by.0,
                        &member.by.1,
                    ));
                    all.extend(hops.iter().cloned());
                    reach.paths.push(Path {
                        traffic: Traffic::new(protocol, port.1, port.1),
                        from: path.from.clone(),
                        hops: all,
                    });
                }
                if reach.paths.is_empty() {
                    reach.gaps.extend(front.gaps);
                    reach.closed.extend(
                        front
                            .closed
                            .iter()
                            .map(|reason| format!("its load balancer {name} is closed: {reason}")),
                    );
                }
            }
        }
        reach
    }

    /// Whether a subnet is public: an internet gateway joins it with addresses of the internet.
    ///
    /// # Errors
    /// The missing input.
    pub fn is_public(&self, subnet: &Subnet<'a>) -> Result<Option<Vec<Hop>>, Arc<str>> {
        let way = self.network.way(subnet);
        let internet = Bounds::exactly(AddressSet::internet().clone()).and(&way.addresses);
        if !internet.low.is_empty() {
            return Ok(Some(way.hops));
        }
        match internet.gaps.first() {
            Some(gap) => Err(Arc::clone(gap)),
            None => Ok(None),
        }
    }
}

/// What people read of one security group's rule.
pub(super) fn rule_hop(group: &Group<'_>, rule: usize) -> Hop {
    let rule = &group.rules[rule];
    let text = format!(
        "{} lets in {} from {}",
        group.name(),
        rule.traffic,
        rule.addresses
    );
    match rule.resource {
        Some(resource) => Hop::at(text, resource, &rule.path),
        None => Hop::text(text),
    }
}

pub(super) fn is_balancer(endpoint: &Endpoint<'_>) -> bool {
    matches!(
        endpoint.kind,
        EndpointKind::LoadBalancer | EndpointKind::NetworkLoadBalancer
    )
}

fn listens(listener: &Listener<'_>) -> Vec<Traffic> {
    let Ok(port) = listener.port else {
        return Vec::new();
    };
    let of = |p: &Protocol| Traffic::new(*p, port, port);
    listener.protocols.iter().map(of).collect()
}

fn listening_bounds(listeners: &[&Listener<'_>], protocol: Protocol, port: u16) -> Bounds {
    let mut all = Bounds::nothing();
    for listener in listeners {
        if !listener.protocols.contains(&protocol) {
            continue;
        }
        let gap = match (&listener.port, &listener.gap) {
            (Ok(own), _) if *own != port => continue,
            (Ok(_), None) => return Bounds::everything(),
            (Ok(_), Some(gap)) | (Err(gap), _) => gap,
        };
        all = all.or(&Bounds::maybe(AddressSet::all(), Arc::clone(gap)));
    }
    all
}

fn no_address(public: &Public) -> Option<&str> {
    match public {
        Public::No(reason) => Some(reason),
        _ => None,
    }
}

/// Whether an endpoint has a public address in a subnet.
fn public(public: &Public, subnet: &Subnet<'_>, by: &str) -> Result<bool, Arc<str>> {
    match public {
        Public::No(_) => Ok(false),
        Public::Yes(..) => Ok(true),
        Public::Unknown(gap) => Err(Arc::clone(gap)),
        Public::BySubnet => subnet.resource.flag(by).or_default(false),
        Public::UnknownWhereV6(gap) if subnet.addresses.within.has_v6() => Err(Arc::clone(gap)),
        Public::UnknownWhereV6(_) => Ok(false),
    }
}
