//! `logs.*`: log groups.

mod retention;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&retention::RULE];
