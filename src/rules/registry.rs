//! All rules, sorted by id.

use super::{Rule, deploy};

/// All rules, sorted by id.
pub static RULES: &[&Rule] = &[
    &deploy::architecture::RULE,
    &deploy::codedeploy_service::RULE,
    &deploy::deployment_time::RULE,
    &deploy::ecr_policy::RULE,
    &deploy::name_length::RULE,
    &deploy::oidc_subject::RULE,
    &deploy::packaged::RULE,
    &deploy::parameter_file::RULE,
    &deploy::ports_agree::RULE,
    &deploy::redirect_port::RULE,
    &deploy::spot_mix::RULE,
    &deploy::template_size::RULE,
    &deploy::transform_limits::RULE,
];

#[cfg(test)]
mod tests {
    #[test]
    fn sorted_and_unique() {
        assert!(super::RULES.is_sorted_by(|a, b| a.id < b.id));
    }
}
