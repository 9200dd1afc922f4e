//! The one integration-test binary.

mod price_fixtures;
mod resolve;
mod support;
