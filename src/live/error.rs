//! What went wrong with AWS, and what would help.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A call to AWS that failed; the text says why, and what would help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LiveError(pub String);

impl LiveError {
    /// An SDK error of an IAM action such as `pricing:GetProducts`.
    pub fn of<E>(action: &str, error: &SdkError<E, HttpResponse>) -> LiveError
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        LiveError(match error {
            SdkError::ServiceError(service) => {
                let error = service.err();
                let status = service.raw().status().as_u16();
                refused(
                    action,
                    error.code().unwrap_or_default(),
                    error.message().unwrap_or_default(),
                    status,
                )
            }
            SdkError::TimeoutError(_) => format!(
                "{action}: AWS did not answer in time; try again, or look at the network and proxy"
            ),
            SdkError::ResponseError(response) => {
                let status = response.raw().status().as_u16();
                format!(
                    "{action}: the answer cannot be read (status {status}); it may be cut off. Nothing was changed; try again"
                )
            }
            other => unsent(action, &DisplayErrorContext(other).to_string()),
        })
    }
}

/// What AWS said no to.
fn refused(action: &str, code: &str, message: &str, status: u16) -> String {
    let said = if message.is_empty() {
        code.to_owned()
    } else {
        format!("{code}: {message}")
    };
    match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            format!(
                "{action}: the credentials have expired; sign in again (aws sso login, or a new session) and repeat"
            )
        }
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => format!(
            "{action}: access is denied. Attach a policy with at least\n  {}\n({said})",
            minimal_policy(action)
        ),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch" => {
            format!(
                "{action}: AWS does not know these credentials ({said}); check AWS_ACCESS_KEY_ID, AWS_PROFILE and the clock"
            )
        }
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "LimitExceededException"
        | "RequestLimitExceeded" => {
            format!(
                "{action}: too many requests, also after retries; wait a minute and repeat, or ask for fewer services at once"
            )
        }
        _ if status >= 500 => format!(
            "{action}: AWS has a fault of its own (status {status}), also after retries; try again later"
        ),
        _ => format!("{action}: {said} (status {status})"),
    }
}

/// A policy that lets one action be called; these actions take no resource.
fn minimal_policy(action: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}]}}"#
    )
}

/// Why nothing was sent, from the chain of the SDK's error.
fn unsent(action: &str, chain: &str) -> String {
    let lower = chain.to_ascii_lowercase();
    if lower.contains("sso") && (lower.contains("feature") || lower.contains("not enabled")) {
        return format!(
            "{action}: the profile signs in with SSO, which this program was built without; build it with --features sso, or export credentials (aws configure export-credentials)"
        );
    }
    if lower.contains("expired") {
        return format!(
            "{action}: the credentials have expired; sign in again (aws sso login, or a new session) and repeat"
        );
    }
    if lower.contains("credential") {
        return format!(
            "{action}: no credentials. Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in (aws sso login). \
             Prices can also be imported from a downloaded file, with no account: isms-cost prices import --help"
        );
    }
    if lower.contains("dispatch failure") || lower.contains("connect") || lower.contains("io error")
    {
        return format!("{action}: AWS cannot be reached ({})", last(chain));
    }
    format!("{action}: {}", last(chain))
}

/// The innermost cause of a chain such as `a: b: c (Details { … })`.
fn last(chain: &str) -> String {
    let text = chain.split(" (").next().unwrap_or(chain);
    text.rsplit(": ").next().unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_helps() {
        let denied = refused(
            "pricing:GetProducts",
            "AccessDeniedException",
            "User x is not authorized",
            400,
        );
        assert!(
            denied.contains(r#""Action": "pricing:GetProducts""#),
            "{denied}"
        );
        assert!(
            refused("ce:GetCostAndUsage", "ExpiredTokenException", "", 400)
                .contains("sign in again")
        );
        assert!(refused("a:B", "InternalFailure", "", 500).contains("fault of its own"));
        assert!(
            unsent(
                "a:B",
                "dispatch failure: other: no providers in chain provided credentials"
            )
            .contains("AWS_PROFILE")
        );
        assert!(
            unsent(
                "a:B",
                "dispatch failure: io error: connection refused (os error 111)"
            )
            .ends_with("(connection refused)")
        );
    }
}
