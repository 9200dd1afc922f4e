//! The one integration-test binary.

mod arithmetic;
mod estimate_cases;
mod price_fixtures;
mod price_import;
mod resolve;
mod support;
