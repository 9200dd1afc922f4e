//! Tasks and databases in subnets that the internet has a way to.

use super::world::hops;
use crate::model::Read;
use crate::reach::{Endpoint, EndpointKind, Graph, Id};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.task-and-db-in-private-subnet",
    title: "Tasks and databases are in private subnets, by their routes",
    severity: Severity::High,
    resource_types: &[
        "AWS::ECS::Service",
        "AWS::ECS::TaskSet",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::DocDB::DBCluster",
        "AWS::Neptune::DBCluster",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::OpenSearchService::Domain",
        "AWS::RDS::DBProxy",
    ],
    why: "In a subnet with a route to an internet gateway one flag, an address and a security group's rule, is all that keeps \
          the world out. A subnet is public by its route table, whatever its name says.",
    fix: "Use subnets whose route table leads to a NAT gateway or nowhere: DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref \
          NatGateway.",
    see: "aws ec2 describe-route-tables --filters Name=route.destination-cidr-block,Values=0.0.0.0/0 --query \
          'RouteTables[].[Associations[].SubnetId,Routes[?DestinationCidrBlock==`0.0.0.0/0`].GatewayId]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let graph = context.reach();
    for endpoint in &graph.endpoints {
        let judged = matches!(endpoint.kind, EndpointKind::Tasks | EndpointKind::Database);
        // An instance of a cluster is where the cluster is.
        let member = endpoint.resource.read("DBClusterIdentifier") != Read::Absent;
        if judged && !member {
            one(graph, endpoint, judge);
        }
    }
}

fn one(graph: &Graph<'_>, endpoint: &Endpoint<'_>, judge: &mut Judge) {
    let (resource, path) = (endpoint.resource, &endpoint.subnets_path);
    let mut gap = endpoint.subnets.gap.clone();
    let (mut public, mut private) = (Vec::new(), Vec::new());
    for id in &endpoint.subnets.ids {
        let subnet = id.here().and_then(|a| graph.network.subnets.get(a));
        let Some(subnet) = subnet else {
            gap = gap.or_else(|| Id::gap(id).cloned());
            continue;
        };
        let name = subnet.resource.address.as_str();
        match graph.is_public(subnet) {
            Ok(Some(hops)) => public.push((name, hops)),
            Ok(None) => private.push(name),
            Err(reason) => gap = gap.or(Some(reason)),
        }
    }
    if let Some((_, path_hops)) = public.first() {
        let (lines, related) = hops(path_hops);
        let names: Vec<&str> = public.iter().map(|(name, _)| *name).collect();
        let message = format!(
            "runs in {}, which the internet has a way to",
            names.join(", ")
        );
        judge.fail_by(resource, path, message, lines, related);
    } else if let Some(gap) = gap {
        judge.unknown(resource, path, &gap);
    } else {
        let message = format!(
            "runs in {}; no internet gateway by route",
            private.join(", ")
        );
        judge.pass(resource, message);
    }
}
