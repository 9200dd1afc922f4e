//! The usage file: what no template can say, in Infracost's shape. Exact decimals, with places for messages.

mod keys;
mod parse;
mod print;

pub use keys::{KEYS, Key, keys_of};
pub use parse::parse;
pub use print::{Notes, print, print_with};

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::model::{Address, Deployment};
use crate::pricing::Range;
use crate::source::Span;

/// The name of the entry that belongs to no resource.
pub const DATA_TRANSFER: &str = "data_transfer";

/// The figures of one usage file.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By resource type.
    pub defaults: BTreeMap<Arc<str>, Figures>,
    /// By address, and `data_transfer`.
    pub resources: BTreeMap<Arc<str>, Figures>,
    used: RefCell<BTreeSet<Span>>,
}

/// The figures of one entry.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Where the entry's name stands.
    pub span: Option<Span>,
    /// Key to figure.
    pub values: BTreeMap<Arc<str>, Figure>,
}

/// One figure in three scenarios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The figure.
    pub range: Range<Decimal>,
    /// Where its key stands.
    pub span: Option<Span>,
}

impl Usage {
    /// The figure of a resource: its own, else its type's.
    pub fn get(&self, address: &str, resource_type: &str, key: &str) -> Option<Range<Decimal>> {
        let own = self.resources.get(address).and_then(|f| f.values.get(key));
        let figure = own.or_else(|| {
            self.defaults
                .get(resource_type)
                .and_then(|f| f.values.get(key))
        })?;
        if let Some(span) = figure.span {
            self.used.borrow_mut().insert(span);
        }
        Some(figure.range)
    }

    /// Addresses that match nothing, and keys that no cost model took. Call after the estimate.
    pub fn unused(&self, deployments: &[&Deployment], diagnostics: &mut Diagnostics) {
        let addresses: BTreeSet<&str> = deployments
            .iter()
            .flat_map(|d| d.resources.keys().map(Address::as_str))
            .collect();
        let off: BTreeSet<&str> = deployments
            .iter()
            .flat_map(|d| d.off.iter().map(|o| o.address.as_str()))
            .collect();
        let types: BTreeSet<&str> = deployments
            .iter()
            .flat_map(|d| d.resources.values().map(|r| &*r.resource_type))
            .collect();
        for (address, figures) in &self.resources {
            let Some(span) = figures.span else { continue };
            if off.contains(&**address) || is_in_off_stack(address, &off) {
                continue;
            }
            if !addresses.contains(&**address) && &**address != DATA_TRANSFER {
                let help = suggest(address, addresses.iter().copied())
                    .map(|n| format!("did you mean {n}?"));
                diagnostics.push(
                    Diagnostic::error(
                        "usage-address",
                        span,
                        format!("no resource has the address {address}"),
                    )
                    .maybe_help(help),
                );
                continue;
            }
            self.unused_keys(address, figures, diagnostics);
        }
        for (kind, figures) in &self.defaults {
            if types.contains(&**kind) && !self.overridden(kind, deployments) {
                self.unused_keys(kind, figures, diagnostics);
            }
        }
    }

    /// Whether every resource of a type has its own figures, so that the type's are rightly not taken.
    fn overridden(&self, kind: &str, deployments: &[&Deployment]) -> bool {
        let mut all = deployments.iter().flat_map(|d| d.of_type(kind));
        all.all(|r| self.resources.contains_key(r.address.as_str()))
    }

    fn unused_keys(&self, name: &str, figures: &Figures, diagnostics: &mut Diagnostics) {
        for (key, figure) in &figures.values {
            if let Some(span) = figure.span.filter(|s| !self.used.borrow().contains(s)) {
                diagnostics.push(
                    Diagnostic::warning(
                        "usage-unused",
                        span,
                        format!("nothing uses {key} of {name}"),
                    )
                    .help(
                        "the cost model does not need it as the resource is configured; remove it",
                    ),
                );
            }
        }
    }
}

fn is_in_off_stack(address: &str, off: &BTreeSet<&str>) -> bool {
    let ends = address.match_indices('/').map(|(i, _)| &address[..i]);
    ends.into_iter().any(|stack| off.contains(stack))
}
