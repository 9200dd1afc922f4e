//! The catalogue of rules.

use std::io::{self, Write};

use crate::rules::{self, Rule};

/// One line a rule.
///
/// # Errors
/// Those of the writer.
pub fn table(out: &mut dyn Write) -> io::Result<()> {
    for rule in rules::all() {
        writeln!(
            out,
            "{:8} {:28} {}",
            rule.severity.as_str(),
            rule.id,
            rule.title
        )?;
    }
    writeln!(
        out,
        "\n{} rules; isms-cost explain RULE says more",
        rules::all().count()
    )
}

/// For programs, with the ids of other tools and the controls.
///
/// # Errors
/// Those of the writer.
pub fn json(out: &mut dyn Write) -> io::Result<()> {
    let list: Vec<_> = rules::all()
        .map(|rule| {
            let mapping = rules::mapping(rule.id);
            serde_json::json!({
                "id": rule.id, "title": rule.title, "severity": rule.severity.as_str(), "resource_types": rule.resource_types,
                "equivalents": mapping.equivalents, "controls": mapping.controls,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &list).map_err(io::Error::from)?;
    writeln!(out)
}

/// For a page.
///
/// # Errors
/// Those of the writer.
pub fn markdown(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# Rules\n\nMade by `isms-cost rules --format markdown`."
    )?;
    for rule in rules::all() {
        writeln!(
            out,
            "\n## {}\n\n{}. Severity: {}.\n\nWhy: {}\n\nFix: {}\n\nSee it in AWS: {}",
            rule.id,
            rule.title,
            rule.severity.as_str(),
            rule.why,
            rule.fix,
            rule.see
        )?;
    }
    Ok(())
}

/// One rule in words.
///
/// # Errors
/// Those of the writer.
pub fn one(out: &mut dyn Write, rule: &Rule) -> io::Result<()> {
    writeln!(
        out,
        "{} ({})\n{}\n\nwhy  {}\nfix  {}\nsee  {}",
        rule.id,
        rule.severity.as_str(),
        rule.title,
        rule.why,
        rule.fix,
        rule.see
    )
}
