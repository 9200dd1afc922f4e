//! `iam.*`: policies as they are evaluated, and who may assume a role.

pub(in crate::rules) mod document;
mod no_admin_star;
mod no_managed_admin;
mod no_notaction;
mod no_service_star;
mod no_user_policies;
mod oidc_sub;
mod passrole_scoped;
pub(in crate::rules) mod pattern;
mod resource_policy_not_public;
mod trust_not_public;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &no_admin_star::RULE,
    &no_managed_admin::RULE,
    &no_notaction::RULE,
    &no_service_star::RULE,
    &no_user_policies::RULE,
    &oidc_sub::RULE,
    &passrole_scoped::RULE,
    &resource_policy_not_public::RULE,
    &trust_not_public::RULE,
];
