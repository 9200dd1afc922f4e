//! Resources that have another address and are otherwise what they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use crate::model::{Address, Deployment, Kind, Piece, Reference, Value};

const STACK: &str = "AWS::CloudFormation::Stack";

/// Which address of the base is which of the head, where they differ.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    after: BTreeMap<Address, Address>,
    before: BTreeMap<Address, Address>,
}

impl Moves {
    /// Finds them: first those that the user names (`--moved`), with all that lies in a named stack; then nested
    /// stacks; then resources of the same type whose evaluated properties are the same but for their own name and for
    /// references to what has moved as well.
    pub fn find(base: &Deployment, head: &Deployment, named: &[(Address, Address)]) -> Moves {
        let only = |a: &Deployment, b: &Deployment| -> BTreeSet<Address> {
            let there = a.resources.keys();
            there
                .filter(|at| b.get(at).is_none() && !b.is_off(at))
                .cloned()
                .collect()
        };
        let mut finder = Finder {
            base,
            head,
            gone: only(base, head),
            new: only(head, base),
            moves: Moves::default(),
        };
        for (old, new) in named {
            finder.pair(old, new);
            finder.inside(old, new);
        }
        if !finder.gone.is_empty() && !finder.new.is_empty() {
            let all = (finder.gone.clone(), finder.new.clone());
            finder.alike(&all, |kind| kind == STACK);
            finder.alike(&all, |kind| kind != STACK);
        }
        finder.moves
    }

    /// The address after the change.
    pub fn after<'a>(&'a self, before: &'a Address) -> &'a Address {
        self.after.get(before).unwrap_or(before)
    }

    /// The address before the change.
    pub fn before<'a>(&'a self, after: &'a Address) -> &'a Address {
        self.before.get(after).unwrap_or(after)
    }

    /// Old and new addresses, by the old.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Address)> {
        self.after.iter()
    }

    /// Whether a resource has moved only because its stack has.
    pub fn with_stack(&self, after: &Address) -> bool {
        let before = self.before(after);
        before.logical_id() == after.logical_id()
            && before != after
            && *self.after(&before.stack()) == after.stack()
    }
}

struct Finder<'a> {
    base: &'a Deployment,
    head: &'a Deployment,
    gone: BTreeSet<Address>,
    new: BTreeSet<Address>,
    moves: Moves,
}

impl Finder<'_> {
    fn pair(&mut self, old: &Address, new: &Address) {
        let kind = |d: &Deployment, at: &Address| d.get(at).map(|r| Arc::clone(&r.resource_type));
        let same = kind(self.base, old) == kind(self.head, new);
        if !same || !self.gone.contains(old) || !self.new.contains(new) {
            return;
        }
        self.gone.remove(old);
        self.new.remove(new);
        self.moves.after.insert(old.clone(), new.clone());
        self.moves.before.insert(new.clone(), old.clone());
    }

    /// What lies in a stack that has moved, by the rest of its address.
    fn inside(&mut self, old: &Address, new: &Address) {
        let prefix = format!("{old}/");
        let inner: Vec<Address> = self
            .gone
            .iter()
            .filter(|a| a.as_str().starts_with(&prefix))
            .cloned()
            .collect();
        for address in inner {
            let rest = &address.as_str()[prefix.len()..];
            let target = Address::from(format!("{new}/{rest}").as_str());
            self.pair(&address, &target);
        }
    }

    fn alike(
        &mut self,
        all: &(BTreeSet<Address>, BTreeSet<Address>),
        wanted: impl Fn(&str) -> bool,
    ) {
        let prints =
            |deployment: &Deployment, left: &BTreeSet<Address>, all: &BTreeSet<Address>| {
                let mut found: BTreeMap<String, Vec<Address>> = BTreeMap::new();
                for address in left {
                    let Some(resource) = deployment.get(address) else {
                        continue;
                    };
                    if wanted(&resource.resource_type) {
                        let print = fingerprint(
                            &resource.resource_type,
                            &resource.properties,
                            all,
                            deployment,
                        );
                        found.entry(print).or_default().push(address.clone());
                    }
                }
                found
            };
        let before = prints(self.base, &self.gone, &all.0);
        let mut after = prints(self.head, &self.new, &all.1);
        for (print, olds) in before {
            let Some(news) = after.get_mut(&print) else {
                continue;
            };
            let mut left = Vec::new();
            // In the same stack first.
            for old in olds {
                let stack = self.moves.after(&old.stack()).clone();
                match news.iter().position(|n| n.stack() == stack) {
                    Some(at) => self.found(&old, &news.remove(at)),
                    None => left.push(old),
                }
            }
            for (old, new) in left.iter().zip(news.iter()) {
                self.found(old, new);
            }
        }
    }

    fn found(&mut self, old: &Address, new: &Address) {
        self.pair(old, new);
        self.inside(old, new);
    }
}

/// Type and properties as text, without the resource's own name; what exists on one side only is named by its type.
fn fingerprint(
    kind: &str,
    properties: &Value,
    moved: &BTreeSet<Address>,
    deployment: &Deployment,
) -> String {
    let mut text = format!("{kind} ");
    let last = kind.rsplit("::").next().unwrap_or_default();
    let own = |key: &str| {
        let rest = key.strip_prefix(last);
        matches!(key, "Name" | "Tags") || matches!(rest, Some("Name" | "Identifier"))
    };
    let printer = Printer { moved, deployment };
    match properties.as_map() {
        Some(entries) => {
            let mut sorted: Vec<_> = entries.iter().filter(|e| !own(&e.key)).collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            for entry in sorted {
                let _ = write!(text, "{:?}:", entry.key);
                printer.value(&entry.value, &mut text);
            }
        }
        None => printer.value(properties, &mut text),
    }
    text
}

struct Printer<'a> {
    moved: &'a BTreeSet<Address>,
    deployment: &'a Deployment,
}

impl Printer<'_> {
    // Writing to a string cannot fail.
    fn value(&self, value: &Value, text: &mut String) {
        match &value.kind {
            Kind::List(items) => {
                text.push('[');
                for item in items.iter() {
                    self.value(item, text);
                }
                text.push(']');
            }
            Kind::Map(entries) => {
                text.push('{');
                for entry in entries.iter() {
                    let _ = write!(text, "{:?}:", entry.key);
                    self.value(&entry.value, text);
                }
                text.push('}');
            }
            Kind::Reference(reference) => self.reference(reference, text),
            Kind::Pieces(pieces) => {
                for piece in pieces.iter() {
                    match piece {
                        Piece::Text(part) => {
                            let _ = write!(text, "{part:?}");
                        }
                        Piece::Reference(reference) => self.reference(reference, text),
                        Piece::Unknown(gap) => {
                            let _ = write!(text, "?{:?}", gap.reason);
                        }
                    }
                }
                text.push(';');
            }
            Kind::Unknown(gap) => {
                let _ = write!(text, "?{:?};", gap.reason);
            }
            Kind::Secret(secret) => {
                let _ = write!(text, "{secret:?};");
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
                let _ = write!(text, "{:?};", value.as_text());
            }
        }
    }

    fn reference(&self, reference: &Reference, text: &mut String) {
        let target = self.deployment.get(&reference.address);
        let _ = match target.filter(|_| self.moved.contains(&reference.address)) {
            Some(target) => write!(text, "<{}", target.resource_type),
            None => write!(text, "<{}", reference.address),
        };
        let _ = write!(text, " {:?}>", reference.attribute);
    }
}
