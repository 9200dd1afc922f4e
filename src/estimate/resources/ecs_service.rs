//! `AWS::ECS::Service` on Fargate: the join of task definition, autoscaler, capacity providers and deployments.
//!
//! Source: AWS Fargate pricing: vCPU, memory and ephemeral storage over 20 GB of the requested task size, by the
//! second; Amazon ECS developer guide, "Fargate capacity providers".

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::fargate::{self, Size};
use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, Placement, Provider, greedy, largest_remainder, times};
use crate::model::{Read, Resource, Value};
use crate::pricing::{HOURS_PER_MONTH, Range};

/// Minutes from the first green task asked for to all of them healthy.
const PROVISION_MINUTES: u32 = 3;
/// Business hours of a month: 50 of each 168 hours. 730 × 50 / 168.
const BUSINESS_SHARE: (u32, u32) = (50, 168);

pub(in crate::estimate) fn service(
    context: &Context<'_>,
    service: &Resource,
    lines: &mut Lines<'_>,
) {
    let strategy = match strategy(context, service) {
        Ok(Launch::Fargate(providers)) => providers,
        Ok(Launch::Instances) => return,
        Err(reason) => return lines.gap(reason),
    };
    let size = match task_definition(context, service).and_then(fargate::size) {
        Ok(size) => size,
        Err(reason) => return lines.gap(reason),
    };
    let mut assumptions = Vec::new();
    let Some(hours) = steady(context, service, &strategy, lines, &mut assumptions) else {
        return;
    };
    let discount = lines.figure("spot_discount");
    charge(lines, size, hours, discount, "", &assumptions);
    if let Some((overlap, why)) = overlap(context, service, hours, lines) {
        charge(
            lines,
            size,
            overlap,
            discount,
            ", deployment overlap",
            &[why],
        );
    }
}

/// Task-hours a month by provider, in each scenario.
type TaskHours = Range<Placement>;

enum Launch {
    Fargate(Vec<Provider>),
    Instances,
}

/// The capacity providers: the service's own, else the cluster's default; `LaunchType` beats both.
fn strategy(context: &Context<'_>, service: &Resource) -> Result<Launch, String> {
    if let Some(launch) = service
        .text("LaunchType")
        .optional()
        .map_err(|r| r.to_string())?
    {
        return Ok(match &*launch {
            "FARGATE" => Launch::Fargate(vec![Provider {
                spot: false,
                base: 0,
                weight: 1,
            }]),
            _ => Launch::Instances,
        });
    }
    let own = service
        .read("CapacityProviderStrategy")
        .optional()
        .map_err(|r| r.to_string())?;
    let found = match own {
        Some(own) => Some(own),
        None => cluster_default(context, service)?,
    };
    let Some(items) = found.and_then(Value::as_list) else {
        return Err(
            "neither LaunchType nor a capacity provider strategy says where the tasks run"
                .to_owned(),
        );
    };
    let mut providers = Vec::new();
    let mut instances = false;
    for item in items {
        let name = item
            .read_text("CapacityProvider")
            .optional()
            .map_err(|r| r.to_string())?
            .unwrap_or_default();
        let number = |key: &str, default: u32| {
            let n = item
                .read_number(key)
                .or_default(Decimal::from(default))
                .map_err(|r| r.to_string())?;
            n.to_u32()
                .ok_or_else(|| format!("{key} of capacity provider {name} is {n}"))
        };
        let (base, weight) = (number("Base", 0)?, number("Weight", 0)?);
        match &*name {
            "FARGATE" => providers.push(Provider {
                spot: false,
                base,
                weight,
            }),
            "FARGATE_SPOT" => providers.push(Provider {
                spot: true,
                base,
                weight,
            }),
            _ => instances = true,
        }
    }
    if instances {
        return if providers.is_empty() {
            Ok(Launch::Instances)
        } else {
            Err("Fargate and instances are mixed in one strategy".to_owned())
        };
    }
    if providers.iter().all(|p| p.weight == 0) {
        // One provider without a weight is what ECS takes as 1.
        match providers.as_mut_slice() {
            [one] => one.weight = 1,
            _ => return Err("every capacity provider has weight 0; ECS refuses that".to_owned()),
        }
    }
    Ok(Launch::Fargate(providers))
}

