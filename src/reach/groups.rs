//! Security groups: rules only allow, and all of them count together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::blocks::blocks;
use super::id::{Id, unsure};
use super::subnets::named;
use super::{AddressSet, Bounds, Direction, Index, Protocol, Traffic};
use crate::model::{Deployment, Read, Resource, Value};

const GROUP: &str = "AWS::EC2::SecurityGroup";

/// One security group with all its rules, wherever they are written.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// What names it.
    pub id: Id,
    /// The resource; `None` for a VPC's default group and for groups outside the tree.
    pub resource: Option<&'a Resource>,
    /// Its rules.
    pub rules: Vec<GroupRule<'a>>,
    /// Whether rules may exist that the tree does not show: the group is outside.
    pub gap: Option<Arc<str>>,
}

/// One rule. Where an input is missing, it is as wide as it may be and `gap` names the input.
#[derive(Clone, Debug)]
pub struct GroupRule<'a> {
    /// The resource that holds it: the group, or a stand-alone rule; `None` for those that AWS makes.
    pub resource: Option<&'a Resource>,
    /// The property in that resource, for example `SecurityGroupIngress.0`; empty for a stand-alone rule.
    pub path: String,
    /// Which way.
    pub direction: Direction,
    /// Protocol and ports.
    pub traffic: Traffic,
    /// The other end, as addresses.
    pub addresses: AddressSet,
    /// The other end, as a security group.
    pub group: Option<Id>,
    /// The missing input.
    pub gap: Option<Arc<str>>,
}

impl<'a> GroupRule<'a> {
    /// The rule with every port to every address, that AWS makes.
    fn all(direction: Direction, addresses: AddressSet, group: Option<Id>) -> Self {
        GroupRule {
            resource: None,
            path: String::new(),
            direction,
            traffic: Traffic::ALL,
            addresses,
            group,
            gap: None,
        }
    }

    fn read(
        deployment: &'a Deployment,
        resource: &'a Resource,
        path: String,
        rule: &'a Value,
        direction: Direction,
    ) -> Self {
        let mut gap = unsure(resource);
        let mut note = |reason: Arc<str>| {
            gap.get_or_insert(reason);
        };
        if rule.as_map().is_none() {
            note(format!("{path} is {}", rule.describe()).into());
            return GroupRule {
                resource: Some(resource),
                path,
                gap,
                ..GroupRule::all(direction, AddressSet::all(), None)
            };
        }
        let traffic = Traffic::of_rule(rule).unwrap_or_else(|reason| {
            note(reason);
            Traffic::ALL
        });
        let (mut addresses, missing) = blocks(deployment, rule, "CidrIp", "CidrIpv6");
        missing.into_iter().for_each(&mut note);
        let (list, named, owner) = match direction {
            Direction::In => (
                "SourcePrefixListId",
                "SourceSecurityGroupId",
                Some("SourceSecurityGroupName"),
            ),
            Direction::Out => (
                "DestinationPrefixListId",
                "DestinationSecurityGroupId",
                None,
            ),
        };
        match prefix_list(deployment, rule, list) {
            None => {}
            Some(Ok(set)) => addresses = addresses.union(&set),
            Some(Err(reason)) => {
                note(reason);
                addresses = AddressSet::all();
            }
        }
        let group = rule
            .get(named)
            .map(|value| Id::of(deployment, value, GROUP))
            .or_else(|| {
                let value = rule.get(owner?)?;
                let found = deployment.find(value, GROUP, "GroupName");
                Some(found.map_or_else(
                    || Id::of(deployment, value, GROUP),
                    |g| Id::Here(g.address.clone()),
                ))
            });
        GroupRule {
            resource: Some(resource),
            path,
            direction,
            traffic,
            addresses,
            group,
            gap,
        }
    }

    /// What it says, in words.
    pub fn words(&self) -> String {
        let mut ends: Vec<String> = self.group.iter().map(named).collect();
        if !self.addresses.is_empty() {
            ends.push(self.addresses.to_string());
        }
        format!("{} and {}", self.traffic, ends.join(" and "))
    }

    /// Whether it takes part.
    pub fn holds(&self, direction: Direction, protocol: Protocol, port: u16) -> bool {
        self.direction == direction && self.traffic.holds(protocol, port)
    }

    fn bounds(&self) -> Bounds {
        match &self.gap {
            None => Bounds::exactly(self.addresses.clone()),
            Some(gap) => Bounds::maybe(self.addresses.clone(), Arc::clone(gap)),
        }
    }
}

/// The entries of a prefix list of the tree; those that AWS keeps are known only in the account.
fn prefix_list(
    deployment: &Deployment,
    rule: &Value,
    key: &str,
) -> Option<Result<AddressSet, Arc<str>>> {
    let value = rule.get(key)?;
    let list = match Id::of(deployment, value, "AWS::EC2::PrefixList") {
        Id::Here(address) => deployment.get(&address)?,
        Id::DefaultOf(_) => return None,
        Id::Outside(reason) | Id::Any(reason) => {
            return Some(Err(format!("prefix list: {reason}").into()));
        }
    };
    let entries = match list.list("Entries") {
        Read::Known(entries) => entries,
        Read::Absent => return Some(Ok(AddressSet::default())),
        Read::Unknown(reason) => return Some(Err(reason)),
    };
    let mut all = AddressSet::default();
    for entry in entries {
        match entry.read_text("Cidr") {
            Read::Known(text) => match AddressSet::parse(&text) {
                Ok(set) => all = all.union(&set),
                Err(reason) => return Some(Err(reason.into())),
            },
            Read::Absent => {}
            Read::Unknown(reason) => return Some(Err(reason)),
        }
    }
    Some(Ok(all))
}

