//! The network as nodes and edges, for drawings.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{AddressSet, Direction, Endpoint, EndpointKind, Graph, Group, Id, Traffic};
use crate::model::Address;

/// Nodes and edges in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct View {
    /// The internet first, then by kind and address.
    pub nodes: Vec<Node>,
    /// In the order of kinds and of what they join.
    pub edges: Vec<Edge>,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its key for edges: an address, or a name for what is no resource.
    pub id: String,
    /// What people read.
    pub label: String,
    /// For load balancers, tasks, databases and instances: whether the internet reaches it; `None` also where an input
    /// is missing.
    pub reached: Option<bool>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Everybody.
    Internet,
    /// Addresses that a rule names.
    Addresses,
    /// An internet gateway.
    Gateway,
    /// A NAT gateway.
    Nat,
    /// A network ACL that a template writes.
    Acl,
    /// A subnet.
    Subnet,
    /// A security group.
    Group,
    /// A load balancer.
    LoadBalancer,
    /// A target group.
    TargetGroup,
    /// Tasks.
    Tasks,
    /// A database or cache.
    Database,
    /// An instance, or a group of them.
    Instance,
    /// Anything else with an address in a subnet.
    Other,
}

/// One edge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// What it means.
    pub kind: EdgeKind,
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Ports, or addresses of a route; may be empty.
    pub label: String,
    /// Whether it surely exists.
    pub sure: bool,
}

/// What an edge means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// Traffic gets on by a route.
    Route,
    /// A subnet holds a resource, a security group or ACL stands before one.
    Holds,
    /// A security group lets in.
    LetsIn,
    /// A load balancer or target group hands on.
    Forwards,
}

struct Drawing {
    nodes: BTreeSet<Node>,
    ids: BTreeSet<String>,
    edges: BTreeSet<Edge>,
}

impl Drawing {
    fn node(&mut self, kind: NodeKind, id: &str, reached: Option<bool>) {
        if self.ids.insert(id.to_owned()) {
            self.nodes.insert(Node {
                kind,
                id: id.to_owned(),
                label: id.to_owned(),
                reached,
            });
        }
    }

    fn edge(&mut self, kind: EdgeKind, from: &str, to: &str, label: String, sure: bool) {
        self.edges.insert(Edge {
            kind,
            from: from.to_owned(),
            to: to.to_owned(),
            label,
            sure,
        });
    }
}

const INTERNET: &str = "internet";

