//! `ecr.*`: image repositories.

mod immutable_tags;
mod kms_encrypted;
mod lifecycle_policy;
mod not_public;
mod scan_on_push;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &immutable_tags::RULE,
    &kms_encrypted::RULE,
    &lifecycle_policy::RULE,
    &not_public::RULE,
    &scan_on_push::RULE,
];
