//! Address blocks that rules name.

use std::sync::Arc;

use super::AddressSet;
use crate::model::{Deployment, Read, Value};

/// The IPv4 and IPv6 blocks of a rule at two keys; where one is not known, its whole family and the missing input.
pub(super) fn blocks(
    deployment: &Deployment,
    rule: &Value,
    v4: &str,
    v6: &str,
) -> (AddressSet, Option<Arc<str>>) {
    let (mut all, mut gap) = (AddressSet::default(), None);
    for (key, family) in [(v4, AddressSet::all_v4()), (v6, AddressSet::all_v6())] {
        let set = match rule.read_text(key) {
            Read::Known(text) => AddressSet::parse(&text).map_err(Arc::from),
            Read::Absent => continue,
            Read::Unknown(reason) => of_attribute(deployment, rule, key).ok_or(reason),
        };
        all = all.union(&set.unwrap_or_else(|reason| {
            gap.get_or_insert(reason);
            family
        }));
    }
    (all, gap)
}

/// The block of a VPC or subnet of the tree, where a rule names it by `Fn::GetAtt Vpc.CidrBlock`.
fn of_attribute(deployment: &Deployment, rule: &Value, key: &str) -> Option<AddressSet> {
    let reference = rule.get(key)?.as_reference()?;
    let target = deployment.get(&reference.address)?;
    let text = target.text(reference.attribute.as_deref()?).known()?;
    AddressSet::parse(&text).ok()
}
