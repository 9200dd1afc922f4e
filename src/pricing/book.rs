//! The price book: one sorted file a region, embedded, searched on demand.

use std::borrow::Cow;
use std::path::Path;

use rust_decimal::Decimal;

use super::row::Row;
use super::store::read_all;
use super::validate::validate;

const EMBEDDED: [(&str, &str); 4] = [
    (
        "eu-west-1",
        include_str!("../../pricing-fixtures/eu-west-1.tsv"),
    ),
    (
        "eu-west-2",
        include_str!("../../pricing-fixtures/eu-west-2.tsv"),
    ),
    ("global", include_str!("../../pricing-fixtures/global.tsv")),
    (
        "us-east-1",
        include_str!("../../pricing-fixtures/us-east-1.tsv"),
    ),
];

const MANIFEST: &str = include_str!("../../pricing-fixtures/MANIFEST.json");

/// List prices by region. Making one costs nothing: rows are read when they are asked for.
#[derive(Clone, Debug)]
pub struct PriceBook {
    files: Vec<(String, Cow<'static, str>)>,
    source: String,
}

/// The tiers of one price, lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// At least one.
    pub tiers: Vec<Row>,
}

impl Rates {
    /// The first tier.
    pub fn first(&self) -> &Row {
        self.tiers.first().expect("internal: rates have a tier")
    }

    /// The tiers as they are without a free allowance: what the price list gives away at the bottom costs what the
    /// first paid tier costs. Unchanged where no tier is paid.
    #[must_use]
    pub fn without_free(mut self) -> Rates {
        if let Some(paid) = self.tiers.iter().position(|t| !t.price.is_zero()) {
            self.tiers.drain(..paid);
            if let Some(first) = self.tiers.first_mut() {
                first.begin = Decimal::ZERO;
            }
        }
        self
    }

    /// The same tiers at `factor` times the price.
    #[must_use]
    pub fn scaled(&self, factor: Decimal) -> Rates {
        let mut scaled = self.clone();
        for tier in &mut scaled.tiers {
            tier.price = tier.price.saturating_mul(factor);
        }
        scaled
    }
}

/// There is no such price. It is reported, and never a zero.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Miss {
    /// The region has no price file.
    #[error("no price book for region {region}; there are {}", have.join(", "))]
    Region {
        /// The region.
        region: String,
        /// The regions there are.
        have: Vec<String>,
    },
    /// The region's file has no such row.
    #[error("no price for {service} {usage_type}{} in {region}", if operation.is_empty() { String::new() } else { format!(" ({operation})") })]
    Row {
        /// Service code.
        service: String,
        /// Region.
        region: String,
        /// Usage type.
        usage_type: String,
        /// Operation.
        operation: String,
    },
    /// The usage type has a price for each of several operations, and none was chosen.
    #[error("{service} {usage_type} in {region} has a price for each operation ({}), and the operation is not known", operations.join(", "))]
    Operation {
        /// Service code.
        service: String,
        /// Region.
        region: String,
        /// Usage type.
        usage_type: String,
        /// The operations there are, in order.
        operations: Vec<String>,
    },
}

/// A price file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// A line is wrong.
    #[error("{path}:{line}:{column}: {message}")]
    Line {
        /// File.
        path: String,
        /// Line from 1.
        line: usize,
        /// Character column from 1.
        column: usize,
        /// What is wrong and what would be right.
        message: String,
    },
    /// The folder or a file cannot be read.
    #[error("{path}: {message}")]
    Read {
        /// Path.
        path: String,
        /// What the system said.
        message: String,
    },
}

impl PriceBook {
    /// The prices that came with the program.
    pub fn embedded() -> Self {
        let files = EMBEDDED
            .iter()
            .map(|(region, text)| ((*region).to_owned(), Cow::Borrowed(*text)))
            .collect();
        PriceBook {
            files,
            source: "embedded".to_owned(),
        }
    }

    /// The embedded prices with the regions of a folder (`REGION.tsv` each) in their place.
    ///
    /// # Errors
    /// [`BookError`] with file, line and column: a price file is used whole or not at all.
    pub fn with_folder(folder: &Path) -> Result<Self, BookError> {
        let files = read_all(folder).map_err(|e| BookError::Read {
            path: e.path.display().to_string(),
            message: e.message,
        })?;
        if files.is_empty() {
            let message = "no price file here; a price book is a folder of REGION.tsv".to_owned();
            return Err(BookError::Read {
                path: folder.display().to_string(),
                message,
            });
        }
        let mut book = PriceBook::embedded();
        for (name, text) in files {
            validate(&folder.join(&name).display().to_string(), &text)?;
            let region = name.strip_suffix(".tsv").unwrap_or(&name).to_owned();
            book.put(region, text);
        }
        book.source = folder.display().to_string();
        Ok(book)
    }

