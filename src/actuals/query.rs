//! The one question to a bill, and who can answer it.

use std::path::PathBuf;

use super::{Bill, Month, tags};

/// The sums of one month by service, usage type, region, unit, charge, owner and day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The billing month.
    pub month: Month,
    /// Key of the cost-allocation tag, for example `Environment`.
    pub tag: String,
    /// The tag's value for the environment.
    pub value: String,
}

/// What answers a [`Query`].
pub trait Engine {
    /// Where the bill is from, for the report.
    fn source(&self) -> String;

    /// The month's sums.
    ///
    /// # Errors
    /// [`EngineError`]: the bill cannot be had or is no bill.
    fn ask(&mut self, query: &Query) -> Result<Bill, EngineError>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A file cannot be read or is not what it should be.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// AWS did not answer.
    #[error("{0}")]
    Service(String),
}

/// The table that SQL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// CUR 2.0.
    Cur,
    /// FOCUS 1.2 with AWS's columns.
    Focus,
}

/// Whose SQL it is: they differ only in how a key of a map is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Amazon Athena (Trino): a subscript fails where the key is missing, `element_at` does not.
    Athena,
    /// DuckDB.
    DuckDb,
}

/// The question as SQL, over a table of that name.
pub fn sql(query: &Query, table: Table, dialect: Dialect, name: &str) -> String {
    let (text, map, key) = match table {
        Table::Cur => (
            include_str!("sql/cur-2.0.sql"),
            "resource_tags",
            format!("user_{}", tags::cur_key(&query.tag)),
        ),
        Table::Focus => (
            include_str!("sql/focus-1.2.sql"),
            "Tags",
            format!("user:{}", query.tag),
        ),
    };
    let key = quoted(&key);
    let tag = match dialect {
        Dialect::Athena => format!("element_at({map}, {key})"),
        Dialect::DuckDb => format!("{map}[{key}]"),
    };
    text.replace("{tag}", &tag)
        .replace("{value}", &quoted(&query.value))
        .replace("{month}", &query.month.to_string())
        .replace("{table}", name)
}

/// A text of SQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_complete_and_quotes_what_is_given() {
        let query = Query {
            month: "2026-10".parse().expect("a month"),
            tag: "Environment".to_owned(),
            value: "it's".to_owned(),
        };
        for table in [Table::Cur, Table::Focus] {
            for dialect in [Dialect::Athena, Dialect::DuckDb] {
                let text = sql(&query, table, dialect, "billing.export");
                assert!(!text.contains(['{', '}']), "{text}");
                assert!(text.contains("= 'it''s' THEN 'environment'"), "{text}");
                assert!(text.contains("FROM billing.export"), "{text}");
                assert!(text.contains("TIMESTAMP '2026-10-01 00:00:00'"), "{text}");
            }
        }
        let text = sql(&query, Table::Cur, Dialect::Athena, "t");
        assert!(
            text.contains("element_at(resource_tags, 'user_environment')"),
            "{text}"
        );
    }
}
