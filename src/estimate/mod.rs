//! From a [`Deployment`] to an [`Estimate`]: one file for each priced resource type, one line in the registry.

mod free;
mod line_item;
mod lines;
mod placement;
mod registry;
mod resources;
mod sensitivity;
mod transfer;

pub use free::FREE;
pub use line_item::{Estimate, FreeResource, LineItem, PricedResource, Unpriced};
pub use placement::{Placement, Provider, greedy, largest_remainder};
pub use registry::priced_types;
pub use sensitivity::{Swing, sensitivity};

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::model::{Address, Deployment, Resource};
use crate::pricing::PriceBook;
use crate::usage::Usage;
use lines::{Lines, Shared};

/// What an estimate is made with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The environment.
    pub deployment: &'a Deployment,
    /// The prices.
    pub book: &'a PriceBook,
    /// The usage.
    pub usage: &'a Usage,
    /// Whether the monthly free allowances of the price list count, as if this environment had them alone.
    pub free_tier: bool,
}

/// Prices every resource of an environment. Pure: the same input gives the same answer.
pub fn estimate(context: &Context<'_>) -> Estimate {
    estimate_some(context, &|_| true)
}

/// Prices the resources that are `wanted`, each as [`estimate`] does. Where free allowances count, which resources share,
/// all are priced.
pub fn estimate_some(context: &Context<'_>, wanted: &dyn Fn(&Address) -> bool) -> Estimate {
    let deployment = context.deployment;
    let mut estimate = Estimate {
        environment: Arc::clone(&deployment.environment),
        region: Arc::clone(&deployment.region),
        resources: Vec::new(),
        free: Vec::new(),
        unpriced: Vec::new(),
        off: deployment.off.clone(),
    };
    let shared = Shared::default();
    if context.free_tier {
        shared.allowances.replace(lines::allowances(context.book));
    }
    let resources = deployment.resources.values();
    for resource in resources.filter(|r| context.free_tier || wanted(&r.address)) {
        price(context, &shared, resource, &mut estimate);
    }
    transfer::price(context, &shared, &mut estimate);
    estimate
}

fn price(context: &Context<'_>, shared: &Shared, resource: &Resource, estimate: &mut Estimate) {
    let unpriced = |reason: String| Unpriced {
        address: resource.address.clone(),
        resource_type: Arc::clone(&resource.resource_type),
        reason,
        span: Some(resource.key_span),
    };
    let model = registry::model(&resource.resource_type);
    let free = free::reason(&resource.resource_type).is_some();
    if let Some(reason) = resource.condition.as_ref().and_then(|c| c.unknown.as_ref())
        && !free
    {
        estimate.unpriced.push(unpriced(format!(
            "whether it exists is not known: {reason}"
        )));
        return;
    }
    if let (crate::model::Kind::Unknown(gap), Some(_)) = (&resource.properties.kind, model) {
        estimate.unpriced.push(unpriced(gap.reason.to_string()));
        return;
    }
    let Some(model) = model else {
        if free {
            estimate.free.push(FreeResource {
                address: resource.address.clone(),
                resource_type: Arc::clone(&resource.resource_type),
            });
        } else {
            estimate.unpriced.push(unpriced(format!(
                "{} is not modelled",
                resource.resource_type
            )));
        }
        return;
    };
    let mut lines = Lines::new(
        context,
        shared,
        resource.address.as_str(),
        &resource.resource_type,
        &deployment_region(context),
    );
    model(context, resource, &mut lines);
    let (items, gaps) = lines.finish();
    estimate.unpriced.extend(gaps.into_iter().map(unpriced));
    if !items.is_empty() {
        estimate.resources.push(PricedResource {
            address: resource.address.clone(),
            resource_type: Arc::clone(&resource.resource_type),
            span: Some(resource.key_span),
            line_items: items,
        });
    } else if !estimate
        .unpriced
        .iter()
        .any(|u| u.address == resource.address)
    {
        estimate.free.push(FreeResource {
            address: resource.address.clone(),
            resource_type: Arc::clone(&resource.resource_type),
        });
    }
}

fn deployment_region(context: &Context<'_>) -> Arc<str> {
    Arc::clone(&context.deployment.region)
}

/// `a × b` without a panic: an absurd product is the largest number there is, not a crash.
pub(crate) fn times(a: Decimal, b: Decimal) -> Decimal {
    a.saturating_mul(b)
}
