//! `kms.*`: keys.

mod policy_no_star;
mod rotation;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&policy_no_star::RULE, &rotation::RULE];
