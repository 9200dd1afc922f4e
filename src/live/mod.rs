//! What asks AWS: prices and bills. Nothing else of the program touches the network for them.
//!
//! Credentials come from the SDK's own chain (environment, profiles, web identity, containers, instances). The endpoints
//! may be set with `AWS_ENDPOINT_URL_PRICING` and `AWS_ENDPOINT_URL_COST_EXPLORER`.

mod error;
mod prices;
mod retry;

pub use error::LiveError;
pub use prices::{PriceSource, Wanted, download, price_lists};

use std::future::Future;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls;

/// The price list and Cost Explorer answer in few regions; this one has both. It has nothing to do with the region that
/// is asked about. Source: AWS General Reference, "AWS Price List endpoints" and "AWS Cost Explorer endpoints".
const CLIENT_REGION: &str = "us-east-1";

/// A connection: credentials, time-outs, retries and the runtime that waits.
#[derive(Debug)]
pub struct Aws {
    config: SdkConfig,
    runtime: tokio::runtime::Runtime,
}

impl Aws {
    /// Loads the configuration; asks nothing yet.
    ///
    /// # Errors
    /// The runtime cannot be started.
    pub fn connect() -> Result<Aws, LiveError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| LiveError(format!("the runtime cannot be started: {e}")))?;
        let client = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(
                tls::rustls_provider::CryptoMode::Ring,
            ))
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(30))
            .build();
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(client)
            .region(Region::new(CLIENT_REGION))
            .timeout_config(timeouts);
        // AWS_MAX_ATTEMPTS and AWS_RETRY_MODE win, where somebody has set them.
        let loader = match std::env::var_os("AWS_MAX_ATTEMPTS") {
            Some(_) => loader,
            None => loader.retry_config(RetryConfig::standard().with_max_attempts(5)),
        };
        let config = runtime.block_on(loader.load());
        Ok(Aws { config, runtime })
    }

    /// The SDK's configuration, for a client.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Waits for a call.
    pub fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }
}

/// Says on stderr that a call is tried again, for a client's configuration.
pub fn notice() -> aws_smithy_runtime_api::client::interceptors::SharedInterceptor {
    aws_smithy_runtime_api::client::interceptors::SharedInterceptor::new(retry::Notice)
}
