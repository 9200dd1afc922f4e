//! `ecs.*`: tasks and services.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
