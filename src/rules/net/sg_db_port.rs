//! Ports of databases, open to the world.

use std::collections::BTreeMap;

use super::world::{Verdict, groups};
use crate::model::Read;
use crate::reach::{Direction, EndpointKind, Protocol};
use crate::rules::{Context, Judge, Rule, Severity};

/// Ports on which databases, caches and search engines listen unless told otherwise.
pub(super) const DATABASES: [(u16, &str); 14] = [
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2049, "NFS"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5439, "Redshift"),
    (6379, "Redis"),
    (8182, "Neptune"),
    (9042, "Cassandra"),
    (9200, "OpenSearch"),
    (9300, "OpenSearch"),
    (11211, "Memcached"),
    (27017, "MongoDB"),
    (50000, "Db2"),
];

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.sg-ingress-db-port",
    title: "No security group lets the world in on a database's port",
    severity: Severity::Critical,
    resource_types: &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
    why: "A database that the internet reaches is one weak password, or one fault of its server, from being read whole. Judged \
          are the usual ports and the ports of the databases that the group protects.",
    fix: "Let in the security group of those who ask, for example SourceSecurityGroupId: !Ref TasksSecurityGroup.",
    see: "aws ec2 describe-security-groups --filters Name=ip-permission.cidr,Values=0.0.0.0/0 --query \
          'SecurityGroups[].[GroupId,IpPermissions]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for judged in groups(context) {
        let mut ports: BTreeMap<u16, String> = DATABASES
            .iter()
            .map(|(port, name)| (*port, (*name).to_owned()))
            .collect();
        for endpoint in context.reach().users(&judged.group.id) {
            let own = endpoint.resource.number("Port");
            if endpoint.kind == EndpointKind::Database
                && let Read::Known(port) = own
                && let Ok(port) = u16::try_from(port)
            {
                ports.insert(port, endpoint.resource.address.to_string());
            }
        }
        let mut verdict = Verdict::default();
        for (port, name) in ports {
            let what = format!("port {port} ({name})");
            verdict.port(&judged.group, Direction::In, Protocol::TCP, port, &what);
        }
        let passed = "no database's port is open to the world";
        verdict.say(context, judge, &judged, passed);
    }
}
