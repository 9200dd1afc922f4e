//! Everything with an address in a subnet: where it is, which security groups protect it, whether it has a public
//! address.

use std::sync::Arc;

use super::id::{Id, Ids};
use super::public::{publicly_accessible, scheme};
use super::{Index, Network, Public};
use crate::model::{Deployment, Read, Resource};

/// One of them.
#[derive(Clone, Debug)]
pub struct Endpoint<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// What it is.
    pub kind: EndpointKind,
    /// Its subnets.
    pub subnets: Ids,
    /// The property that names them.
    pub subnets_path: String,
    /// Its security groups; a VPC's default group where it names none.
    pub groups: Ids,
    /// Whether security groups filter at all: not for a network load balancer without any.
    pub filtered: bool,
    /// Whether it has a public IPv4 address.
    pub v4: Public,
    /// Whether it has an IPv6 address.
    pub v6: Public,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointKind {
    /// Application or classic load balancer.
    LoadBalancer,
    /// Network load balancer: it hands on the client's address.
    NetworkLoadBalancer,
    /// Tasks of a service or task set.
    Tasks,
    /// A database or cache.
    Database,
    /// An instance, or those of an Auto Scaling group.
    Instance,
    /// A function in a VPC.
    Function,
    /// A file system's mount target, an interface endpoint.
    Other,
}

const SUBNET: &str = "AWS::EC2::Subnet";
const GROUP: &str = "AWS::EC2::SecurityGroup";

struct Reader<'a, 'g> {
    deployment: &'a Deployment,
    index: &'g Index<'a>,
}

pub(super) fn read<'a>(
    deployment: &'a Deployment,
    index: &Index<'a>,
    network: &Network<'a>,
) -> Vec<Endpoint<'a>> {
    let reader = Reader { deployment, index };
    let mut found = Vec::new();
    for r in index.of("AWS::ElasticLoadBalancingV2::LoadBalancer") {
        found.push(reader.balancer(r));
    }
    for r in index.of("AWS::ElasticLoadBalancing::LoadBalancer") {
        found.push(reader.classic(r));
    }
    for kind in ["AWS::ECS::Service", "AWS::ECS::TaskSet"] {
        found.extend(index.of(kind).iter().filter_map(|r| reader.tasks(r)));
    }
    for (cluster, instance, group) in [
        (
            "AWS::RDS::DBCluster",
            "AWS::RDS::DBInstance",
            "AWS::RDS::DBSubnetGroup",
        ),
        (
            "AWS::DocDB::DBCluster",
            "AWS::DocDB::DBInstance",
            "AWS::DocDB::DBSubnetGroup",
        ),
        (
            "AWS::Neptune::DBCluster",
            "AWS::Neptune::DBInstance",
            "AWS::Neptune::DBSubnetGroup",
        ),
    ] {
        for r in index.of(cluster) {
            found.push(reader.database(r, r, group, "VpcSecurityGroupIds"));
        }
        for r in index.of(instance) {
            let cluster = Id::at(deployment, r, "DBClusterIdentifier", cluster);
            let cluster = cluster.as_ref().and_then(Id::here);
            found.push(match cluster.and_then(|c| deployment.get(c)) {
                Some(cluster) => reader.database(r, cluster, group, "VpcSecurityGroupIds"),
                None => reader.database(r, r, group, "VPCSecurityGroups"),
            });
        }
    }
    reader.others(&mut found);
    for r in index.of("AWS::EC2::Instance") {
        found.push(reader.instance(r, r, "", "SubnetId"));
    }
    for r in index.of("AWS::AutoScaling::AutoScalingGroup") {
        found.push(reader.fleet(r));
    }
    for endpoint in &mut found {
        default_group(endpoint, network);
    }
    found.sort_by(|a, b| a.resource.address.cmp(&b.resource.address));
    found
}

