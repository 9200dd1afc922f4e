//! `iam.*`: policies as they are evaluated, and who may assume a role.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
