//! What a secret is called, and what it looks like.

use std::sync::OnceLock;

use regex_lite::Regex;

use crate::model::{Kind, Piece, Step, Value};

/// Words of a name: `dbMasterPassword`, `DB_MASTER_PASSWORD` and `db-master-password` have the same three.
fn words(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for c in name.chars() {
        let fresh = match before {
            None => true,
            Some(b) => c.is_uppercase() && (b.is_lowercase() || b.is_ascii_digit()),
        };
        before = c.is_alphanumeric().then_some(c);
        if before.is_none() {
            continue;
        }
        match found.last_mut() {
            Some(word) if !fresh => word.extend(c.to_lowercase()),
            _ => found.push(c.to_lowercase().collect()),
        }
    }
    found
}

/// Whether a name means a secret itself, and not its ARN, length, age or place.
pub(in crate::rules) fn is_secret_name(name: &str) -> bool {
    const SECRET: [&str; 12] = [
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "secret",
        "token",
        "credential",
        "credentials",
        "apikey",
        "privatekey",
        "secretkey",
        "accesskey",
    ];
    const PAIRS: [(&str, &str); 6] = [
        ("api", "key"),
        ("api", "keys"),
        ("private", "key"),
        ("secret", "key"),
        ("access", "key"),
        ("signing", "key"),
    ];
    const ABOUT: [&str; 42] = [
        "arn",
        "arns",
        "name",
        "names",
        "id",
        "ids",
        "path",
        "length",
        "days",
        "version",
        "alias",
        "url",
        "uri",
        "endpoint",
        "ttl",
        "expiry",
        "expiration",
        "validity",
        "age",
        "enabled",
        "count",
        "type",
        "policy",
        "mode",
        "field",
        "source",
        "target",
        "template",
        "prefix",
        "suffix",
        "region",
        "file",
        "issuer",
        "rotation",
        "minutes",
        "seconds",
        "parameter",
        "provider",
        "characters",
        "description",
        "label",
        "hint",
    ];
    // They tell a repeated request from a new one, and open nothing.
    const REQUEST: [&str; 5] = ["client", "request", "creation", "idempotency", "service"];
    let words = words(name);
    let Some(last) = words.last() else {
        return false;
    };
    let single = words.iter().any(|w| SECRET.contains(&w.as_str()));
    let pair = words
        .windows(2)
        .any(|w| PAIRS.contains(&(w[0].as_str(), w[1].as_str())));
    let request = last == "token" && words.iter().any(|w| REQUEST.contains(&w.as_str()));
    (single || pair) && !request && !ABOUT.contains(&last.as_str())
}

/// The parameter that a value came from and that is named like a secret.
pub(in crate::rules) fn secret_parameter(value: &Value) -> Option<&str> {
    value.trail.steps().find_map(|step| match step {
        Step::Parameter { name, .. } if is_secret_name(name) => Some(&**name),
        _ => None,
    })
}

/// What stands in a file of a scalar: its text or number, with `${}` for what does not.
pub(in crate::rules) fn in_file(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Text(text) | Kind::Number(text) => Some(text.to_string()),
        Kind::Pieces(pieces) => Some(
            pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text,
                    Piece::Reference(_) | Piece::Unknown(_) => "${}",
                })
                .collect(),
        ),
        _ => None,
    }
}

/// Shapes that nothing but a secret has: what it is called, what it must hold (looked for first, because that is fast),
/// and how it looks.
const SHAPES: [(&str, &[&str], &str); 10] = [
    (
        "an AWS access key",
        &["AKIA", "ASIA"],
        r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    ),
    (
        "a GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})",
    ),
    ("a GitLab token", &["glpat-"], r"\bglpat-[A-Za-z0-9_-]{20}"),
    (
        "a Slack token",
        &["xox"],
        r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    ),
    (
        "a private key",
        &["PRIVATE KEY"],
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----",
    ),
    (
        "a Stripe key",
        &["k_live_"],
        r"\b[rs]k_live_[A-Za-z0-9]{16,}",
    ),
    ("a Google API key", &["AIza"], r"\bAIza[A-Za-z0-9_-]{35}"),
    ("an npm token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}"),
    (
        "a signed token",
        &["eyJ"],
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    ),
    (
        "a password in a URL",
        &["://"],
        r"\b[a-z][a-z0-9+.-]*://[^/\s:@{}$]+:[^/\s:@{}$]+@",
    ),
];

/// The patterns, each compiled when a text first holds what it must.
static PATTERNS: [OnceLock<Option<Regex>>; SHAPES.len()] =
    [const { OnceLock::new() }; SHAPES.len()];

fn pattern(shape: usize) -> Option<&'static Regex> {
    let compiled = PATTERNS[shape].get_or_init(|| Regex::new(SHAPES[shape].2).ok());
    compiled.as_ref()
}

/// What secret a text looks like.
pub(in crate::rules) fn looks_like(text: &str) -> Option<&'static str> {
    // Most texts are short names; no shape is below fifteen bytes but a URL's, which has an @.
    if text.len() < 15 && !text.contains('@') {
        return None;
    }
    let fits = |shape: &usize| {
        let must = SHAPES[*shape].1;
        must.iter().any(|part| text.contains(part))
            && pattern(*shape).is_some_and(|regex| regex.is_match(text))
    };
    let shape = (0..SHAPES.len()).find(fits)?;
    Some(SHAPES[shape].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "MasterUserPassword",
            "DB_PASSWORD",
            "jwtSecret",
            "ApiKey",
            "API_KEYS",
            "github-token",
            "AuthToken",
            "secret_key",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "MasterSecretArn",
            "DATABASE_SECRET_ARN",
            "PasswordLength",
            "HttpTokens",
            "SecretId",
            "KmsKeyId",
            "TokenValidityMinutes",
            "NextTokens",
            "Passwordless",
            "ClientRequestToken",
            "CreationToken",
            "ServiceToken",
            "CredentialsParameter",
            "CredentialProvider",
            "ExcludePasswordCharacters",
            "PublicKey",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn shapes() {
        assert!((0..SHAPES.len()).all(|s| pattern(s).is_some()));
        // Made up; put together here so that no scanner of this repository takes them for real ones.
        let token = format!("ghp_{}", "a1B2".repeat(9));
        let key = format!("AKIA{}", "ABCD2345EFGH6723");
        let stripe = format!("sk_{}_{}", "live", "a1B2".repeat(6));
        let google = format!("AIza{}", "a1B2-".repeat(7));
        let npm = format!("npm_{}", "a1B2".repeat(9));
        for (text, what) in [
            (token.as_str(), "a GitHub token"),
            (key.as_str(), "an AWS access key"),
            (stripe.as_str(), "a Stripe key"),
            (google.as_str(), "a Google API key"),
            (npm.as_str(), "an npm token"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMII", "a private key"),
            ("postgres://isms:hunter2@db/isms", "a password in a URL"),
            ("postgres://isms:hunter2@${}/isms", "a password in a URL"),
        ] {
            assert_eq!(looks_like(text), Some(what));
        }
        for text in [
            "https://user@example.org",
            "arn:aws:iam::111122223333:role/r",
            "postgres://${User}:${Password}@db",
            "postgres://isms:${}@db",
            "a@b",
        ] {
            assert_eq!(looks_like(text), None, "{text}");
        }
    }
}
