//! What a CloudFormation stack tree costs and whether it is safe, per environment and offline.
//!
//! One direction, one type for each stage:
//!
//! ```text
//! files ─source─▶ text+spans ─yaml─▶ Document ─template─▶ Template ─resolve(environment)─▶ Deployment
//!                                                                                             │
//!       PriceBook ─▶ estimate ─▶ Estimate ─┐                                                  │
//!       rules + policy ──▶ rules ─▶ Findings ─┼─◀──────────────────────────────────────────────┘
//!       the same run on the base ─▶ diff ─▶ Delta ─┼─▶ gate ─▶ Verdict ─▶ exit code
//!                                                  └─▶ report (one file a format)
//! ```
//!
//! `source` alone reads the file system, `report` alone formats; what lies between are pure functions.

pub mod actuals;
pub mod cli;
pub mod config;
pub mod diag;
pub mod diff;
pub mod ecr;
pub mod estimate;
pub mod evidence;
pub mod forge;
pub mod gate;
#[cfg(feature = "guard")]
pub mod guard;
#[cfg(feature = "live")]
pub mod live;
pub mod model;
pub mod policy;
pub mod pricing;
pub mod reach;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod source;
pub mod template;
pub mod usage;
pub mod yaml;
