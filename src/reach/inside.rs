//! From one resource to another inside a VPC.

use std::sync::Arc;

use super::id::Id;
use super::paths::rule_hop;
use super::{
    AddressSet, Bounds, Direction, Endpoint, EndpointKind, Graph, GroupRule, Hop, Located,
    Protocol, Subnet, Traffic,
};

/// Whether one reaches another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// It does, and how.
    Yes(Vec<Hop>),
    /// It does not, and why.
    No(String),
    /// An input is missing.
    Unknown(Arc<str>),
}

/// A resource of the tree that may open connections to another.
#[derive(Clone, Debug)]
pub struct Neighbour<'g, 'a> {
    /// Who.
    pub endpoint: &'g Endpoint<'a>,
    /// To which ports.
    pub traffic: Traffic,
    /// How, or the missing input.
    pub how: Result<Vec<Hop>, Arc<str>>,
}

/// One end's answer: the rule, nothing, or a gap.
enum Side {
    By(Vec<Hop>),
    Closed,
    Gap(Arc<str>),
}

impl<'a> Graph<'a> {
    /// The addresses of an endpoint's subnets.
    fn located(&self, endpoint: &Endpoint<'a>) -> Located {
        let elsewhere = |gap: Option<Arc<str>>| {
            let gap = gap.unwrap_or_else(|| "its subnets are not known".into());
            Located::somewhere(AddressSet::all(), gap)
        };
        let subnets = endpoint.subnets.ids.iter().map(|id| {
            let subnet = id.here().and_then(|a| self.network.subnets.get(a));
            subnet.map_or_else(|| elsewhere(id.gap().cloned()), |s| s.addresses.clone())
        });
        let all = subnets.fold(Located::default(), |all, one| all.and(&one));
        match &endpoint.subnets.gap {
            Some(gap) => all.and(&elsewhere(Some(Arc::clone(gap)))),
            None => all,
        }
    }

    /// Whether `from` may open connections to a port of `to`: by the security groups of both and, between different
    /// subnets, by their network ACLs.
    pub fn inside(
        &self,
        from: &Endpoint<'a>,
        to: &Endpoint<'a>,
        protocol: Protocol,
        port: u16,
    ) -> Inside {
        let (a, b) = (&from.resource.address, &to.resource.address);
        let out = self.side(from, to, Direction::Out, protocol, port);
        let within = self.side(to, from, Direction::In, protocol, port);
        let mut hops = Vec::new();
        match (out, within) {
            (Side::Closed, _) => {
                return Inside::No(format!(
                    "no security group of {a} lets out {protocol} {port} to {b}"
                ));
            }
            (_, Side::Closed) => {
                return Inside::No(format!(
                    "no security group of {b} lets in {protocol} {port} from {a}"
                ));
            }
            (Side::Gap(gap), _) | (_, Side::Gap(gap)) => return Inside::Unknown(gap),
            (Side::By(out), Side::By(within)) => {
                hops.extend(out);
                hops.extend(within);
            }
        }
        match self.subnets_let(from, to, protocol, port) {
            Ok(true) => {
                hops.push(Hop::at(format!("{b} {protocol} {port}"), to.resource, ""));
                Inside::Yes(hops)
            }
            Ok(false) => Inside::No(format!(
                "the network ACLs between {a} and {b} do not let {protocol} {port} through"
            )),
            Err(gap) => Inside::Unknown(gap),
        }
    }

    /// Whether the security groups of `own` let traffic with `other` through.
    fn side(
        &self,
        own: &Endpoint<'a>,
        other: &Endpoint<'a>,
        direction: Direction,
        protocol: Protocol,
        port: u16,
    ) -> Side {
        if !own.filtered {
            return Side::By(Vec::new());
        }
        let mut gap = own.groups.gap.clone();
        for id in &own.groups.ids {
            let Some(group) = self.groups.get(id) else {
                gap = gap.or_else(|| id.gap().cloned());
                continue;
            };
            gap = gap.or_else(|| group.gap.clone());
            for (i, rule) in group.rules.iter().enumerate() {
                if !rule.holds(direction, protocol, port) {
                    continue;
                }
                match self.names(rule, other, direction) {
                    Ok(false) => {}
                    Ok(true) if rule.gap.is_none() => {
                        return Side::By(vec![group_hop(group, i, rule, direction)]);
                    }
                    Ok(true) => gap = gap.or_else(|| rule.gap.clone()),
                    Err(missing) => gap = gap.or(Some(missing)),
                }
            }
        }
        gap.map_or(Side::Closed, Side::Gap)
    }

