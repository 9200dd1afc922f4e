//! `alb.*`: load balancers and their listeners.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
