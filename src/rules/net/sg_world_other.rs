//! Other ports, open to the world.

use std::sync::Arc;

use super::sg_db_port::DATABASES;
use super::sg_world_admin::ADMIN;
use super::world::{Gap, Judged, Verdict, groups, place};
use crate::model::Resource;
use crate::reach::{
    Direction, Endpoint, EndpointKind, Graph, Group, Intervals, Protocol, Public, Traffic,
};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.sg-ingress-world-other",
    title: "The world gets in on 80 and 443 of internet-facing load balancers only",
    severity: Severity::High,
    resource_types: &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
    why: "Every other open port is one more program that strangers talk to, past the load balancer with its TLS, logs and web \
          ACL. Ports 80 and 443 pass where the group protects nothing but internet-facing load balancers that have a listener \
          there; where nothing of the stack tree uses the group, the answer is unknown. Ports for administration, ports of \
          databases and groups that are open on all ports have rules of their own.",
    fix: "Put the service behind the load balancer and let in the load balancer's group, SourceSecurityGroupId: !Ref \
          AlbSecurityGroup; or name the addresses that may come.",
    see: "aws ec2 describe-security-groups --filters Name=ip-permission.cidr,Values=0.0.0.0/0 --query \
          'SecurityGroups[].[GroupId,IpPermissions]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let graph = context.reach();
    for judged in groups(context) {
        let mut verdict = Verdict::default();
        for open in judged.group.opens(Direction::In) {
            let Some(protocol) = open.traffic.protocol.filter(|p| p.has_ports()) else {
                continue;
            };
            if open.traffic.is_everything() || !open.from.high.is_world() {
                continue;
            }
            let mut ports = Intervals::of(open.traffic.first.into(), open.traffic.last.into());
            if protocol == Protocol::TCP {
                for (port, _) in ADMIN.iter().chain(&DATABASES) {
                    ports = ports.minus(&Intervals::of((*port).into(), (*port).into()));
                }
            }
            for port in [80u16, 443] {
                let one = Intervals::of(port.into(), port.into());
                if protocol != Protocol::TCP || ports.intersect(&one).is_empty() {
                    continue;
                }
                match web(graph, &judged, port) {
                    Ok(true) => ports = ports.minus(&one),
                    Ok(false) => {}
                    Err(reason) => {
                        ports = ports.minus(&one);
                        verdict.gaps.extend(gap(&judged.group, port, reason));
                    }
                }
            }
            for (first, last) in ports.iter() {
                let port = |n: u128| u16::try_from(n).unwrap_or(u16::MAX);
                let what = Traffic::new(protocol, port(first), port(last)).to_string();
                verdict.port(&judged.group, Direction::In, protocol, port(first), &what);
            }
        }
        let passed = "the world gets in nowhere but at a load balancer's listeners on 80 and 443";
        verdict.say(context, judge, &judged, passed);
    }
}

fn gap<'a>(group: &Group<'a>, port: u16, reason: Arc<str>) -> Option<Gap<'a>> {
    let rules = group.rules.iter();
    let mut open =
        rules.filter(|r| r.holds(Direction::In, Protocol::TCP, port) && !r.addresses.is_empty());
    let (rule, (resource, path)) = open.find_map(|r| Some((r, place(r)?)))?;
    Some(Gap {
        resource,
        path,
        reason,
        words: rule.words(),
    })
}

/// Whether a group protects nothing but internet-facing load balancers with a listener on a port.
fn web(graph: &Graph<'_>, judged: &Judged<'_>, port: u16) -> Result<bool, Arc<str>> {
    let users: Vec<&Endpoint<'_>> = graph.users(&judged.group.id).collect();
    if users.is_empty() && others(graph, judged.group.resource).is_none() {
        return Err(format!(
            "nothing of this stack tree is seen to use the group, so that what listens on {port} is not known"
        )
        .into());
    }
    let mut answer = Ok(!users.is_empty());
    for user in users {
        let balancer = matches!(
            user.kind,
            EndpointKind::LoadBalancer | EndpointKind::NetworkLoadBalancer
        );
        if !balancer || matches!(user.v4, Public::No(_)) {
            return Ok(false);
        }
        if let Public::Unknown(gap) = &user.v4 {
            answer = Err(Arc::clone(gap));
        }
        let mut listens = false;
        for listener in graph.listeners_of(user) {
            match &listener.port {
                Ok(own) => listens |= *own == port,
                Err(gap) => answer = Err(Arc::clone(gap)),
            }
        }
        if !listens && answer.is_ok() {
            return Ok(false);
        }
    }
    answer
}

/// A resource that names a group and has no place in the graph, such as a cluster of another service.
fn others<'a>(graph: &Graph<'a>, group: Option<&Resource>) -> Option<&'a Resource> {
    let group = &group?.address;
    graph.deployment().resources.values().find(|r| {
        !r.resource_type.starts_with("AWS::EC2::SecurityGroup")
            && &*r.resource_type != "AWS::CloudFormation::Stack"
            && r.properties
                .references()
                .iter()
                .any(|x| x.address == *group)
    })
}
