//! The one integration-test binary.

mod action;
mod actuals;
#[cfg(feature = "live")]
mod actuals_live;
mod arithmetic;
#[cfg(feature = "live")]
mod aws_stub;
mod bad_input;
mod diff;
mod diff_laws;
mod docs;
mod estimate_cases;
mod forge;
mod gate;
mod gate_laws;
mod git;
#[cfg(feature = "guard")]
mod guard;
mod history;
mod laws;
mod policy;
mod price_fixtures;
mod price_import;
#[cfg(feature = "live")]
mod price_refresh;
mod reach;
mod reach_laws;
mod report;
mod report_data;
mod resolve;
mod rule_cases;
mod rule_laws;
mod rules;
mod sensitivity;
mod support;
