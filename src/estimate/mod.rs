//! From a [`Deployment`](crate::model::Deployment) to an [`Estimate`]: one file for each priced resource type.

mod line_item;

pub use line_item::{Estimate, FreeResource, LineItem, PricedResource, Unpriced};
