//! `env.*`: one environment beside another.

mod compare;

use super::{Context, Judge, Rule, Severity};

pub use compare::compare;

pub(super) static RULES: &[&Rule] = &[&WEAKER];

/// Nothing to judge in a single deployment: [`compare`] judges them side by side.
fn check(_: &Context<'_>, _: &mut Judge) {}

/// Production is weaker than another environment.
pub static WEAKER: Rule = Rule {
    id: "env.production-not-weaker",
    title: "Production is protected at least as well as every other environment",
    severity: Severity::High,
    resource_types: &[],
    why: "What was tried in staging is not what runs: a protection that only staging has was forgotten in production's parameters, \
          conditions or mappings.",
    fix: "Give production the same or a stronger value, for example BackupRetentionPeriod: \"35\" in its parameter file. If \
          another environment is the strict one, name it: policy: { strict: [live] }.",
    see: "Compare the two stacks' resources, for example aws rds describe-db-clusters in both accounts.",
    check,
};
