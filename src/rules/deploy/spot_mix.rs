//! R6: the written-out arithmetic of Spot.

use crate::model::Address;
use crate::rules::{Context, Judge, Rule, Severity, Status};
use crate::template::{ExprKind, Template};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.spot-mix",
    title: "The mapping of Spot percentages has every allowed value, and the parts make 100",
    severity: Severity::Medium,
    resource_types: &["AWS::ECS::ClusterCapacityProviderAssociations"],
    why: "CloudFormation has no arithmetic. A missing key stops the deployment; a wrong one runs another share than the parameter says.",
    fix: "SpotMix: { \"70\": { OnDemand: \"30\" } } for each of SpotPercentage's AllowedValues.",
    see: "aws ecs describe-clusters shows the default capacity provider strategy.",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for stack in context.deployment.stacks.values() {
        let template: &Template = &stack.template;
        let (Some(mapping), Some(parameter)) = (
            template.mappings.get("SpotMix"),
            template.parameters.get("SpotPercentage"),
        ) else {
            continue;
        };
        let mut faults: Vec<String> = parameter
            .allowed_values
            .iter()
            .filter(|value| !mapping.entries.contains_key(&***value))
            .map(|value| format!("SpotMix has no key {value}, which SpotPercentage allows"))
            .collect();
        if parameter.allowed_values.is_empty() {
            faults.push(
                "SpotPercentage has no AllowedValues, so that a value without a key can be given"
                    .to_owned(),
            );
        }
        for (spot, row) in &mapping.entries {
            let on_demand = row.get("OnDemand").and_then(|e| match &e.kind {
                ExprKind::Text(t) | ExprKind::Number(t) => t.parse::<u32>().ok(),
                _ => None,
            });
            match (spot.parse::<u32>(), on_demand) {
                (Ok(spot), Some(on_demand)) if spot + on_demand == 100 => {}
                _ => faults.push(format!(
                    "SpotMix.{spot}.OnDemand does not make 100 with {spot}"
                )),
            }
        }
        let address: &Address = &stack.address;
        if faults.is_empty() {
            judge.at(
                Status::Pass,
                address,
                Some(mapping.key_span),
                "every percentage has its counterpart",
            );
        }
        for fault in faults {
            judge.at(Status::Fail, address, Some(mapping.key_span), fault);
        }
    }
}
