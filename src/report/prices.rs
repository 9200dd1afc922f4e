//! Price rows.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};

use crate::pricing::{HEADER, Row};

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
        table.add_row([
            region.clone(),
            row.service.clone(),
            row.usage_type.clone(),
            row.operation.clone(),
            row.begin.to_string(),
            end,
            row.unit.clone(),
            row.price.to_string(),
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

/// Rows as tab-separated text, as the price files have them, with the region in front.
///
/// # Errors
/// Those of the writer.
pub fn tsv(out: &mut dyn Write, rows: &[(String, Row)]) -> io::Result<()> {
    writeln!(out, "region\t{HEADER}")?;
    for (region, row) in rows {
        writeln!(out, "{region}\t{}", row.line())?;
    }
    Ok(())
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
                "sku": row.sku, "date": row.date, "confidence": row.confidence, "source": row.source,
                "description": row.description,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &list).map_err(io::Error::from)?;
    writeln!(out)
}
