//! Subnets that hand out public addresses.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.subnet-no-auto-public-ip",
    title: "Subnets give no public address by themselves",
    severity: Severity::Medium,
    resource_types: &["AWS::EC2::Subnet"],
    why: "With MapPublicIpOnLaunch whatever is started in the subnet has a public address, asked for or not. Load balancers and \
          NAT gateways do not need it.",
    fix: "MapPublicIpOnLaunch: false, which is the default.",
    see: "aws ec2 describe-subnets --query 'Subnets[?MapPublicIpOnLaunch].SubnetId'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for subnet in context.deployment.of_type("AWS::EC2::Subnet") {
        judge.flag(
            subnet,
            "MapPublicIpOnLaunch",
            false,
            false,
            "no public address by itself",
            "everything that starts here gets a public address",
        );
    }
}
