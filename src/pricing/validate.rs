//! A price file is used whole or not at all.

use rust_decimal::Decimal;

use super::BookError;
use super::row::{HEADER, Row};

/// Checks a whole price file: header, every row, order, tiers without gaps.
///
/// # Errors
/// The first line that is wrong.
pub(super) fn validate(path: &str, text: &str) -> Result<(), BookError> {
    let error = |line: usize, column: usize, message: String| BookError::Line {
        path: path.to_owned(),
        line,
        column,
        message,
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(error(
            1,
            1,
            format!("the header is wrong; it is {}", HEADER.replace('\t', " | ")),
        ));
    }
    let mut before: Option<Row> = None;
    for (i, line) in lines.enumerate() {
        let number = i + 2;
        let row = Row::parse(line).map_err(|e| {
            let column = line
                .split('\t')
                .take(e.column.saturating_sub(1))
                .map(|f| f.chars().count() + 1)
                .sum::<usize>();
            error(number, column + 1, e.to_string())
        })?;
        if row.end.is_some_and(|end| end <= row.begin) {
            return Err(error(
                number,
                1,
                "the tier ends before it begins".to_owned(),
            ));
        }
        if row.price < Decimal::ZERO
            || row
                .range
                .is_some_and(|(l, h)| l > row.price || row.price > h)
        {
            return Err(error(
                number,
                1,
                "the price is below zero or outside its own range".to_owned(),
            ));
        }
        if let Some(last) = &before {
            if last.order() >= row.order() {
                return Err(error(
                    number,
                    1,
                    "the rows are not sorted, or one stands twice".to_owned(),
                ));
            }
            let same = last.service == row.service
                && last.usage_type == row.usage_type
                && last.operation == row.operation;
            if same && last.end != Some(row.begin) {
                return Err(error(
                    number,
                    1,
                    "the tiers have a gap or overlap".to_owned(),
                ));
            }
        }
        before = Some(row);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_file_is_refused_with_its_line_and_column() {
        let row = |begin: &str, end: &str, price: &str| {
            format!("S\tU\t\t{begin}\t{end}\tGB\t{price}\t\t\tX\t2026-01-01\teffective\thigh\t\t\t")
        };
        let said = |rows: &[String]| {
            validate("x.tsv", &format!("{HEADER}\n{}\n", rows.join("\n")))
                .expect_err("wrong")
                .to_string()
        };
        assert_eq!(
            validate("x.tsv", "a\tb\n").expect_err("wrong").to_string(),
            format!(
                "x.tsv:1:1: the header is wrong; it is {}",
                HEADER.replace('\t', " | ")
            )
        );
        // Before the price stand S, U, 0, 10 and GB (7 characters) and 6 tabs: it begins at the 14th.
        assert_eq!(
            said(&[row("0", "10", "ten")]),
            "x.tsv:2:14: column 7 (price_usd): 'ten' is no decimal number"
        );
        assert_eq!(
            said(&[row("0", "10", "1"), row("20", "Inf", "1")]),
            "x.tsv:3:1: the tiers have a gap or overlap"
        );
        assert_eq!(
            said(&[row("0", "Inf", "1"), row("0", "Inf", "1")]),
            "x.tsv:3:1: the rows are not sorted, or one stands twice"
        );
        assert_eq!(
            said(&[row("5", "5", "1")]),
            "x.tsv:2:1: the tier ends before it begins"
        );
        assert_eq!(
            said(&[row("0", "Inf", "-1")]),
            "x.tsv:2:1: the price is below zero or outside its own range"
        );
    }
}
