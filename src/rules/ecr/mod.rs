//! `ecr.*`: image repositories.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
