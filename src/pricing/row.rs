//! One line of a price file: tab-separated, sorted, readable in a diff.

use std::str::FromStr;

use rust_decimal::Decimal;

/// The columns, in order.
pub const COLUMNS: [&str; 16] = [
    "service",
    "usage_type",
    "operation",
    "begin",
    "end",
    "unit",
    "price_usd",
    "low_usd",
    "high_usd",
    "sku",
    "date",
    "date_kind",
    "confidence",
    "usage_type_evidence",
    "source",
    "description",
];

/// The first line of every file.
pub const HEADER: &str = "service\tusage_type\toperation\tbegin\tend\tunit\tprice_usd\tlow_usd\thigh_usd\tsku\tdate\tdate_kind\tconfidence\tusage_type_evidence\tsource\tdescription";

/// One price of one tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Service code, for example `AmazonECS`.
    pub service: String,
    /// Usage type, for example `EUW2-Fargate-GB-Hours`.
    pub usage_type: String,
    /// Operation; empty where the price list has none.
    pub operation: String,
    /// First unit of the tier, included.
    pub begin: Decimal,
    /// First unit past the tier; `None` for no end.
    pub end: Option<Decimal>,
    /// Unit.
    pub unit: String,
    /// USD a unit.
    pub price: Decimal,
    /// For a derived price: the lowest and highest it is believed to be, USD a unit.
    pub range: Option<(Decimal, Decimal)>,
    /// SKU; empty where the source has none.
    pub sku: String,
    /// `YYYY-MM-DD`; empty where the source has none.
    pub date: String,
    /// What the date is of: `effective` (AWS put the price into force), `publication` (of the list it stands in) or
    /// `observed`; empty where there is no date.
    pub date_kind: String,
    /// `high`, `medium` or `derived`.
    pub confidence: String,
    /// Whether the usage type itself was seen in an AWS file.
    pub usage_type_evidence: String,
    /// Key of the source in the manifest.
    pub source: String,
    /// AWS's description.
    pub description: String,
}

/// What is wrong with a line: the column from 1, its name, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column} ({name}): '{found}' is no {expected}")]
pub struct RowError {
    /// Column from 1.
    pub column: usize,
    /// Its name.
    pub name: &'static str,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: &'static str,
}

impl Row {
    /// The part of a line that it is sorted and found by.
    pub fn key(service: &str, usage_type: &str, operation: &str) -> String {
        format!("{service}\t{usage_type}\t{operation}\t")
    }

    /// What rows are sorted by, and what no two of a file share.
    pub fn order(&self) -> (String, String, String, Decimal) {
        (
            self.service.clone(),
            self.usage_type.clone(),
            self.operation.clone(),
            self.begin,
        )
    }

    /// A whole file of rows, which must be in order.
    pub fn file(rows: &[Row]) -> String {
        let mut text = format!("{HEADER}\n");
        for row in rows {
            text += &row.line();
            text.push('\n');
        }
        text
    }

    /// Reads a line.
    ///
    /// # Errors
    /// The first column that is wrong.
    pub fn parse(line: &str) -> Result<Row, RowError> {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() != COLUMNS.len() {
            let found = format!("{} columns", fields.len());
            return Err(RowError {
                column: fields.len(),
                name: "line",
                found,
                expected: "line of 16 columns",
            });
        }
        let decimal = |at: usize| {
            Decimal::from_str(fields[at]).map_err(|_| RowError {
                column: at + 1,
                name: COLUMNS[at],
                found: fields[at].to_owned(),
                expected: "decimal number",
            })
        };
        let text = |at: usize| fields[at].to_owned();
        Ok(Row {
            service: text(0),
            usage_type: text(1),
            operation: text(2),
            begin: decimal(3)?,
            end: if fields[4] == "Inf" {
                None
            } else {
                Some(decimal(4)?)
            },
            unit: text(5),
            price: decimal(6)?,
            range: if fields[7].is_empty() {
                None
            } else {
                Some((decimal(7)?, decimal(8)?))
            },
            sku: text(9),
            date: text(10),
            date_kind: text(11),
            confidence: text(12),
            usage_type_evidence: text(13),
            source: text(14),
            description: text(15),
        })
    }

    /// Writes a line without its end.
    pub fn line(&self) -> String {
        let end = self.end.map_or_else(|| "Inf".to_owned(), |e| e.to_string());
        let (low, high) = self
            .range
            .map_or_else(Default::default, |(l, h)| (l.to_string(), h.to_string()));
        let clean = |s: &str| s.replace(['\t', '\n', '\r'], " ");
        [
            clean(&self.service),
            clean(&self.usage_type),
            clean(&self.operation),
            self.begin.to_string(),
            end,
            clean(&self.unit),
            self.price.to_string(),
            low,
            high,
            clean(&self.sku),
            clean(&self.date),
            clean(&self.date_kind),
            clean(&self.confidence),
            clean(&self.usage_type_evidence),
            clean(&self.source),
            clean(&self.description),
        ]
        .join("\t")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount() -> impl Strategy<Value = Decimal> {
        (0i64..10_000_000_000, 0u32..12).prop_map(|(digits, scale)| Decimal::new(digits, scale))
    }

    proptest! {
        #[test]
        fn parse_of_print_is_the_row(
            text in proptest::collection::vec("[^\t\r\n]{0,20}", 9),
            begin in amount(),
            end in proptest::option::of(amount()),
            price in amount(),
            range in proptest::option::of((amount(), amount())),
        ) {
            let mut text = text.into_iter();
            let mut next = || text.next().unwrap_or_default();
            let row = Row {
                service: next(), usage_type: next(), operation: next(), begin, end, unit: next(), price, range,
                sku: next(), date: "2026-01-01".into(), date_kind: "effective".into(), confidence: "high".into(),
                usage_type_evidence: next(), source: next(), description: next(),
            };
            prop_assert_eq!(Row::parse(&row.line()), Ok(row));
        }

        #[test]
        fn no_line_makes_it_panic(line in ".{0,200}", tabs in 0usize..20) {
            let _ = Row::parse(&line);
            let _ = Row::parse(&format!("{line}{}", "\t".repeat(tabs)));
        }
    }
}
