//! A visible word about retries: a program that waits in silence looks dead.

use std::io::Write;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

#[derive(Debug)]
pub(super) struct Notice;

#[dyn_dispatch_hint]
impl Intercept for Notice {
    fn name(&self) -> &'static str {
        "isms-cost retry notice"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempt = bag
            .load::<RequestAttempts>()
            .map_or(1, RequestAttempts::attempts);
        if attempt > 1 {
            // Nothing is lost if nobody reads it.
            let _ = writeln!(
                std::io::stderr(),
                "note: AWS did not answer as hoped; attempt {attempt}"
            );
        }
        Ok(())
    }
}
