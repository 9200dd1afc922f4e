//! Ports for remote administration, open to the world.

use super::world::{Verdict, groups};
use crate::reach::{Direction, Protocol};
use crate::rules::{Context, Judge, Rule, Severity};

/// Ports that give a shell: SSH, Telnet, RDP, WinRM.
pub(super) const ADMIN: [(u16, &str); 5] = [
    (22, "SSH"),
    (23, "Telnet"),
    (3389, "RDP"),
    (5985, "WinRM"),
    (5986, "WinRM over HTTPS"),
];

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.sg-ingress-world-admin",
    title: "No security group lets the world in on a port for administration",
    severity: Severity::Critical,
    resource_types: &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
    why: "SSH, Telnet, RDP and WinRM give a shell; robots try passwords on every public address within minutes. The rules \
          of a group count together, so two halves of the world are the world, and so are ::/0, all protocols, and a range \
          that holds the port.",
    fix: "Use Session Manager or ECS Exec, which need no open port, or name the addresses that administer, for example \
          CidrIp: 192.0.2.0/28.",
    see: "aws ec2 describe-security-groups --filters Name=ip-permission.cidr,Values=0.0.0.0/0 --query \
          'SecurityGroups[].[GroupId,IpPermissions]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for judged in groups(context) {
        let mut verdict = Verdict::default();
        for (port, name) in ADMIN {
            let what = format!("port {port} ({name})");
            verdict.port(&judged.group, Direction::In, Protocol::TCP, port, &what);
        }
        let passed = "no port for administration is open to the world";
        verdict.say(context, judge, &judged, passed);
    }
}