impl<'a> Group<'a> {
    /// What people call it.
    pub fn name(&self) -> String {
        match &self.id {
            Id::Here(address) => address.to_string(),
            Id::DefaultOf(vpc) => format!("the default security group of {vpc}"),
            Id::Outside(reason) | Id::Any(reason) => format!("a security group ({reason})"),
        }
    }

    /// The addresses that it lets through for a protocol and port. Groups at the other end count as no address.
    pub fn lets(&self, direction: Direction, protocol: Protocol, port: u16) -> Bounds {
        let rules = self
            .rules
            .iter()
            .filter(|r| r.holds(direction, protocol, port));
        let known = rules.fold(Bounds::nothing(), |all, rule| all.or(&rule.bounds()));
        match &self.gap {
            None => known,
            Some(gap) => known.or(&Bounds::maybe(AddressSet::all(), Arc::clone(gap))),
        }
    }

    /// The rules that let some of a set of addresses through.
    pub fn letting(
        &self,
        direction: Direction,
        protocol: Protocol,
        port: u16,
        addresses: &AddressSet,
    ) -> impl Iterator<Item = &GroupRule<'a>> {
        self.rules.iter().filter(move |r| {
            r.holds(direction, protocol, port) && !r.addresses.intersect(addresses).is_empty()
        })
    }
}

/// All groups of the tree, the defaults of its VPCs, and those outside for which it writes rules.
pub(super) fn read<'a>(deployment: &'a Deployment, index: &Index<'a>) -> BTreeMap<Id, Group<'a>> {
    let mut groups = BTreeMap::new();
    for resource in index.of(GROUP) {
        let id = Id::Here(resource.address.clone());
        let mut rules = Vec::new();
        for (property, direction) in [
            ("SecurityGroupIngress", Direction::In),
            ("SecurityGroupEgress", Direction::Out),
        ] {
            match resource.list(property) {
                Read::Known(list) => {
                    rules.extend(list.iter().enumerate().map(|(i, rule)| {
                        let path = format!("{property}.{i}");
                        GroupRule::read(deployment, resource, path, rule, direction)
                    }));
                }
                Read::Absent => {}
                Read::Unknown(reason) => rules.push(GroupRule {
                    resource: Some(resource),
                    path: property.to_owned(),
                    gap: Some(reason),
                    ..GroupRule::all(direction, AddressSet::all(), None)
                }),
            }
        }
        groups.insert(
            id.clone(),
            Group {
                id,
                resource: Some(*resource),
                rules,
                gap: None,
            },
        );
    }
    for vpc in index.of("AWS::EC2::VPC") {
        let id = Id::DefaultOf(vpc.address.clone());
        // Source: Amazon VPC user guide, "Default security groups for your VPCs": all from itself, all to everywhere.
        let rules = vec![
            GroupRule::all(Direction::In, AddressSet::default(), Some(id.clone())),
            GroupRule::all(Direction::Out, AddressSet::all(), None),
        ];
        groups.insert(
            id.clone(),
            Group {
                id,
                resource: None,
                rules,
                gap: None,
            },
        );
    }
    for (resource_type, direction) in [
        ("AWS::EC2::SecurityGroupIngress", Direction::In),
        ("AWS::EC2::SecurityGroupEgress", Direction::Out),
    ] {
        for resource in index.of(resource_type) {
            let rule = GroupRule::read(
                deployment,
                resource,
                String::new(),
                &resource.properties,
                direction,
            );
            let id = Id::at(deployment, resource, "GroupId", GROUP).or_else(|| {
                let value = resource.read("GroupName").known()?;
                let found = deployment.find(value, GROUP, "GroupName")?;
                Some(Id::Here(found.address.clone()))
            });
            add(&mut groups, id, rule);
        }
    }
    for group in groups.values_mut() {
        default_egress(group);
    }
    groups
}

fn add<'a>(groups: &mut BTreeMap<Id, Group<'a>>, id: Option<Id>, rule: GroupRule<'a>) {
    let id = id.unwrap_or(Id::Outside("no GroupId".into()));
    if let Id::Any(reason) = &id {
        // It may be any group's.
        for group in groups.values_mut() {
            let gap = rule.gap.clone().unwrap_or_else(|| Arc::clone(reason));
            group.rules.push(GroupRule {
                gap: Some(gap),
                ..rule.clone()
            });
        }
        return;
    }
    let gap = id.gap().cloned();
    let group = groups.entry(id.clone()).or_insert_with(|| Group {
        id,
        resource: None,
        rules: Vec::new(),
        gap,
    });
    group.rules.push(rule);
}

/// Without any egress rule a group lets everything out. CloudFormation takes that rule away as soon as one is
/// written, inline or stand-alone. Sources: CloudFormation user guide, `AWS::EC2::SecurityGroup`, "Remove the default
/// rule"; for stand-alone ones github.com/aws/aws-cdk, pull request 998 and issue 22140.
fn default_egress(group: &mut Group<'_>) {
    let written: Vec<&GroupRule<'_>> = group
        .rules
        .iter()
        .filter(|r| r.direction == Direction::Out)
        .collect();
    let sure = written
        .iter()
        .any(|r| r.gap.is_none() || !r.path.is_empty());
    if group.resource.is_none() || sure {
        return;
    }
    let gap: BTreeSet<Arc<str>> = written.iter().filter_map(|r| r.gap.clone()).collect();
    group.rules.push(GroupRule {
        resource: group.resource,
        gap: gap.into_iter().next(),
        ..GroupRule::all(Direction::Out, AddressSet::all(), None)
    });
}
