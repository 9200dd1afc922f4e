//! Groups that let everything out.

use super::world::{Verdict, groups};
use crate::reach::{Direction, Protocol};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.sg-egress-world",
    title: "Security groups say which ports may leave for the internet",
    severity: Severity::Low,
    resource_types: &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress"],
    why: "What has been taken over calls home, and data leaves by it. Without an egress rule CloudFormation's group lets out \
          everything. Named ports to the world pass, since AWS's own APIs are there.",
    fix: "Write SecurityGroupEgress, for example {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}; for what \
          never calls, one rule to 127.0.0.1/32 takes the place of the default.",
    see: "aws ec2 describe-security-groups --filters Name=egress.ip-permission.protocol,Values=-1 --query \
          'SecurityGroups[].[GroupId,IpPermissionsEgress]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for judged in groups(context) {
        let mut verdict = Verdict::default();
        for open in judged.group.opens(Direction::Out) {
            if open.traffic.is_everything() {
                let protocol = open.traffic.protocol.unwrap_or(Protocol::TCP);
                let what = open.traffic.to_string();
                let port = open.traffic.last;
                verdict.port(&judged.group, Direction::Out, protocol, port, &what);
            }
        }
        let written = judged.resources.len();
        let mut own = Vec::new();
        for fault in verdict.faults {
            let whole = fault.path.is_empty();
            let said = if whole && written == 1 && fault.resource.resource_type.ends_with("Group") {
                "no egress rule is written, so everything may leave".to_owned()
            } else {
                format!(
                    "{} may leave for {}",
                    fault.what.join(", "),
                    fault.from.on_the_internet()
                )
            };
            let words = fault.words();
            own.push((fault.resource, fault.path, said, words));
        }
        if own.is_empty() {
            verdict.faults = Vec::new();
            verdict.say(context, judge, &judged, "what may leave is named");
        }
        for (resource, path, said, words) in own {
            judge.fail(resource, &path, said);
            judge.says(words);
        }
    }
}
