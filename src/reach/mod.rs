//! Who can reach what: from the internet by gateway, route, network ACL and security group to load balancers, tasks and
//! databases, across stack borders. What stands here and what does not: `docs/reachability.md`.
//!
//! Every answer is one of three: yes with the path hop by hop, no with the reason, unknown with the missing input. A set
//! of addresses is known between two bounds ([`Bounds`]); an answer is sure where both bounds give it.

mod acl;
mod addresses;
mod balancers;
mod blocks;
mod bounds;
mod endpoints;
mod groups;
mod id;
mod inside;
mod intervals;
mod located;
mod open;
mod paths;
mod public;
mod routes;
mod subnets;
mod traffic;
mod view;

pub use acl::{Acl, Entry};
pub use addresses::AddressSet;
pub use balancers::{Listener, Member};
pub use bounds::Bounds;
pub use endpoints::{Endpoint, EndpointKind};
pub use groups::{Group, GroupRule};
pub use id::{Id, Ids};
pub use inside::{Inside, Neighbour};
pub use intervals::Intervals;
pub use located::Located;
pub use open::Open;
pub use paths::{Path, Reach};
pub use public::Public;
pub use subnets::{Network, Subnet, Way};
pub use traffic::{Protocol, Traffic};
pub use view::{Edge, EdgeKind, Node, NodeKind, View};

use std::collections::BTreeMap;

use crate::model::{Address, Deployment, Resource};
use crate::source::Span;

/// Which way, seen from the resource that a rule protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Towards it.
    In,
    /// Away from it.
    Out,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// What lets the traffic on, in one sentence without a final full stop.
    pub text: String,
    /// The resource that does.
    pub address: Option<Address>,
    /// Where it is written.
    pub span: Option<Span>,
}

impl Hop {
    /// A step at a property of a resource; an empty path means the resource as a whole.
    pub fn at(text: impl Into<String>, resource: &Resource, path: &str) -> Self {
        Hop {
            text: text.into(),
            address: Some(resource.address.clone()),
            span: Some(resource.place(path)),
        }
    }

    /// A step that stands in no template.
    pub fn text(text: impl Into<String>) -> Self {
        Hop {
            text: text.into(),
            address: None,
            span: None,
        }
    }
}

/// Resources by type.
#[derive(Debug, Default)]
pub(crate) struct Index<'a>(BTreeMap<&'a str, Vec<&'a Resource>>);

impl<'a> Index<'a> {
    fn new(deployment: &'a Deployment) -> Self {
        let mut index = Index::default();
        for resource in deployment.resources.values() {
            index
                .0
                .entry(&*resource.resource_type)
                .or_default()
                .push(resource);
        }
        index
    }

    /// The resources of a type, by address.
    pub(crate) fn of(&self, resource_type: &str) -> &[&'a Resource] {
        self.0.get(resource_type).map_or(&[], Vec::as_slice)
    }
}

/// The network of one environment.
#[derive(Debug)]
pub struct Graph<'a> {
    /// Subnets, route tables, gateways, network ACLs.
    pub network: Network<'a>,
    /// Security groups.
    pub groups: BTreeMap<Id, Group<'a>>,
    /// Everything with an address in a subnet: load balancers, tasks, databases and the rest.
    pub endpoints: Vec<Endpoint<'a>>,
    /// Listeners of load balancers.
    pub listeners: Vec<Listener<'a>>,
    /// Who is registered with a target group, by the target group's address.
    pub members: BTreeMap<Address, Vec<Member<'a>>>,
    deployment: &'a Deployment,
}

impl<'a> Graph<'a> {
    /// Reads the network of an environment. One pass over its resources; paths are looked for when asked.
    pub fn new(deployment: &'a Deployment) -> Self {
        let index = Index::new(deployment);
        let network = Network::read(deployment, &index);
        let groups = groups::read(deployment, &index);
        let endpoints = endpoints::read(deployment, &index, &network);
        Graph {
            listeners: balancers::listeners(deployment, &index),
            members: balancers::members(deployment, &index, &endpoints),
            network,
            groups,
            endpoints,
            deployment,
        }
    }

    /// The environment.
    pub fn deployment(&self) -> &'a Deployment {
        self.deployment
    }

    /// The endpoint of a resource.
    pub fn endpoint(&self, address: &Address) -> Option<&Endpoint<'a>> {
        self.endpoints
            .iter()
            .find(|e| e.resource.address == *address)
    }

    /// The endpoints that a security group protects.
    pub fn users(&self, group: &Id) -> impl Iterator<Item = &Endpoint<'a>> {
        self.endpoints
            .iter()
            .filter(move |e| e.groups.ids.contains(group))
    }
}
