//! The network.

use std::path::Path;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, http};

use super::client::{Request, Response, Transport};

/// HTTPS with the public certificate authorities, or those of `SSL_CERT_FILE`.
#[derive(Clone, Debug)]
pub struct Https {
    agent: Agent,
}

/// No answer of a forge is longer; a page of a hundred comments of 65,536 characters, four bytes each, is 26 MB.
const LONGEST: u64 = 64 * 1024 * 1024;

impl Https {
    /// A client; `authorities` is a file of certificates in PEM that are trusted in place of the public ones.
    ///
    /// # Errors
    /// Why the file cannot be used.
    pub fn new(authorities: Option<&Path>) -> Result<Https, String> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = authorities {
            let shown = path.display();
            let text = std::fs::read(path).map_err(|e| format!("SSL_CERT_FILE {shown}: {e}"))?;
            let certificates: Vec<Certificate<'static>> = parse_pem(&text)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(format!(
                    "SSL_CERT_FILE {shown}: there is no certificate in it"
                ));
            }
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
        }
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .timeout_connect(Some(Duration::from_secs(15)))
            .user_agent(concat!("isms-cost/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Https {
            agent: config.into(),
        })
    }
}

impl Transport for Https {
    fn send(&self, request: &Request<'_>) -> Result<Response, String> {
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(request.url);
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        let answer = match request.body {
            Some(body) => builder
                .body(body.to_owned())
                .map_err(|e| e.to_string())
                .and_then(|r| self.agent.run(r).map_err(|e| e.to_string())),
            None => builder
                .body(())
                .map_err(|e| e.to_string())
                .and_then(|r| self.agent.run(r).map_err(|e| e.to_string())),
        }?;
        read(answer)
    }
}

fn read(answer: http::Response<Body>) -> Result<Response, String> {
    let (parts, mut body) = answer.into_parts();
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let text = body
        .with_config()
        .limit(LONGEST)
        .lossy_utf8(true)
        .read_to_string();
    Ok(Response {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().filter_map(header).collect(),
        body: text.map_err(|e| e.to_string())?,
    })
}