impl Graph<'_> {
    /// The network as nodes and edges.
    pub fn view(&self) -> View {
        let mut drawing = Drawing {
            nodes: BTreeSet::new(),
            ids: BTreeSet::new(),
            edges: BTreeSet::new(),
        };
        self.draw_subnets(&mut drawing);
        for endpoint in &self.endpoints {
            self.draw_endpoint(endpoint, &mut drawing);
        }
        for group in self.groups.values() {
            self.draw_group(group, &mut drawing);
        }
        self.draw_targets(&mut drawing);
        let drawn: Vec<String> = drawing.edges.iter().map(|e| e.from.clone()).collect();
        if drawn.iter().any(|from| from == INTERNET) {
            drawing.node(NodeKind::Internet, INTERNET, None);
        }
        View {
            nodes: drawing.nodes.into_iter().collect(),
            edges: drawing.edges.into_iter().collect(),
        }
    }

    fn draw_subnets(&self, drawing: &mut Drawing) {
        for (address, subnet) in &self.network.subnets {
            let name = address.as_str();
            drawing.node(NodeKind::Subnet, name, None);
            let way = self.network.way(subnet);
            let open = way.addresses.high.intersect(AddressSet::internet());
            if !open.is_empty() {
                let sure = !way
                    .addresses
                    .low
                    .intersect(AddressSet::internet())
                    .is_empty();
                let gateway = way.hops.first().and_then(|h| h.address.as_ref());
                let gateway = gateway.and_then(|a| self.gateway_of(a));
                let from = match gateway {
                    Some(gateway) => {
                        drawing.node(NodeKind::Gateway, gateway.as_str(), None);
                        drawing.edge(
                            EdgeKind::Route,
                            INTERNET,
                            gateway.as_str(),
                            String::new(),
                            true,
                        );
                        gateway.to_string()
                    }
                    None => INTERNET.to_owned(),
                };
                drawing.edge(EdgeKind::Route, &from, name, open.to_string(), sure);
            }
            if let Some(nat) = self.network.nat(subnet) {
                drawing.node(NodeKind::Nat, nat.as_str(), None);
                drawing.edge(EdgeKind::Route, name, nat.as_str(), String::new(), true);
            }
            let acl = self.network.acl(subnet).ok().and_then(|a| a.resource);
            if let Some(acl) = acl {
                drawing.node(NodeKind::Acl, acl.address.as_str(), None);
                let from = acl.address.as_str();
                drawing.edge(EdgeKind::Holds, from, name, String::new(), true);
            }
        }
    }

    /// The gateway of an attachment, where the attachment is named.
    fn gateway_of(&self, attachment: &Address) -> Option<Address> {
        let resource = self.deployment().get(attachment)?;
        let path = "InternetGatewayId";
        let kind = "AWS::EC2::InternetGateway";
        Id::at(self.deployment(), resource, path, kind)?
            .here()
            .cloned()
    }

    fn draw_endpoint(&self, endpoint: &Endpoint<'_>, drawing: &mut Drawing) {
        let name = endpoint.resource.address.as_str();
        let kind = match endpoint.kind {
            EndpointKind::LoadBalancer | EndpointKind::NetworkLoadBalancer => {
                NodeKind::LoadBalancer
            }
            EndpointKind::Tasks => NodeKind::Tasks,
            EndpointKind::Database => NodeKind::Database,
            EndpointKind::Instance => NodeKind::Instance,
            EndpointKind::Function | EndpointKind::Other => NodeKind::Other,
        };
        let reached = self.from_internet(endpoint).answer().ok();
        drawing.node(kind, name, reached);
        for subnet in endpoint.subnets.ids.iter().filter_map(Id::here) {
            drawing.edge(EdgeKind::Holds, subnet.as_str(), name, String::new(), true);
        }
        for id in &endpoint.groups.ids {
            let group = self.key(id);
            drawing.node(NodeKind::Group, &group, None);
            drawing.edge(EdgeKind::Holds, &group, name, String::new(), true);
        }
    }

    fn key(&self, id: &Id) -> String {
        match (id, self.groups.get(id)) {
            (Id::Here(address), _) => address.to_string(),
            (_, Some(group)) => group.name(),
            (other, None) => super::subnets::named(other),
        }
    }

    fn draw_group(&self, group: &Group<'_>, drawing: &mut Drawing) {
        let rules = group.rules.iter();
        let shown = rules.filter(|r| r.direction == Direction::In && r.resource.is_some());
        let used = self.users(&group.id).next().is_some();
        for rule in shown.filter(|_| used || group.resource.is_some()) {
            let to = self.key(&group.id);
            drawing.node(NodeKind::Group, &to, None);
            let label = rule.traffic.to_string();
            let sure = rule.gap.is_none();
            if let Some(other) = &rule.group {
                let from = self.key(other);
                drawing.node(NodeKind::Group, &from, None);
                drawing.edge(EdgeKind::LetsIn, &from, &to, label.clone(), sure);
            }
            if rule.addresses.is_empty() {
                continue;
            }
            if rule.addresses.is_world() {
                drawing.edge(EdgeKind::LetsIn, INTERNET, &to, label, sure);
            } else {
                let from = rule.addresses.to_string();
                drawing.node(NodeKind::Addresses, &from, None);
                drawing.edge(EdgeKind::LetsIn, &from, &to, label, sure);
            }
        }
    }

    fn draw_targets(&self, drawing: &mut Drawing) {
        for listener in &self.listeners {
            let Some(balancer) = listener.balancer.here() else {
                continue;
            };
            for (group, _) in &listener.forwards {
                let Some(group) = group.here() else { continue };
                let sure = listener.gap.is_none() && listener.port.is_ok();
                let label = match &listener.port {
                    Ok(port) => Traffic::new(listener.protocols[0], *port, *port).to_string(),
                    Err(reason) => reason.to_string(),
                };
                drawing.node(NodeKind::TargetGroup, group.as_str(), None);
                drawing.edge(
                    EdgeKind::Forwards,
                    balancer.as_str(),
                    group.as_str(),
                    label,
                    sure,
                );
            }
        }
        for (group, members) in &self.members {
            for member in members {
                drawing.node(NodeKind::TargetGroup, group.as_str(), None);
                let label = match &member.port {
                    Ok(port) => format!("port {port}"),
                    Err(reason) => reason.to_string(),
                };
                drawing.edge(
                    EdgeKind::Forwards,
                    group.as_str(),
                    member.endpoint.as_str(),
                    label,
                    member.port.is_ok(),
                );
            }
        }
    }
}
