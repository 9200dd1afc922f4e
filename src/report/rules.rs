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

/// The whole catalogue as a page.
///
/// # Errors
/// Those of the writer.
pub fn markdown(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(index().as_bytes())?;
    for rule in rules::all() {
        write!(out, "\n#{}", page(rule).replace("\n## ", "\n### "))?;
    }
    Ok(())
}

/// The list of all rules, as the first page of `docs/rules`.
pub fn index() -> String {
    let mut text = format!(
        "# Rules\n\n{} rules. Made by `isms-cost rules --format markdown`.\n\n| rule | severity | what holds when it passes |\n|---|---|---|\n",
        rules::all().count()
    );
    for rule in rules::all() {
        let line = format!(
            "| [{0}]({0}.md) | {1} | {2} |\n",
            rule.id,
            rule.severity.as_str(),
            cell(rule.title)
        );
        text.push_str(&line);
    }
    text
}

/// One rule as a page.
pub fn page(rule: &Rule) -> String {
    let mut text = format!(
        "# {}\n\n{}.\n\nSeverity: {}",
        rule.id,
        rule.title,
        rule.severity.as_str()
    );
    if !rule.resource_types.is_empty() {
        text.push_str(&format!(". Judges: {}", rule.resource_types.join(", ")));
    }
    text.push_str(&format!(
        "\n\n## Why\n\n{}\n\n## How to mend it\n\n{}\n\n## How to see it in AWS\n\n{}\n",
        rule.why, rule.fix, rule.see
    ));
    let mapping = rules::mapping(rule.id);
    let relations = [
        ("In other tools", &mapping.equivalents),
        ("Controls", &mapping.controls),
    ];
    for (title, lists) in relations {
        let named: Vec<_> = lists.iter().filter(|(_, ids)| !ids.is_empty()).collect();
        if named.is_empty() {
            continue;
        }
        text.push_str(&format!("\n## {title}\n\n| | |\n|---|---|\n"));
        for (name, ids) in named {
            text.push_str(&format!("| {name} | {} |\n", cell(&ids.join(", "))));
        }
    }
    text
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
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
