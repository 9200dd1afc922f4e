//! `kms.*`: keys.

mod rotation;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[&rotation::RULE];
