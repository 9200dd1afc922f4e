//! Price rows.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};

use crate::pricing::{COLUMNS, Row};

/// Rows for a terminal, with their region.
///
/// # Errors
/// Those of the writer.
pub fn table(out: &mut dyn Write, rows: &[(String, Row)], width: Option<u16>) -> io::Result<()> {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header([
            "region",
            "service",
            "usage type",
            "operation",
            "from",
            "to",
            "unit",
            "USD",
            "date",
            "confidence",
            "SKU",
        ]);
    table.force_no_tty();
    if let Some(width) = width {
        table.set_width(width);
    }
    if let Some(column) = table.column_mut(7) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (region, row) in rows {
        let end = row.end.map_or("Inf".to_owned(), |e| e.to_string());
        let price = row.range.map_or_else(
            || row.price.to_string(),
            |(low, high)| format!("{} ({low} to {high})", row.price),
        );
        table.add_row([
            region.clone(),
            row.service.clone(),
            row.usage_type.clone(),
            row.operation.clone(),
            row.begin.to_string(),
            end,
            row.unit.clone(),
            price,
            row.date.clone(),
            row.confidence.clone(),
            row.sku.clone(),
        ]);
    }
    writeln!(
        out,
        "{}\n{} rows; USD on demand, before tax",
        table.trim_fmt(),
        rows.len()
    )
}

/// Rows as CSV with the columns of the price files and the region in front.
///
/// # Errors
/// Those of the writer.
pub fn csv(out: &mut dyn Write, rows: &[(String, Row)]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(std::iter::once("region").chain(COLUMNS))?;
    for (region, row) in rows {
        let line = row.line();
        writer.write_record(std::iter::once(&**region).chain(line.split('\t')))?;
    }
    writer.flush()
}

/// Rows for programs.
///
/// # Errors
/// Those of the writer.
pub fn json(out: &mut dyn Write, rows: &[(String, Row)]) -> io::Result<()> {
    let list: Vec<_> = rows
        .iter()
        .map(|(region, row)| {
            serde_json::json!({
                "region": region, "service": row.service, "usage_type": row.usage_type, "operation": row.operation,
                "begin": row.begin.to_string(), "end": row.end.map(|e| e.to_string()), "unit": row.unit,
                "price_usd": row.price.to_string(), "range_usd": row.range.map(|(l, h)| [l.to_string(), h.to_string()]),
                "sku": row.sku, "date": row.date, "date_kind": row.date_kind, "confidence": row.confidence, "source": row.source,
                "description": row.description,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &list).map_err(io::Error::from)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_holds_a_comma() {
        let line =
            "S\tU\t\t0\tInf\tGB\t0.1\t\t\tX\t2026-01-01\teffective\thigh\t\tk\tfirst, second";
        let rows = [("eu-west-2".to_owned(), Row::parse(line).expect("a row"))];
        let mut out = Vec::new();
        csv(&mut out, &rows).expect("written");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(
            text.lines().nth(1),
            Some("eu-west-2,S,U,,0,Inf,GB,0.1,,,X,2026-01-01,effective,high,,k,\"first, second\"")
        );
    }
}
