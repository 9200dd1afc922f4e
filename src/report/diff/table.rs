//! Differences for a terminal.

use std::io::{self, Write};

use super::{amount, moved, percent, remarks, signed, whole};
use crate::diff::{Delta, Kind};
use crate::pricing::Currency;
use crate::report::money;
use crate::rules::Finding;

/// For a terminal.
///
/// # Errors
/// Those of the writer.
pub fn table(out: &mut dyn Write, deltas: &[Delta], currency: &Currency) -> io::Result<()> {
    for (i, delta) in deltas.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        environment(out, delta, currency)?;
    }
    Ok(())
}

const INDENT: &str = "               ";

fn environment(out: &mut dyn Write, delta: &Delta, currency: &Currency) -> io::Result<()> {
    let difference = delta.comparable();
    writeln!(
        out,
        "{}{}: expected {} → {} {} a month, {} ({}); min {}, max {}",
        delta.environment,
        whole(delta),
        money(delta.base.expected, currency),
        money(delta.head.expected, currency),
        currency.code,
        signed(difference.expected, currency),
        percent(delta.base.expected, difference.expected),
        signed(difference.min, currency),
        signed(difference.max, currency)
    )?;
    if difference != delta.delta() {
        writeln!(
            out,
            "  the difference leaves out what has a price on one side only"
        )?;
    }
    if delta.unpriced.0 != delta.unpriced.1 {
        let (before, after) = delta.unpriced;
        writeln!(out, "  unpriced, in no total: {before} before, {after} now")?;
    }
    for change in &delta.changes {
        writeln!(
            out,
            "  {:12} {:>12}  {}",
            change.kind.as_str(),
            amount(change, currency),
            change.address,
        )?;
        for remark in remarks(change, currency) {
            writeln!(out, "{INDENT}{remark}")?;
        }
        for one in &change.causes {
            writeln!(out, "{INDENT}{}", moved(one, change, currency))?;
        }
        if change.kind == Kind::Changed && change.lines.len() > 1 {
            for line in &change.lines {
                let (from, to) = (line.base.expected, line.head.expected);
                let (from, to) = (money(from, currency), money(to, currency));
                if from != to {
                    writeln!(out, "{INDENT}  {} {from} → {to}", line.name)?;
                }
            }
        }
    }
    if delta.changes.is_empty() {
        writeln!(out, "  no change")?;
    }
    for (what, findings) in [
        ("new", &delta.findings.new),
        ("fixed", &delta.findings.fixed),
    ] {
        for one in findings {
            writeln!(out, "  {what:5} finding {}", finding(one))?;
        }
    }
    Ok(())
}

fn finding(finding: &Finding) -> String {
    let address = match finding.address.as_str() {
        "" => "(stack)",
        address => address,
    };
    format!(
        "{} {} {} {address}: {}",
        finding.severity.as_str(),
        finding.status.as_str(),
        finding.rule,
        finding.message
    )
}