/// What names no group gets its VPC's default one.
fn default_group(endpoint: &mut Endpoint<'_>, network: &Network<'_>) {
    let named = !endpoint.groups.ids.is_empty() || endpoint.groups.gap.is_some();
    if named || !endpoint.filtered {
        return;
    }
    let vpc = endpoint.subnets.ids.iter().find_map(|id| match id {
        Id::Here(address) => network.subnets.get(address)?.vpc.clone(),
        other => Some(other.clone()),
    });
    match vpc {
        Some(Id::Here(vpc)) => endpoint.groups.ids.push(Id::DefaultOf(vpc)),
        other => {
            let reason = other.as_ref().and_then(Id::gap).cloned();
            let reason = reason.unwrap_or_else(|| "its subnets are not known".into());
            endpoint.groups.gap =
                Some(format!("the VPC's default security group counts, and {reason}").into());
        }
    }
}

impl<'a> Reader<'a, '_> {
    fn ids(&self, resource: &Resource, path: &str, resource_type: &str) -> Ids {
        Ids::at(self.deployment, resource, path, resource_type)
    }

    fn balancer(&self, resource: &'a Resource) -> Endpoint<'a> {
        let network = resource.text("Type").known().as_deref() == Some("network");
        let (path, subnets) = match resource.list("SubnetMappings") {
            Read::Known(mappings) => {
                let ids = mappings
                    .iter()
                    .filter_map(|m| m.get("SubnetId"))
                    .map(|v| Id::of(self.deployment, v, SUBNET))
                    .collect();
                (
                    "SubnetMappings",
                    Ids {
                        ids,
                        ..Ids::default()
                    },
                )
            }
            _ => ("Subnets", self.ids(resource, "Subnets", SUBNET)),
        };
        let groups = self.ids(resource, "SecurityGroups", GROUP);
        let v4 = scheme(resource);
        let v6 = match (&v4, resource.text("IpAddressType")) {
            (Public::Yes(..), Read::Known(kind)) if kind.starts_with("dualstack") => {
                Public::Yes("IpAddressType".into(), format!("IpAddressType is {kind}"))
            }
            (Public::Yes(..), Read::Unknown(reason)) => Public::Unknown(reason),
            (Public::Yes(..), _) => Public::No("it has no IPv6 address".into()),
            (other, _) => other.clone(),
        };
        Endpoint {
            resource,
            kind: if network {
                EndpointKind::NetworkLoadBalancer
            } else {
                EndpointKind::LoadBalancer
            },
            subnets,
            subnets_path: path.into(),
            filtered: !(network && groups.absent),
            groups,
            v4,
            v6,
        }
    }

    fn classic(&self, resource: &'a Resource) -> Endpoint<'a> {
        Endpoint {
            resource,
            kind: EndpointKind::LoadBalancer,
            subnets: self.ids(resource, "Subnets", SUBNET),
            subnets_path: "Subnets".into(),
            groups: self.ids(resource, "SecurityGroups", GROUP),
            filtered: true,
            v4: scheme(resource),
            v6: Public::No("a classic load balancer in a VPC has no IPv6 address".into()),
        }
    }

    /// Tasks with an interface of their own; in other network modes the instance's counts.
    fn tasks(&self, resource: &'a Resource) -> Option<Endpoint<'a>> {
        let base = "NetworkConfiguration.AwsvpcConfiguration";
        if resource.read(base) == Read::Absent {
            return None;
        }
        let path = |key: &str| format!("{base}.{key}");
        // Source: Amazon ECS API reference, AwsVpcConfiguration: DISABLED unless set for services and task sets.
        let public = path("AssignPublicIp");
        let v4 = match resource.text(&public).or_default("DISABLED".into()) {
            Ok(text) if &*text == "ENABLED" => {
                Public::Yes(public, "AssignPublicIp is ENABLED".into())
            }
            Ok(_) => Public::No("its tasks get no public address (AssignPublicIp)".into()),
            Err(reason) => Public::Unknown(reason),
        };
        Some(Endpoint {
            resource,
            kind: EndpointKind::Tasks,
            subnets: self.ids(resource, &path("Subnets"), SUBNET),
            subnets_path: path("Subnets"),
            groups: self.ids(resource, &path("SecurityGroups"), GROUP),
            filtered: true,
            v4,
            v6: Public::UnknownWhereV6(
                "the account setting dualStackIPv6 decides whether tasks get an IPv6 address"
                    .into(),
            ),
        })
    }

    /// A database; `of` is the cluster where an instance belongs to one.
    fn database(
        &self,
        resource: &'a Resource,
        of: &'a Resource,
        group_type: &str,
        groups: &str,
    ) -> Endpoint<'a> {
        let subnet_group = match Id::at(self.deployment, of, "DBSubnetGroupName", group_type) {
            Some(Id::Outside(_)) => of
                .read("DBSubnetGroupName")
                .known()
                .and_then(|v| self.deployment.find(v, group_type, "DBSubnetGroupName"))
                .map(|r| Id::Here(r.address.clone()))
                .or_else(|| Id::at(self.deployment, of, "DBSubnetGroupName", group_type)),
            other => other,
        };
        Endpoint {
            resource,
            kind: EndpointKind::Database,
            subnets: self.of_group(subnet_group, "SubnetIds", "the default VPC counts"),
            subnets_path: "DBSubnetGroupName".into(),
            groups: self.ids(of, groups, GROUP),
            filtered: true,
            v4: publicly_accessible(resource, of),
            v6: Public::No("RDS gives no public IPv6 address".into()),
        }
    }

    fn of_group(&self, group: Option<Id>, path: &str, absent: &str) -> Ids {
        let group = match group {
            Some(Id::Here(address)) => self.deployment.get(&address),
            Some(other) => {
                return Ids {
                    gap: other.gap().cloned(),
                    ..Ids::default()
                };
            }
            None => {
                return Ids {
                    gap: Some(format!("no subnets are named: {absent}").into()),
                    absent: true,
                    ..Ids::default()
                };
            }
        };
        group.map_or_else(Ids::default, |g| self.ids(g, path, SUBNET))
    }

    /// What has no public address of its own.
    fn others(&self, found: &mut Vec<Endpoint<'a>>) {
        let private = || Public::No("it never has a public address".into());
        for (resource_type, kind, subnets, groups) in [
            (
                "AWS::Lambda::Function",
                EndpointKind::Function,
                "VpcConfig.SubnetIds",
                "VpcConfig.SecurityGroupIds",
            ),
            (
                "AWS::EFS::MountTarget",
                EndpointKind::Other,
                "SubnetId",
                "SecurityGroups",
            ),
            (
                "AWS::EC2::VPCEndpoint",
                EndpointKind::Other,
                "SubnetIds",
                "SecurityGroupIds",
            ),
            (
                "AWS::RDS::DBProxy",
                EndpointKind::Database,
                "VpcSubnetIds",
                "VpcSecurityGroupIds",
            ),
            (
                "AWS::OpenSearchService::Domain",
                EndpointKind::Database,
                "VPCOptions.SubnetIds",
                "VPCOptions.SecurityGroupIds",
            ),
            (
                "AWS::MSK::Cluster",
                EndpointKind::Other,
                "BrokerNodeGroupInfo.ClientSubnets",
                "BrokerNodeGroupInfo.SecurityGroups",
            ),
            (
                "AWS::CodeBuild::Project",
                EndpointKind::Other,
                "VpcConfig.Subnets",
                "VpcConfig.SecurityGroupIds",
            ),
            (
                "AWS::ElastiCache::ServerlessCache",
                EndpointKind::Database,
                "SubnetIds",
                "SecurityGroupIds",
            ),
            (
                "AWS::ElastiCache::ReplicationGroup",
                EndpointKind::Database,
                "CacheSubnetGroupName",
                "SecurityGroupIds",
            ),
            (
                "AWS::ElastiCache::CacheCluster",
                EndpointKind::Database,
                "CacheSubnetGroupName",
                "VpcSecurityGroupIds",
            ),
        ] {
            for resource in self.index.of(resource_type).iter().copied() {
                if resource.read(subnets) == Read::Absent {
                    continue;
                }
                let listed = if subnets == "CacheSubnetGroupName" {
                    let kind = "AWS::ElastiCache::SubnetGroup";
                    let group = Id::at(self.deployment, resource, subnets, kind);
                    self.of_group(group, "SubnetIds", "the default VPC counts")
                } else {
                    self.ids(resource, subnets, SUBNET)
                };
                found.push(Endpoint {
                    resource,
                    kind,
                    subnets: listed,
                    subnets_path: subnets.into(),
                    groups: self.ids(resource, groups, GROUP),
                    filtered: true,
                    v4: private(),
                    v6: private(),
                });
            }
        }
    }

    /// An instance; its network properties may stand in a launch template, below `base`.
    fn instance(
        &self,
        resource: &'a Resource,
        of: &'a Resource,
        base: &str,
        subnets: &str,
    ) -> Endpoint<'a> {
        let interface = format!("{base}NetworkInterfaces.0");
        let inner = |key: &str| format!("{interface}.{key}");
        let has_interface = of.read(&interface) != Read::Absent;
        let (subnets_of, subnets) = if has_interface && of.read(&inner("SubnetId")) != Read::Absent
        {
            (of, inner("SubnetId"))
        } else {
            (resource, subnets.to_owned())
        };
        let own = [inner("GroupSet"), inner("Groups")]
            .into_iter()
            .find(|p| of.read(p) != Read::Absent)
            .unwrap_or_else(|| format!("{base}SecurityGroupIds"));
        let flag = inner("AssociatePublicIpAddress");
        let v4 = match of.flag(&flag) {
            Read::Known(true) => Public::Yes(flag, "AssociatePublicIpAddress is true".into()),
            Read::Known(false) => Public::No("AssociatePublicIpAddress is false".into()),
            Read::Absent => Public::BySubnet,
            Read::Unknown(reason) => Public::Unknown(reason),
        };
        let v4 = self.elastic(resource).unwrap_or(v4);
        let v6 = match [inner("Ipv6AddressCount"), format!("{base}Ipv6AddressCount")]
            .iter()
            .find_map(|p| of.number(p).known())
        {
            Some(count) if !count.is_zero() => {
                Public::Yes("Ipv6AddressCount".into(), "it has IPv6 addresses".into())
            }
            _ => Public::BySubnet,
        };
        Endpoint {
            resource,
            kind: EndpointKind::Instance,
            subnets: self.ids(subnets_of, &subnets, SUBNET),
            subnets_path: subnets,
            groups: self.ids(of, &own, GROUP),
            filtered: true,
            v4,
            v6,
        }
    }

    /// An elastic address of an instance.
    fn elastic(&self, resource: &Resource) -> Option<Public> {
        for resource_type in ["AWS::EC2::EIP", "AWS::EC2::EIPAssociation"] {
            for address in self.index.of(resource_type) {
                let of = Id::at(self.deployment, address, "InstanceId", "AWS::EC2::Instance");
                if of.as_ref().and_then(Id::here) == Some(&resource.address) {
                    return Some(match super::id::unsure(address) {
                        None => {
                            Public::Yes(String::new(), format!("{} belongs to it", address.address))
                        }
                        Some(gap) => Public::Unknown(gap),
                    });
                }
            }
        }
        None
    }

    fn fleet(&self, resource: &'a Resource) -> Endpoint<'a> {
        let kind = "AWS::EC2::LaunchTemplate";
        let template = [
            "LaunchTemplate.LaunchTemplateId",
            "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
        ]
        .iter()
        .find_map(|path| Id::at(self.deployment, resource, path, kind));
        let of = template.as_ref().and_then(Id::here);
        let path = "VPCZoneIdentifier";
        match of.and_then(|a| self.deployment.get(a)) {
            Some(of) => self.instance(resource, of, "LaunchTemplateData.", path),
            None => {
                let gap: Arc<str> = "its launch template is not in this stack tree".into();
                Endpoint {
                    groups: Ids {
                        gap: Some(Arc::clone(&gap)),
                        ..Ids::default()
                    },
                    v4: Public::Unknown(gap),
                    ..self.instance(resource, resource, "", path)
                }
            }
        }
    }
}
