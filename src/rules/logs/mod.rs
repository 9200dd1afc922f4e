//! `logs.*`: log groups.

mod kms;
mod retention;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&kms::RULE, &retention::RULE];
