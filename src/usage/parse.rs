//! Reads a usage file.

use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{DATA_TRANSFER, Figure, Figures, KEYS, Usage, keys_of};
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::model::Deployment;
use crate::pricing::Range;
use crate::source::FileId;
use crate::yaml::{Node, NodeKind};

/// No figure is larger: a slip of many zeros is said, not multiplied.
const LARGEST: i64 = 1_000_000_000_000_000;

/// Reads a usage file. With deployments at hand an address's type is known, and a key that its type does not
/// have is a diagnostic.
pub fn parse(
    file: FileId,
    text: &str,
    deployments: &[&Deployment],
    diagnostics: &mut Diagnostics,
) -> Option<Usage> {
    let root = crate::yaml::parse(file, text, diagnostics)?.root;
    let mut usage = Usage::default();
    let Some(root) = root.filter(|r| !r.is_null()) else {
        return Some(usage);
    };
    let Some(pairs) = root.as_mapping() else {
        diagnostics.push(
            Diagnostic::error(
                "usage-file",
                root.span,
                format!("{} is no usage file", root.describe()),
            )
            .help("write resource_usage: with an entry for each address"),
        );
        return None;
    };
    for pair in pairs {
        match &*pair.key {
            "version" => {}
            "resource_type_default_usage" => {
                for entry in entries(&pair.value, diagnostics) {
                    let known = KEYS.iter().any(|k| k.resource_type == &*entry.key);
                    if !known {
                        let help = suggest(&entry.key, KEYS.iter().map(|k| k.resource_type))
                            .map(|n| format!("did you mean {n}?"));
                        diagnostics.push(
                            Diagnostic::error(
                                "usage-type",
                                entry.key_span,
                                format!("no usage is known for {}", entry.key),
                            )
                            .maybe_help(help),
                        );
                        continue;
                    }
                    let mut figures = figures(&entry.value, Some(&entry.key), diagnostics);
                    figures.span = Some(entry.key_span);
                    usage.defaults.insert(Arc::clone(&entry.key), figures);
                }
            }
            "resource_usage" => {
                for entry in entries(&pair.value, diagnostics) {
                    let kind = if &*entry.key == DATA_TRANSFER {
                        Some(Arc::from(DATA_TRANSFER))
                    } else {
                        deployments
                            .iter()
                            .find_map(|d| d.get(&(&*entry.key).into()))
                            .map(|r| Arc::clone(&r.resource_type))
                    };
                    let mut figures = figures(&entry.value, kind.as_deref(), diagnostics);
                    figures.span = Some(entry.key_span);
                    usage.resources.insert(Arc::clone(&entry.key), figures);
                }
            }
            _ => {
                let known = ["version", "resource_type_default_usage", "resource_usage"];
                let help = suggest(&pair.key, known)
                    .map_or(format!("known are {}", known.join(", ")), |n| {
                        format!("did you mean {n}?")
                    });
                diagnostics.push(
                    Diagnostic::error(
                        "usage-section",
                        pair.key_span,
                        format!("{} is no section of a usage file", pair.key),
                    )
                    .help(help),
                );
            }
        }
    }
    Some(usage)
}

fn entries<'a>(node: &'a Node, diagnostics: &mut Diagnostics) -> &'a [crate::yaml::Pair] {
    if node.is_null() {
        return &[];
    }
    node.as_mapping().unwrap_or_else(|| {
        diagnostics.push(Diagnostic::error(
            "usage-file",
            node.span,
            format!("{} where a mapping is expected", node.describe()),
        ));
        &[]
    })
}

fn figures(node: &Node, kind: Option<&str>, diagnostics: &mut Diagnostics) -> Figures {
    let mut found = Figures::default();
    for pair in entries(node, diagnostics) {
        let all_known: Vec<&str> = match kind {
            Some(kind) => keys_of(kind).map(|k| k.name).collect(),
            None => KEYS.iter().map(|k| k.name).collect(),
        };
        if !all_known.contains(&&*pair.key) {
            let help = match (suggest(&pair.key, all_known.iter().copied()), kind) {
                (Some(nearest), _) => format!("did you mean {nearest}?"),
                (None, Some(kind)) if all_known.is_empty() => format!("{kind} takes no usage"),
                (None, _) => format!("known are {}", all_known.join(", ")),
            };
            let of = kind.map(|k| format!(" of {k}")).unwrap_or_default();
            diagnostics.push(
                Diagnostic::error(
                    "usage-key",
                    pair.key_span,
                    format!("{} is no usage key{of}", pair.key),
                )
                .help(help),
            );
            continue;
        }
        if let Some(range) = range(&pair.value, diagnostics) {
            let share = matches!(
                &*pair.key,
                "spot_share" | "spot_discount" | "unique_layer_share"
            );
            if share && range.max > Decimal::ONE {
                diagnostics.push(
                    Diagnostic::error(
                        "usage-value",
                        pair.value.span,
                        format!("{} is a share", pair.key),
                    )
                    .help("write a number from 0 to 1"),
                );
                continue;
            }
            found.values.insert(
                Arc::clone(&pair.key),
                Figure {
                    range,
                    span: Some(pair.key_span),
                },
            );
        }
    }
    found
}

fn range(node: &Node, diagnostics: &mut Diagnostics) -> Option<Range<Decimal>> {
    if let NodeKind::Scalar(_) = node.kind {
        return number(node, diagnostics).map(Range::flat);
    }
    let known = ["min", "expected", "max"];
    for pair in entries(node, diagnostics) {
        if !known.contains(&&*pair.key) {
            diagnostics.push(
                Diagnostic::error(
                    "usage-value",
                    pair.key_span,
                    format!("{} is no scenario", pair.key),
                )
                .help("a figure is a number, or {min, expected, max}"),
            );
            return None;
        }
    }
    let part = |name: &str, diagnostics: &mut Diagnostics| match node.get(name) {
        Some(value) => number(value, diagnostics),
        None => {
            diagnostics.push(
                Diagnostic::error(
                    "usage-value",
                    node.span,
                    format!("the figure has no {name}"),
                )
                .help("a figure is a number, or {min, expected, max}"),
            );
            None
        }
    };
    let range = Range {
        min: part("min", diagnostics)?,
        expected: part("expected", diagnostics)?,
        max: part("max", diagnostics)?,
    };
    if range.min > range.expected || range.expected > range.max {
        diagnostics.push(
            Diagnostic::error(
                "usage-value",
                node.span,
                "min, expected and max are not in order",
            )
            .help("min ≤ expected ≤ max"),
        );
        return None;
    }
    Some(range)
}

fn number(node: &Node, diagnostics: &mut Diagnostics) -> Option<Decimal> {
    let text = node
        .as_text()
        .map(|t| t.replace('_', ""))
        .unwrap_or_default();
    let number = Decimal::from_str(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .ok();
    match number {
        Some(n) if n >= Decimal::ZERO && n <= Decimal::from(LARGEST) => Some(n),
        Some(n) => {
            let what = if n < Decimal::ZERO {
                "below zero"
            } else {
                "larger than 10^15"
            };
            diagnostics.push(
                Diagnostic::error("usage-value", node.span, format!("{n} is {what}"))
                    .help("check the unit"),
            );
            None
        }
        None => {
            diagnostics.push(
                Diagnostic::error(
                    "usage-value",
                    node.span,
                    format!("{} is no number", node.describe()),
                )
                .help("a figure is a number, or {min, expected, max}"),
            );
            None
        }
    }
}
