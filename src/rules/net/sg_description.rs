//! Rules without a word on what they are for.

use super::world::groups;
use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "net.sg-rule-description",
    title: "Every rule of a security group says what it is for",
    severity: Severity::Low,
    resource_types: &[
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SecurityGroupEgress",
    ],
    why: "A year later nobody dares to remove a rule of which nobody knows the reason.",
    fix: "Add Description to the rule, for example Description: Frontend from the load balancer.",
    see: "aws ec2 describe-security-group-rules --query 'SecurityGroupRules[?!Description].SecurityGroupRuleId'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for judged in groups(context) {
        let mut answered = false;
        for rule in &judged.group.rules {
            // The rule that AWS makes has no place in a template.
            let Some(resource) = rule.resource else {
                continue;
            };
            if rule.path.is_empty() && resource.resource_type.ends_with("::SecurityGroup") {
                continue;
            }
            let value = if rule.path.is_empty() {
                Read::Known(&resource.properties)
            } else {
                resource.read(&rule.path)
            };
            let text = match value {
                Read::Known(value) => value.read("Description"),
                Read::Absent => continue,
                Read::Unknown(reason) => Read::Unknown(reason),
            };
            let blank = |v: &crate::model::Value| v.as_text().is_some_and(|t| t.trim().is_empty());
            match text {
                Read::Known(value) if !blank(value) => {}
                Read::Known(_) | Read::Absent => {
                    answered = true;
                    let message = match &rule.gap {
                        None => format!("the rule for {} has no description", rule.traffic),
                        Some(_) => "the rule has no description".to_owned(),
                    };
                    judge.fail(resource, &rule.path, message);
                    judge.says(rule.words());
                }
                Read::Unknown(reason) => {
                    answered = true;
                    judge.unknown(resource, &rule.path, &reason);
                    judge.says(rule.words());
                }
            }
        }
        if !answered {
            for resource in &judged.resources {
                judge.pass(resource, "every rule has a description");
            }
        }
    }
}
