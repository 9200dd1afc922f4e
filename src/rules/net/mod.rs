//! `net.*`: what reaches what.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
