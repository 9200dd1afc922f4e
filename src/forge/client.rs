//! Requests to a forge: paging, and what its answers mean.

use std::time::Duration;

use serde_json::Value;

use super::ForgeError;
use super::token::Token;
use super::upsert::Clock;

/// What carries a request: the network, or a test.
pub trait Transport {
    /// Sends a request.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    fn send(&self, request: &Request<'_>) -> Result<Response, String>;
}

/// One request.
#[derive(Debug)]
pub struct Request<'a> {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: &'a str,
    /// The whole address.
    pub url: &'a str,
    /// Names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// JSON.
    pub body: Option<&'a str>,
}

/// One answer.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The text.
    pub body: String,
}

impl Response {
    /// The value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A forge's address with what every request to it has.
pub struct Client<'a> {
    transport: &'a dyn Transport,
    clock: &'a dyn Clock,
    base: String,
    token: Token,
    /// The header of the token and what stands before it, for example `authorization` and `Bearer `.
    scheme: (&'static str, &'static str),
    accept: &'static str,
    /// What a refused token needs, for messages.
    rights: &'static str,
}

/// More pages than any pull request has: a server that always names a next page does not keep us for ever.
const MOST_PAGES: usize = 1000;

impl<'a> Client<'a> {
    /// A client of the interface at `base`.
    ///
    /// # Errors
    /// [`ForgeError::Never`]: an address to which a token may not be sent.
    pub(super) fn new(
        transport: &'a dyn Transport,
        clock: &'a dyn Clock,
        base: &str,
        token: Token,
        scheme: (&'static str, &'static str),
        accept: &'static str,
        rights: &'static str,
    ) -> Result<Client<'a>, ForgeError> {
        let base = base.trim_end_matches('/').to_owned();
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let at_home = local.iter().any(|start| {
            let rest = base.strip_prefix(start);
            rest.is_some_and(|r| r.is_empty() || r.starts_with([':', '/']))
        });
        if !base.starts_with("https://") && !at_home {
            return Err(ForgeError::Never(format!(
                "{base} is no https address: a token would travel readable by anyone"
            )));
        }
        Ok(Client {
            transport,
            clock,
            base,
            token,
            scheme,
            accept,
            rights,
        })
    }

    /// One request; an answer that is none of success is an error.
    pub(super) fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, ForgeError> {
        let url = format!("{}{path}", self.base);
        let credentials = format!("{}{}", self.scheme.1, self.token.secret());
        let headers = [
            (self.scheme.0, credentials.as_str()),
            ("accept", self.accept),
            ("content-type", "application/json"),
        ];
        let body = body.map(Value::to_string);
        let request = Request {
            method,
            url: &url,
            headers: &headers,
            body: body.as_deref(),
        };
        let what = format!("{method} {url}");
        let answer = self
            .transport
            .send(&request)
            .map_err(|e| ForgeError::Later {
                message: self.token.hide(&format!("{what}: {e}")),
                wait: None,
            })?;
        match answer.status {
            200..=299 => Ok(answer),
            _ => Err(self.refused(&what, &answer)),
        }
    }

    /// The answer as JSON.
    pub(super) fn get(&self, path: &str) -> Result<Value, ForgeError> {
        self.read(path, &self.send("GET", path, None)?)
    }

    /// All pages of a list. `next` reads from an answer whether there is another.
    pub(super) fn pages(
        &self,
        path: &str,
        next: impl Fn(&Response) -> bool,
    ) -> Result<Vec<Value>, ForgeError> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = format!("{path}?per_page=100&page={page}");
            let answer = self.send("GET", &path, None)?;
            match self.read(&path, &answer)? {
                Value::Array(items) => all.extend(items),
                _ => {
                    return Err(ForgeError::Never(format!(
                        "GET {}{path}: no list",
                        self.base
                    )));
                }
            }
            if !next(&answer) {
                break;
            }
        }
        Ok(all)
    }

    fn read(&self, path: &str, answer: &Response) -> Result<Value, ForgeError> {
        // Half an answer, or a proxy's page: another try may have the whole.
        serde_json::from_str(&answer.body).map_err(|e| ForgeError::Later {
            message: format!("GET {}{path}: the answer is no JSON: {e}", self.base),
            wait: None,
        })
    }

    /// What a refusal means. Sources: GitHub, "Best practices for using the REST API"; GitLab, "Rate limits".
    fn refused(&self, what: &str, answer: &Response) -> ForgeError {
        let status = answer.status;
        let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let said = said["message"].as_str().or(said["error"].as_str());
        let said = said
            .map(|t| format!(": {}", self.token.hide(t)))
            .unwrap_or_default();
        let message = format!("{what}: {status}{said}");
        let number = |name: &str| {
            answer
                .header(name)
                .and_then(|v| v.trim().parse::<u64>().ok())
        };
        let spent = ["x-ratelimit-remaining", "ratelimit-remaining"]
            .iter()
            .any(|name| number(name) == Some(0));
        let asked = number("retry-after").map(Duration::from_secs);
        let limited = asked.is_some() || spent || said.contains("rate limit");
        match status {
            429 | 403 if limited || status == 429 => {
                let reset = ["x-ratelimit-reset", "ratelimit-reset"]
                    .iter()
                    .find_map(|name| number(name))
                    .filter(|_| spent)
                    // A second more: the two clocks may differ.
                    .map(|at| Duration::from_secs(at.saturating_sub(self.clock.now()) + 1));
                // "Otherwise, wait for at least one minute before retrying."
                let wait = asked.or(reset).unwrap_or(Duration::from_secs(60));
                ForgeError::Later {
                    message,
                    wait: Some(wait),
                }
            }
            408 | 500 | 502 | 503 | 504 => ForgeError::Later {
                message,
                wait: asked,
            },
            401 => ForgeError::Never(format!("{message}; the token is wrong or has expired")),
            404 | 410 => ForgeError::Missing(format!("{message}; {}", self.rights)),
            403 => ForgeError::Never(format!("{message}; {}", self.rights)),
            _ => ForgeError::Never(message),
        }
    }
}

/// What is not there any more is done with.
pub(super) fn gone(result: Result<Response, ForgeError>) -> Result<(), ForgeError> {
    match result {
        Err(ForgeError::Missing(_)) => Ok(()),
        other => other.map(|_| ()),
    }
}