    /// Whether a rule's other end is an endpoint: one of its groups, or some of its addresses.
    fn names(
        &self,
        rule: &GroupRule<'a>,
        other: &Endpoint<'a>,
        direction: Direction,
    ) -> Result<bool, Arc<str>> {
        if let Some(group) = &rule.group {
            if other.groups.ids.contains(group) {
                return Ok(true);
            }
            let missing = other.groups.gap.as_ref();
            let any = match group {
                Id::Any(reason) => Some(reason),
                _ => None,
            };
            let outside = matches!(group, Id::Outside(_));
            if let Some(reason) = any.or(missing.filter(|_| outside)) {
                return Err(Arc::clone(reason));
            }
        }
        if rule.addresses.is_empty() {
            return Ok(false);
        }
        // A network load balancer may hand on the client's address, or use its own.
        if direction == Direction::In
            && other.kind == EndpointKind::NetworkLoadBalancer
            && !rule.addresses.intersect(AddressSet::internet()).is_empty()
        {
            return Ok(true);
        }
        if AddressSet::all_v4().minus(&rule.addresses).is_empty() {
            return Ok(true);
        }
        let open = Bounds::exactly(rule.addresses.clone());
        self.located(other).meets(&open)
    }

    /// Whether network ACLs let traffic through between some pair of subnets.
    fn subnets_let(
        &self,
        from: &Endpoint<'a>,
        to: &Endpoint<'a>,
        protocol: Protocol,
        port: u16,
    ) -> Result<bool, Arc<str>> {
        let (from, to) = (self.subnets_of(from), self.subnets_of(to));
        let mut gap = None;
        for a in &from {
            for b in &to {
                match self.pair_lets(a, b, protocol, port) {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    Err(missing) => gap = Some(missing),
                }
            }
        }
        match gap {
            Some(gap) => Err(gap),
            // Subnets outside the tree: their ACLs are not known, and the security groups have spoken.
            None if from.is_empty() || to.is_empty() => {
                Err("the subnets are not in this stack tree".into())
            }
            None => Ok(false),
        }
    }

    fn pair_lets(
        &self,
        a: &Subnet<'a>,
        b: &Subnet<'a>,
        protocol: Protocol,
        port: u16,
    ) -> Result<bool, Arc<str>> {
        if a.resource.address == b.resource.address {
            return Ok(true);
        }
        let out = self.network.acl_lets(a, Direction::Out, protocol, port);
        let within = self.network.acl_lets(b, Direction::In, protocol, port);
        match (b.addresses.meets(&out), a.addresses.meets(&within)) {
            (Ok(false), _) | (_, Ok(false)) => Ok(false),
            (Ok(true), Ok(true)) => Ok(true),
            (Err(gap), _) | (_, Err(gap)) => Err(gap),
        }
    }

    fn subnets_of(&self, endpoint: &Endpoint<'a>) -> Vec<&Subnet<'a>> {
        let ids = endpoint.subnets.ids.iter().filter_map(Id::here);
        ids.filter_map(|a| self.network.subnets.get(a)).collect()
    }

    /// Who of the tree may open connections to a resource, and to which ports.
    pub fn neighbours<'g>(&'g self, to: &Endpoint<'a>) -> Vec<Neighbour<'g, 'a>> {
        let mut found = Vec::new();
        let rules: Vec<Traffic> = self
            .groups_of(to)
            .flat_map(|g| &g.rules)
            .filter(|r| r.direction == Direction::In)
            .map(|r| r.traffic)
            .collect();
        for from in &self.endpoints {
            if from.resource.address == to.resource.address {
                continue;
            }
            let mut seen: Vec<Traffic> = Vec::new();
            for traffic in &rules {
                if seen.contains(traffic) {
                    continue;
                }
                seen.push(*traffic);
                let protocol = traffic.protocol.unwrap_or(Protocol::TCP);
                let how = match self.inside(from, to, protocol, traffic.first) {
                    Inside::Yes(hops) => Ok(hops),
                    Inside::No(_) => continue,
                    Inside::Unknown(gap) => Err(gap),
                };
                found.push(Neighbour {
                    endpoint: from,
                    traffic: *traffic,
                    how,
                });
            }
        }
        found
    }
}

fn group_hop(
    group: &super::Group<'_>,
    index: usize,
    rule: &GroupRule<'_>,
    direction: Direction,
) -> Hop {
    let other = match &rule.group {
        Some(id) => super::subnets::named(id),
        None => rule.addresses.to_string(),
    };
    let word = match direction {
        Direction::In => "lets in",
        Direction::Out => "lets out",
    };
    let way = match direction {
        Direction::In => "from",
        Direction::Out => "to",
    };
    let base = rule_hop(group, index);
    let default = rule.resource.is_some() && rule.path.is_empty() && direction == Direction::Out;
    let written = if default && rule.traffic == Traffic::ALL {
        " (no egress rule is written)"
    } else {
        ""
    };
    Hop {
        text: format!(
            "{} {word} {} {way} {other}{written}",
            group.name(),
            rule.traffic
        ),
        ..base
    }
}
