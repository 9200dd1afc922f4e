//! Writes a usage file that reads back the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{Figures, Usage};

/// The usage as YAML.
pub fn print(usage: &Usage) -> String {
    let mut out = String::from("version: 0.1\n");
    section(&mut out, "resource_type_default_usage", &usage.defaults);
    section(&mut out, "resource_usage", &usage.resources);
    out
}

fn section(out: &mut String, name: &str, entries: &BTreeMap<Arc<str>, Figures>) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "{name}:");
    for (entry, figures) in entries {
        let _ = writeln!(
            out,
            "  {entry}:{}",
            if figures.values.is_empty() { " {}" } else { "" }
        );
        for (key, figure) in &figures.values {
            let r = figure.range;
            let _ = if r.min == r.expected && r.expected == r.max {
                writeln!(out, "    {key}: {}", r.expected)
            } else {
                writeln!(
                    out,
                    "    {key}: {{ min: {}, expected: {}, max: {} }}",
                    r.min, r.expected, r.max
                )
            };
        }
    }
}
