//! `secret.*`: where secrets stand, and how they are kept.

mod cmk;
mod noecho;
pub(in crate::rules) mod plaintext;
mod restrictive_policy;
mod rotation;
pub(in crate::rules) mod shape;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &cmk::RULE,
    &plaintext::RULE,
    &noecho::RULE,
    &restrictive_policy::RULE,
    &rotation::RULE,
];
