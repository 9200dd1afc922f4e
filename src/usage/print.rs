//! Writes a usage file that reads back the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{Figures, Usage};

/// What is said above a figure, by entry and key.
pub type Notes = BTreeMap<(Arc<str>, Arc<str>), String>;

/// The usage as YAML.
pub fn print(usage: &Usage) -> String {
    print_with(usage, &[], &Notes::new())
}

/// The usage as YAML with comments: some lines at the top, and one above each figure that has a note.
pub fn print_with(usage: &Usage, top: &[String], notes: &Notes) -> String {
    let mut out = String::new();
    for line in top {
        let _ = writeln!(out, "# {}", one_line(line));
    }
    out.push_str("version: 0.1\n");
    section(
        &mut out,
        "resource_type_default_usage",
        &usage.defaults,
        notes,
    );
    section(&mut out, "resource_usage", &usage.resources, notes);
    out
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

fn section(out: &mut String, name: &str, entries: &BTreeMap<Arc<str>, Figures>, notes: &Notes) {
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
            if let Some(note) = notes.get(&(Arc::clone(entry), Arc::clone(key))) {
                let _ = writeln!(out, "    # {}", one_line(note));
            }
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
