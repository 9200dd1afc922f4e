//! `policy.*`: waivers that no longer say what they should. They are found while the policy is applied.

use super::{Context, Judge, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[&EXPIRED, &ENDLESS, &OWNERLESS, &UNUSED];

/// Nothing to judge in a deployment: the policy finds these.
fn check(_: &Context<'_>, _: &mut Judge) {}

/// A waiver whose last day is over.
pub static EXPIRED: Rule = Rule {
    id: "policy.waiver-expired",
    title: "No waiver is past its last day",
    severity: Severity::High,
    resource_types: &[],
    why: "The fault was accepted for a time, and the time is over.",
    fix: "Mend the fault and delete the waiver, or have its owner set a new last day: until: 2027-06-30.",
    see: "Nothing is to be seen in AWS; the waiver stands in isms-cost.yaml or in the template.",
    check,
};

/// A waiver without a last day.
pub static ENDLESS: Rule = Rule {
    id: "policy.waiver-no-expiry",
    title: "Every waiver has a last day",
    severity: Severity::Low,
    resource_types: &[],
    why: "A waiver that never ends is a rule that is off without anybody having said so.",
    fix: "Set a day on which somebody looks again: until: 2027-06-30.",
    see: "Nothing is to be seen in AWS; the waiver stands in isms-cost.yaml or in the template.",
    check,
};

/// A waiver that nobody answers for.
pub static OWNERLESS: Rule = Rule {
    id: "policy.waiver-ownerless",
    title: "Every waiver has an owner",
    severity: Severity::Medium,
    resource_types: &[],
    why: "An auditor asks who accepted the risk, and somebody has to be told before it ends.",
    fix: "Name a team or a person: owner: platform@example.org, or owner platform in a comment.",
    see: "Nothing is to be seen in AWS; the waiver stands in isms-cost.yaml or in the template.",
    check,
};

/// A waiver that covers nothing.
pub static UNUSED: Rule = Rule {
    id: "policy.waiver-unused",
    title: "Every waiver covers a fault",
    severity: Severity::Low,
    resource_types: &[],
    why: "What it was for is mended or renamed; left there, it will hide the next fault of that kind.",
    fix: "Delete the waiver, or correct its rule, address or environment.",
    see: "Nothing is to be seen in AWS; the waiver stands in isms-cost.yaml or in the template.",
    check,
};
