//! The one integration-test binary.

mod resolve;
mod support;
