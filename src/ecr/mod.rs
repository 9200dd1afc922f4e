//! ECR lifecycle policies: read, and simulated.
//!
//! Source: Amazon ECR user guide, "Lifecycle policies": all rules are evaluated at once and applied by priority; an
//! image is expired by at most one rule; an image that matches a rule's tagging requirement cannot be expired by a
//! rule of lower priority; several entries of a tag list are joined by AND; `any` comes last.

mod policy;
mod simulate;

pub use policy::{Count, LifecyclePolicy, LifecycleRule, PolicyError, Selection};
pub use simulate::{Image, expired};
