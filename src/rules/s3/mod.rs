//! `s3.*`: buckets.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