fn cluster_default<'a>(
    context: &Context<'a>,
    service: &Resource,
) -> Result<Option<&'a Value>, String> {
    let Some(named) = service
        .read("Cluster")
        .optional()
        .map_err(|r| r.to_string())?
    else {
        return Ok(None);
    };
    let cluster = context
        .deployment
        .find(named, "AWS::ECS::Cluster", "ClusterName");
    for association in context
        .deployment
        .of_type("AWS::ECS::ClusterCapacityProviderAssociations")
    {
        let Read::Known(of) = association.read("Cluster") else {
            continue;
        };
        let target = context
            .deployment
            .find(of, "AWS::ECS::Cluster", "ClusterName");
        let same = match (target, cluster) {
            (Some(a), Some(b)) => a.address == b.address,
            _ => of == named,
        };
        if same {
            return association
                .read("DefaultCapacityProviderStrategy")
                .optional()
                .map_err(|r| r.to_string());
        }
    }
    match cluster {
        Some(cluster) => cluster
            .read("DefaultCapacityProviderStrategy")
            .optional()
            .map_err(|r| r.to_string()),
        None => Ok(None),
    }
}

fn task_definition<'a>(context: &Context<'a>, service: &Resource) -> Result<&'a Resource, String> {
    let named = match service.read("TaskDefinition") {
        Read::Known(value) => value,
        Read::Absent => return Err("the service has no TaskDefinition".to_owned()),
        Read::Unknown(reason) => return Err(reason.to_string()),
    };
    context
        .deployment
        .find(named, "AWS::ECS::TaskDefinition", "Family")
        .ok_or_else(|| {
            format!(
                "no task definition of this stack tree is {}",
                named.describe()
            )
        })
}

/// Task-hours without deployments.
fn steady(
    context: &Context<'_>,
    service: &Resource,
    strategy: &[Provider],
    lines: &mut Lines<'_>,
    assumptions: &mut Vec<String>,
) -> Option<TaskHours> {
    let share = lines.figure("spot_share");
    if let Some(running) = lines.figure("running_tasks") {
        assumptions.push(format!(
            "{} tasks on average, from the usage file",
            running.expected
        ));
        return Some(place(
            strategy,
            running.map(|n| vec![(n, HOURS_PER_MONTH)]),
            share,
            assumptions,
        ));
    }
    let (least, most) = match scaling(context, service) {
        Ok(Some(limits)) => limits,
        Ok(None) => {
            let count = lines.known(service.number("DesiredCount"), Decimal::ONE)?;
            assumptions.push(format!(
                "{count} tasks all month: DesiredCount, and no autoscaler"
            ));
            (count, count)
        }
        Err(reason) => {
            lines.gap(reason);
            return None;
        }
    };
    if least == most {
        return Some(place(
            strategy,
            Range::flat(vec![(least, HOURS_PER_MONTH)]),
            share,
            assumptions,
        ));
    }
    // No demand is given: a quarter of the way from nothing to both limits in business hours, the floor else.
    let busy = least.max(((least + most) / Decimal::from(4)).ceil());
    let business =
        HOURS_PER_MONTH * Decimal::from(BUSINESS_SHARE.0) / Decimal::from(BUSINESS_SHARE.1);
    assumptions.push(format!(
        "{least} to {most} tasks by the autoscaler; expected: {busy} for {} business hours, {least} else (low confidence; give running_tasks)",
        business.round_dp(1)
    ));
    let profile = Range {
        min: vec![(least, HOURS_PER_MONTH)],
        expected: vec![(busy, business), (least, HOURS_PER_MONTH - business)],
        max: vec![(most, HOURS_PER_MONTH)],
    };
    Some(place(strategy, profile, share, assumptions))
}

/// The limits of the `ScalableTarget` of the service.
fn scaling(
    context: &Context<'_>,
    service: &Resource,
) -> Result<Option<(Decimal, Decimal)>, String> {
    for target in context
        .deployment
        .of_type("AWS::ApplicationAutoScaling::ScalableTarget")
    {
        let Read::Known(id) = target.read("ResourceId") else {
            continue;
        };
        let refers = id.references().iter().any(|r| r.address == service.address);
        let named = match (id.pattern(), service.text("ServiceName").known()) {
            (Some(id), Some(name)) => {
                id.starts_with("service/") && id.rsplit('/').next() == Some(&*name)
            }
            _ => false,
        };
        if !refers && !named {
            continue;
        }
        let limit = |key: &str| match target.number(key) {
            Read::Known(n) if n >= Decimal::ZERO && n <= Decimal::from(10_000) => Ok(n.trunc()),
            Read::Known(n) => Err(format!("{key} of {} is {n}", target.address)),
            Read::Absent => Err(format!("{} has no {key}", target.address)),
            Read::Unknown(reason) => Err(reason.to_string()),
        };
        return Ok(Some((limit("MinCapacity")?, limit("MaxCapacity")?)));
    }
    Ok(None)
}

