//! The families of rules. A new rule is one line in its family.

use super::{
    Rule, alb, aurora, data, deploy, ecr, ecs, env, iam, kms, logs, net, policy, s3, secret,
};

static FAMILIES: &[&[&Rule]] = &[
    alb::RULES,
    aurora::RULES,
    data::RULES,
    deploy::RULES,
    ecr::RULES,
    ecs::RULES,
    env::RULES,
    iam::RULES,
    kms::RULES,
    logs::RULES,
    net::RULES,
    policy::RULES,
    s3::RULES,
    secret::RULES,
];

/// All rules, family by family, each family sorted by id.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// The rule of an id.
pub fn named(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_sorted_and_ids_are_unique() {
        for family in FAMILIES {
            assert!(family.is_sorted_by(|a, b| a.id < b.id));
        }
        let mut ids: Vec<&str> = all().map(|r| r.id).collect();
        ids.sort_unstable();
        assert!(ids.is_sorted_by(|a, b| a < b));
    }
}
