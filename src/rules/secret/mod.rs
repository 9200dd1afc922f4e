//! `secret.*`: where secrets stand, and how they are kept.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
