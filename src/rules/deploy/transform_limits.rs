//! R2: what `AWS::CodeDeployBlueGreen` forbids.

use crate::model::Read;
use crate::rules::{Context, Judge, Rule, Severity, Status};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.transform-limits",
    title: "A template with the blue/green transform keeps within what the transform allows",
    severity: Severity::High,
    resource_types: &["AWS::ECS::Service"],
    why: "AWS refuses the hook beside nested stacks, outputs, imports, a second service, another controller than EXTERNAL or steps below 14 %.",
    fix: "Leave the transform out and deploy with CodeDeploy, or give the one service a flat template without outputs.",
    see: "CloudFormation user guide, \"Considerations when managing ECS blue/green deployments using CloudFormation\".",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for stack in context.deployment.stacks.values() {
        let Some((_, span)) = stack
            .transforms
            .iter()
            .find(|(name, _)| &**name == "AWS::CodeDeployBlueGreen")
        else {
            continue;
        };
        let mut faults = Vec::new();
        let inside = || {
            context
                .deployment
                .resources
                .values()
                .filter(|r| r.address.stack() == stack.address)
        };
        if inside().any(|r| &*r.resource_type == "AWS::CloudFormation::Stack") {
            faults.push("nested stacks stand beside the transform".to_owned());
        }
        if !stack.address.as_str().is_empty() {
            faults.push("the transform stands in a nested stack".to_owned());
        }
        if !stack.outputs.is_empty() {
            faults.push("outputs stand beside the transform".to_owned());
        }
        let services: Vec<_> = inside()
            .filter(|r| &*r.resource_type == "AWS::ECS::Service")
            .collect();
        if services.len() > 1 {
            faults.push(format!(
                "{} services; the transform takes one",
                services.len()
            ));
        }
        for service in services {
            if service.text("DeploymentController.Type").known().as_deref() != Some("EXTERNAL") {
                faults.push(format!(
                    "the controller of {} is not EXTERNAL",
                    service.address
                ));
            }
        }
        match &stack.hooks {
            None => faults.push("there is no Hooks section: the transform does nothing".to_owned()),
            Some(hooks) => {
                for hook in hooks.as_map().unwrap_or_default() {
                    for kind in ["TimeBasedLinear", "TimeBasedCanary"] {
                        let path = format!("Properties.TrafficRoutingConfig.{kind}.StepPercentage");
                        if let Read::Known(percent) = hook.value.read_number(&path)
                            && percent < 14.into()
                        {
                            faults.push(format!("a step of {percent} %; the least is 14 %"));
                        }
                    }
                }
            }
        }
        if faults.is_empty() {
            judge.at(
                Status::Pass,
                &stack.address,
                Some(*span),
                "the transform keeps within its limits",
            );
        }
        for fault in faults {
            judge.at(Status::Fail, &stack.address, Some(*span), fault);
        }
    }
}