/// Tasks over providers, hour by hour. `min` takes the cheaper of the two placement rules, `max` pays on-demand
/// for every task, since Spot's price has no ceiling below it.
fn place(
    strategy: &[Provider],
    profile: Range<Vec<(Decimal, Decimal)>>,
    share: Option<Range<Decimal>>,
    assumptions: &mut Vec<String>,
) -> TaskHours {
    let uses_spot = strategy
        .iter()
        .any(|p| p.spot && (p.weight > 0 || p.base > 0));
    let sum = |profile: &[(Decimal, Decimal)], rule: fn(u32, &[Provider]) -> Placement| {
        let mut total = Placement::default();
        for (tasks, hours) in profile {
            let placed = fractional(*tasks, strategy, rule);
            total.on_demand += times(placed.on_demand, *hours);
            total.spot += times(placed.spot, *hours);
        }
        total
    };
    let shared = |profile: &[(Decimal, Decimal)], share: Decimal| {
        let hours: Decimal = profile.iter().map(|(n, h)| times(*n, *h)).sum();
        let spot = times(hours, share);
        Placement {
            on_demand: hours - spot,
            spot,
        }
    };
    if let Some(share) = share {
        assumptions.push(format!(
            "{} of the tasks on Spot, from the usage file",
            share.expected
        ));
        return Range {
            min: shared(&profile.min, share.max),
            expected: shared(&profile.expected, share.expected),
            max: shared(&profile.max, share.min),
        };
    }
    if uses_spot {
        assumptions.push(
            "whole tasks over providers: base first, then weights one task at a time; AWS publishes no rule, ±1 task. max pays on-demand for all"
                .to_owned(),
        );
    }
    let (one, other) = (
        sum(&profile.min, greedy),
        sum(&profile.min, largest_remainder),
    );
    let all_on_demand = |p: Placement| Placement {
        on_demand: p.on_demand + p.spot,
        spot: Decimal::ZERO,
    };
    Range {
        min: if other.spot > one.spot { other } else { one },
        expected: sum(&profile.expected, greedy),
        max: all_on_demand(sum(&profile.max, greedy)),
    }
}

/// An average of 2.3 tasks is 2 tasks for 70 % of the time and 3 for the rest.
fn fractional(
    tasks: Decimal,
    strategy: &[Provider],
    rule: fn(u32, &[Provider]) -> Placement,
) -> Placement {
    let whole = tasks.trunc();
    let part = tasks - whole;
    let count = whole.to_u32().unwrap_or(u32::MAX).min(100_000);
    let low = rule(count, strategy);
    if part.is_zero() {
        return low;
    }
    let high = rule(count + 1, strategy);
    let between = |a: Decimal, b: Decimal| a + times(b - a, part);
    Placement {
        on_demand: between(low.on_demand, high.on_demand),
        spot: between(low.spot, high.spot),
    }
}

/// The task-hours of green beside blue, under a CodeDeploy controller.
fn overlap(
    context: &Context<'_>,
    service: &Resource,
    steady: TaskHours,
    lines: &mut Lines<'_>,
) -> Option<(TaskHours, String)> {
    let controller = lines.known(service.text("DeploymentController.Type"), "ECS".into())?;
    let blue_green = &*controller == "CODE_DEPLOY";
    // Other deployments overlap too, for as long as the usage file says; without a word they are not counted.
    if !blue_green
        && (lines.figure("deployments").is_none() || lines.figure("deployment_minutes").is_none())
    {
        return None;
    }
    let deployments = lines.needed("deployments", "blue/green deployments")?;
    let (minutes, why) = match lines.figure("deployment_minutes") {
        Some(minutes) => (minutes, "from the usage file".to_owned()),
        None => match deployment_minutes(context, service) {
            Ok((minutes, why)) => (Range::flat(minutes), why),
            Err(reason) => {
                lines.gap(reason);
                return None;
            }
        },
    };
    // deployments × minutes / 60 hours, of the average number of tasks: steady hours / 730.
    let factor = deployments.zip(minutes, |d, m| {
        times(d, m) / Decimal::from(60) / HOURS_PER_MONTH
    });
    let hours = steady.zip(factor, |p: Placement, f| Placement {
        on_demand: times(p.on_demand, f),
        spot: times(p.spot, f),
    });
    let text = format!(
        "{} deployments × {} minutes with twice the tasks ({why})",
        deployments.expected, minutes.expected
    );
    Some((hours, text))
}

