//! What may be spent on requests, and what was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{
    Intercept, SharedInterceptor, dyn_dispatch_hint,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::pricing::Usd;

/// USD for each request; each page is one.
/// Source: AWS's guidance on Cost Explorer of 2026-08-20, and a reading of the price list of 2026-10-06.
const REQUEST: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Counts attempts and stops before the one that would cost too much. A retry counts: whether AWS bills it, it does not
/// say.
#[derive(Clone, Debug)]
pub(super) struct Purse {
    most: Usd,
    left: Arc<AtomicU32>,
    made: Arc<AtomicU32>,
    refused: Arc<AtomicBool>,
}

impl Purse {
    pub(super) fn new(most: Usd) -> Self {
        let requests = (most.0.max(Decimal::ZERO) / REQUEST).floor();
        Purse {
            most,
            left: Arc::new(AtomicU32::new(requests.to_u32().unwrap_or(u32::MAX))),
            made: Arc::default(),
            refused: Arc::default(),
        }
    }

    pub(super) fn watch(&self) -> SharedInterceptor {
        SharedInterceptor::new(self.clone())
    }

    pub(super) fn spent(&self) -> (u32, Usd) {
        let made = self.made.load(Ordering::Relaxed);
        (made, Usd(REQUEST * Decimal::from(made)))
    }

    /// Why the last request was not made, if it was the bound.
    pub(super) fn refusal(&self) -> Option<String> {
        self.refused.load(Ordering::Relaxed).then(|| {
            format!(
                "one more request to Cost Explorer would cost more than --max-api-cost {} USD allows ({REQUEST} USD each); raise it, or compare with --from FILE, which costs nothing",
                self.most.0
            )
        })
    }
}

#[dyn_dispatch_hint]
impl Intercept for Purse {
    fn name(&self) -> &'static str {
        "isms-cost bound of costs"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            self.refused.store(true, Ordering::Relaxed);
            return Err("the bound of costs is reached".into());
        }
        self.left.store(left - 1, Ordering::Relaxed);
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
