//! Circles among the resources of one stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::model::{Address, Resource};

/// Reports each circle of `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn` once.
pub(super) fn check_cycles(resources: &BTreeMap<Address, Resource>, diagnostics: &mut Diagnostics) {
    let mut edges: BTreeMap<Address, Vec<Address>> = BTreeMap::new();
    for (address, resource) in resources {
        let stack = address.stack();
        let mut targets: Vec<Address> = resource
            .properties
            .references()
            .into_iter()
            .filter_map(|r| sibling(&stack, &r.address))
            .chain(resource.depends_on.iter().cloned())
            .filter(|target| resources.contains_key(target))
            .collect();
        targets.sort();
        targets.dedup();
        edges.insert(address.clone(), targets);
    }
    let mut state: BTreeMap<&Address, u8> = BTreeMap::new();
    for start in edges.keys() {
        if state.contains_key(start) {
            continue;
        }
        // An explicit stack: 500 resources in a chain must not overflow the call stack.
        let mut path: Vec<(&Address, usize)> = vec![(start, 0)];
        state.insert(start, 1);
        while let Some((at, next)) = path.last_mut() {
            let targets = &edges[*at];
            let Some(target) = targets.get(*next) else {
                state.insert(at, 2);
                path.pop();
                continue;
            };
            *next += 1;
            match state.get(target) {
                None => {
                    state.insert(target, 1);
                    path.push((target, 0));
                }
                Some(1) => {
                    let from = path
                        .iter()
                        .position(|(a, _)| *a == target)
                        .unwrap_or_default();
                    report(&path[from..], resources, diagnostics);
                }
                Some(_) => {}
            }
        }
    }
}

/// The resource of the same stack that leads to `target`: itself, or the nested stack that holds it.
fn sibling(stack: &Address, target: &Address) -> Option<Address> {
    let rest = if stack.as_str().is_empty() {
        target.as_str()
    } else {
        target
            .as_str()
            .strip_prefix(stack.as_str())?
            .strip_prefix('/')?
    };
    rest.split('/').next().map(|id| stack.join(id))
}

fn report(
    circle: &[(&Address, usize)],
    resources: &BTreeMap<Address, Resource>,
    diagnostics: &mut Diagnostics,
) {
    let names: Vec<&str> = circle.iter().map(|(a, _)| a.logical_id()).collect();
    let Some(first) = circle.first().and_then(|(a, _)| resources.get(a)) else {
        return;
    };
    let way = format!(
        "{} → {}",
        names.join(" → "),
        names.first().copied().unwrap_or_default()
    );
    let mut diagnostic =
        Diagnostic::error("resource-cycle", first.key_span, format!("resources depend on each other in a circle: {way}"))
            .help("CloudFormation refuses this; break the circle, for example with a stand-alone rule or attachment resource");
    for (address, _) in circle.iter().skip(1) {
        if let Some(resource) = resources.get(address) {
            diagnostic = diagnostic.related(
                resource.key_span,
                Arc::<str>::from(address.logical_id()).to_string(),
            );
        }
    }
    diagnostics.push(diagnostic);
}
