//! `aurora.*`: Aurora and other RDS databases.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