/// Provisioning, shifting and waiting, from the deployment group and its configuration.
fn deployment_minutes(
    context: &Context<'_>,
    service: &Resource,
) -> Result<(Decimal, String), String> {
    let group = context
        .deployment
        .of_type("AWS::CodeDeploy::DeploymentGroup")
        .find(|group| {
            group
                .list("ECSServices")
                .known()
                .unwrap_or_default()
                .iter()
                .any(|entry| {
                    let Read::Known(name) = entry.read("ServiceName") else {
                        return false;
                    };
                    name.references()
                        .iter()
                        .any(|r| r.address == service.address)
                        || (name.as_text().is_some()
                            && name.as_text() == service.text("ServiceName").known())
                })
        });
    let Some(group) = group else {
        return Err(
            "no deployment group names the service; give deployment_minutes in the usage file"
                .to_owned(),
        );
    };
    let wait = group
        .number("BlueGreenDeploymentConfiguration.TerminateBlueInstancesOnDeploymentSuccess.TerminationWaitTimeInMinutes")
        .or_default(Decimal::ZERO)
        .map_err(|r| r.to_string())?;
    let shift = match group.read("DeploymentConfigName") {
        Read::Known(name) => shift_minutes(context, name)?,
        Read::Absent => Decimal::ZERO,
        Read::Unknown(reason) => return Err(reason.to_string()),
    };
    let provision = Decimal::from(PROVISION_MINUTES);
    Ok((
        provision + shift + wait,
        format!("{provision} to provision, {shift} to shift, {wait} to wait"),
    ))
}

fn shift_minutes(context: &Context<'_>, name: &Value) -> Result<Decimal, String> {
    let Some(config) = context.deployment.find(
        name,
        "AWS::CodeDeploy::DeploymentConfig",
        "DeploymentConfigName",
    ) else {
        return match name.as_text() {
            Some(text) if text.ends_with("AllAtOnce") => Ok(Decimal::ZERO),
            _ => Err(format!(
                "how long {} shifts is not known; give deployment_minutes",
                name.describe()
            )),
        };
    };
    let number = |path: &str| {
        config
            .number(path)
            .or_default(Decimal::ZERO)
            .map_err(|r| r.to_string())
    };
    let kind = config
        .text("TrafficRoutingConfig.Type")
        .or_default("AllAtOnce".into())
        .map_err(|r| r.to_string())?;
    match &*kind {
        "TimeBasedCanary" => number("TrafficRoutingConfig.TimeBasedCanary.CanaryInterval"),
        "TimeBasedLinear" => {
            let percent = number("TrafficRoutingConfig.TimeBasedLinear.LinearPercentage")?;
            let interval = number("TrafficRoutingConfig.TimeBasedLinear.LinearInterval")?;
            if percent <= Decimal::ZERO {
                return Err("LinearPercentage is zero".to_owned());
            }
            // The first step is at the start: ceil(100/p) - 1 intervals lie between the first and the last.
            Ok(times(
                (Decimal::ONE_HUNDRED / percent).ceil() - Decimal::ONE,
                interval,
            ))
        }
        _ => Ok(Decimal::ZERO),
    }
}

fn charge(
    lines: &mut Lines<'_>,
    size: Size,
    hours: TaskHours,
    discount: Option<Range<Decimal>>,
    suffix: &str,
    assumptions: &[String],
) {
    let arch = if size.arm { ("ARM ", "ARM-") } else { ("", "") };
    for (what, usage, amount) in [
        ("vCPU", "vCPU-Hours:perCPU", size.vcpu),
        ("memory", "GB-Hours", size.memory_gb),
    ] {
        let on_demand = hours.map(|p| times(p.on_demand, amount));
        let spot = hours.map(|p| times(p.spot, amount));
        let list = format!("Fargate-{}{usage}", arch.1);
        if on_demand.max > Decimal::ZERO || on_demand.expected > Decimal::ZERO {
            lines.add(Line {
                name: &format!("Fargate {}{what}{suffix}", arch.0),
                service: "AmazonECS",
                usage: &list,
                operation: None,
                quantity: on_demand,
                assumptions: assumptions.to_vec(),
            });
        }
        if spot.min.max(spot.expected).max(spot.max) > Decimal::ZERO {
            let mut said = assumptions.to_vec();
            let (name, usage) = (
                format!("Fargate Spot {}{what}{suffix}", arch.0),
                format!("SpotUsage-{list}"),
            );
            let line = |said| Line {
                name: &name,
                service: "AmazonECS",
                usage: &usage,
                operation: None,
                quantity: spot,
                assumptions: said,
            };
            match discount {
                None => lines.add(line(said)),
                Some(discount) => {
                    if let Some(rates) = lines.rates("AmazonECS", &list, None) {
                        said.push(format!(
                            "Spot {} below on-demand, from the usage file",
                            discount.expected
                        ));
                        lines.add_at(line(said), &rates.scaled(Decimal::ONE - discount.expected));
                    }
                }
            }
        }
    }
    if size.extra_storage_gb > Decimal::ZERO {
        let quantity = hours.map(|p| times(p.on_demand + p.spot, size.extra_storage_gb));
        lines.add(Line {
            name: &format!("Fargate ephemeral storage over 20 GB{suffix}"),
            service: "AmazonECS",
            usage: "Fargate-EphemeralStorage-GB-Hours",
            operation: None,
            quantity,
            assumptions: assumptions.to_vec(),
        });
    }
}
