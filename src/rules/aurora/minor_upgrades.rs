//! Minor versions.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.minor-upgrades",
    title: "Database instances take minor upgrades by themselves",
    severity: Severity::Low,
    resource_types: &["AWS::RDS::DBInstance"],
    why: "Minor versions carry the security fixes; by hand they come late.",
    fix: "Leave AutoMinorVersionUpgrade out, or set true.",
    see: "aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,AutoMinorVersionUpgrade]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for instance in context.deployment.of_type("AWS::RDS::DBInstance") {
        // On by default. Source: CloudFormation reference, AWS::RDS::DBInstance.
        let (passed, failed) = ("takes minor upgrades", "minor upgrades wait for somebody");
        judge.flag(
            instance,
            "AutoMinorVersionUpgrade",
            true,
            true,
            passed,
            failed,
        );
    }
}
