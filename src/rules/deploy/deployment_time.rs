//! R8: a deployment ends before its credentials do.

use rust_decimal::Decimal;

use super::codedeploy_services;
use crate::model::{Read, Resource};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "deploy.deployment-time",
    title: "Shift and waits of a deployment fit into a session of the role that watches it",
    severity: Severity::Medium,
    resource_types: &["AWS::CodeDeploy::DeploymentGroup"],
    why: "The workflow loses its credentials in the middle of the shift and cannot say how it ended, or roll back.",
    fix: "Raise MaxSessionDuration of the role, or lower TerminationWaitTimeInMinutes or the shift's interval.",
    see: "aws iam get-role; aws deploy get-deployment-config",
    check,
};

/// Minutes until green is healthy.
const PROVISION: u64 = 3;

fn check(context: &Context<'_>, judge: &mut Judge) {
    let Some(session) = session_minutes(context) else {
        return;
    };
    let services = u64::try_from(codedeploy_services(context).count())
        .unwrap_or(1)
        .max(1);
    for group in context
        .deployment
        .of_type("AWS::CodeDeploy::DeploymentGroup")
    {
        let blue = "BlueGreenDeploymentConfiguration";
        let wait = format!(
            "{blue}.TerminateBlueInstancesOnDeploymentSuccess.TerminationWaitTimeInMinutes"
        );
        let ready = format!("{blue}.DeploymentReadyOption.WaitTimeInMinutes");
        let parts = [
            group.number(&wait),
            group.number(&ready),
            shift(context, group),
        ];
        let mut total = Decimal::from(PROVISION);
        let mut gap = None;
        for part in parts {
            match part {
                Read::Known(minutes) => total += minutes,
                Read::Absent => {}
                Read::Unknown(reason) => gap = Some(reason),
            }
        }
        if let Some(reason) = gap {
            judge.unknown(group, blue, &reason);
            continue;
        }
        // The workflow deploys one service after the other in one session.
        let all = total * Decimal::from(services);
        if all > session {
            judge.fail(group, &wait, format!("{services} deployments of up to {total} minutes take {all}; the session ends after {session}"));
        } else {
            judge.pass(
                group,
                format!("{services} deployments of up to {total} minutes fit into {session}"),
            );
        }
    }
}

fn shift(context: &Context<'_>, group: &Resource) -> Read<Decimal> {
    let Read::Known(name) = group.read("DeploymentConfigName") else {
        return Read::Absent;
    };
    let Some(config) = context.deployment.find(
        name,
        "AWS::CodeDeploy::DeploymentConfig",
        "DeploymentConfigName",
    ) else {
        return Read::Absent;
    };
    let routing = "TrafficRoutingConfig";
    if let Read::Known(interval) =
        config.number(&format!("{routing}.TimeBasedCanary.CanaryInterval"))
    {
        return Read::Known(interval);
    }
    let interval = config.number(&format!("{routing}.TimeBasedLinear.LinearInterval"));
    match config.number(&format!("{routing}.TimeBasedLinear.LinearPercentage")) {
        Read::Known(percent) if percent > Decimal::ZERO => {
            interval.map(|i| ((Decimal::ONE_HUNDRED / percent).ceil() - Decimal::ONE) * i)
        }
        Read::Unknown(reason) => Read::Unknown(reason),
        _ => interval,
    }
}

/// The shortest session among the roles that a web identity may take; an hour where the role says nothing.
fn session_minutes(context: &Context<'_>) -> Option<Decimal> {
    let roles = context.deployment.of_type("AWS::IAM::Role").filter(|role| {
        role.list("AssumeRolePolicyDocument.Statement")
            .known()
            .unwrap_or_default()
            .iter()
            .any(|s| {
                s.read_text("Action").known().as_deref() == Some("sts:AssumeRoleWithWebIdentity")
            })
    });
    let seconds = |role: &Resource| {
        role.number("MaxSessionDuration")
            .or_default(Decimal::from(3600))
            .ok()
    };
    roles
        .filter_map(seconds)
        .map(|s| s / Decimal::from(60))
        .min()
}