    /// Puts a region's file in place of what was there. `text` must be valid and sorted.
    pub fn put(&mut self, region: String, text: String) {
        self.files.retain(|(known, _)| *known != region);
        self.files.push((region, Cow::Owned(text)));
        self.files.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// `embedded`, or the folder.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The full text of a row's source. Embedded rows carry a short key; rows of an offer file say it themselves.
    pub fn source_text(key: &str) -> String {
        let manifest: serde_json::Value = serde_json::from_str(MANIFEST).unwrap_or_default();
        manifest["sources"][key].as_str().unwrap_or(key).to_owned()
    }

    /// The regions there are; `global` holds what has no region.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(region, _)| region.as_str())
    }

    /// All rows of a region, in order. Lines that are no rows are left out.
    pub fn rows(&self, region: &str) -> impl Iterator<Item = Row> {
        let text = self.text(region).unwrap_or_default();
        text.lines()
            .skip(1)
            .filter_map(|line| Row::parse(line).ok())
    }

    /// The newest date of any row of a region, `YYYY-MM-DD`.
    pub fn publication_date(&self, region: &str) -> Option<&str> {
        self.text(region)?
            .lines()
            .skip(1)
            .filter_map(|line| line.split('\t').nth(10))
            .max()
    }

    /// The tiers of a price. `operation` must match exactly; `None` takes the only operation there is.
    ///
    /// # Errors
    /// [`Miss`], which says what was looked for and where.
    pub fn rates(
        &self,
        service: &str,
        region: &str,
        usage_type: &str,
        operation: Option<&str>,
    ) -> Result<Rates, Miss> {
        let miss = || Miss::Row {
            service: service.to_owned(),
            region: region.to_owned(),
            usage_type: usage_type.to_owned(),
            operation: operation.unwrap_or_default().to_owned(),
        };
        let text = self.text(region).ok_or_else(|| Miss::Region {
            region: region.to_owned(),
            have: self
                .regions()
                .filter(|r| *r != "global")
                .map(str::to_owned)
                .collect(),
        })?;
        let key = match operation {
            Some(operation) => Row::key(service, usage_type, operation),
            None => format!("{service}\t{usage_type}\t"),
        };
        let mut tiers: Vec<Row> = Vec::new();
        for line in text[first_at(text, &key)..].lines() {
            if !line.starts_with(&key) {
                break;
            }
            let row = Row::parse(line).map_err(|_| miss())?;
            tiers.push(row);
        }
        // Two operations under one usage type are two prices: without a choice there is no answer.
        let mut operations: Vec<String> = tiers.iter().map(|row| row.operation.clone()).collect();
        operations.dedup();
        if operations.len() > 1 {
            return Err(Miss::Operation {
                service: service.to_owned(),
                region: region.to_owned(),
                usage_type: usage_type.to_owned(),
                operations,
            });
        }
        if tiers.is_empty() {
            Err(miss())
        } else {
            Ok(Rates { tiers })
        }
    }

    fn text(&self, region: &str) -> Option<&str> {
        self.files
            .iter()
            .find(|(known, _)| known == region)
            .map(|(_, text)| &**text)
    }
}

/// The byte offset of the first line that is not below `key`: binary search over lines.
fn first_at(text: &str, key: &str) -> usize {
    let (mut low, mut high) = (text.find('\n').map_or(text.len(), |i| i + 1), text.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = text[low..middle].rfind('\n').map_or(low, |i| low + i + 1);
        let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        if &text[start..end] < key {
            low = (end + 1).min(text.len());
        } else {
            high = start;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_is_valid_and_every_row_is_found() {
        let book = PriceBook::embedded();
        for (region, text) in &book.files {
            validate(region, text).unwrap_or_else(|e| panic!("{e}"));
            for row in book.rows(region) {
                let found = book
                    .rates(&row.service, region, &row.usage_type, Some(&row.operation))
                    .expect("found");
                assert!(found.tiers.contains(&row), "{row:?}");
            }
        }
    }

    #[test]
    fn without_a_choice_among_operations_there_is_no_price() {
        let miss = PriceBook::embedded()
            .rates("AWSELB", "eu-west-2", "EUW2-LCUUsage", None)
            .expect_err("three kinds of load balancer");
        assert_eq!(
            miss.to_string(),
            "AWSELB EUW2-LCUUsage in eu-west-2 has a price for each operation (LoadBalancing:Application, \
             LoadBalancing:Gateway, LoadBalancing:Network), and the operation is not known"
        );
    }

    #[test]
    fn a_miss_says_what_and_where() {
        let book = PriceBook::embedded();
        let miss = book
            .rates("AmazonECS", "eu-west-2", "EUW2-Nothing", Some(""))
            .expect_err("a miss");
        assert_eq!(
            miss.to_string(),
            "no price for AmazonECS EUW2-Nothing in eu-west-2"
        );
        let miss = book
            .rates("AmazonECS", "eu-central-1", "X", None)
            .expect_err("a miss");
        assert_eq!(
            miss.to_string(),
            "no price book for region eu-central-1; there are eu-west-1, eu-west-2, us-east-1"
        );
    }
}
