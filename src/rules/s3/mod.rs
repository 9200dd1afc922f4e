//! `s3.*`: buckets.

mod encryption;
mod public_access_block;
mod tls_only;
mod versioning_logging;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &encryption::RULE,
    &public_access_block::RULE,
    &tls_only::RULE,
    &versioning_logging::RULE,
];
