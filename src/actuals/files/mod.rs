//! Bills from files on this machine, read as a stream: a file may be larger than memory.

mod csv;
#[cfg(feature = "bill")]
mod parquet;
mod pivot;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::aggregate::Aggregate;
use super::{Bill, Engine, EngineError, Query};

/// Exports of one month: CUR 2.0 and FOCUS 1.2 as CSV (also gzipped) or Parquet, the answer of the SQL as CSV, or
/// Cost Explorer's CSV.
#[derive(Clone, Debug)]
pub struct Files(pub Vec<PathBuf>);

impl Engine for Files {
    fn source(&self) -> String {
        let names: Vec<String> = self.0.iter().map(|p| p.display().to_string()).collect();
        names.join(", ")
    }

    fn ask(&mut self, query: &Query) -> Result<Bill, EngineError> {
        let mut sums = Aggregate::default();
        let mut pivots = Bill::default();
        for path in &self.0 {
            let error = |reason: String| EngineError::File {
                path: path.clone(),
                reason,
            };
            match kind(path).map_err(error)? {
                Kind::Parquet => parquet_file(path, query, &mut sums).map_err(error)?,
                Kind::Text(text) => {
                    let mut rows = ::csv::ReaderBuilder::new().flexible(true).from_reader(text);
                    let header = rows.headers().map_err(|e| error(e.to_string()))?.clone();
                    if pivot::is_pivot(&header) {
                        let bill = pivot::read(&header, rows, query).map_err(error)?;
                        pivots.rows.extend(bill.rows);
                        pivots.read += bill.read;
                        pivots.notes.extend(bill.notes);
                    } else {
                        csv::read(&header, rows, query, &mut sums).map_err(error)?;
                    }
                }
            }
        }
        let mut bill = sums.finish(query.month);
        bill.rows.extend(pivots.rows);
        bill.read += pivots.read;
        bill.notes.extend(pivots.notes);
        Ok(bill)
    }
}

enum Kind {
    Parquet,
    Text(Box<dyn Read>),
}

/// What a file is, by its first bytes and not by its name.
fn kind(path: &Path) -> Result<Kind, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let head = file.fill_buf().map_err(|e| e.to_string())?;
    if head.starts_with(b"PAR1") {
        return Ok(Kind::Parquet);
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(Kind::Text(Box::new(MultiGzDecoder::new(file))));
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        file.consume(3);
    }
    Ok(Kind::Text(Box::new(file)))
}

#[cfg(feature = "bill")]
fn parquet_file(path: &Path, query: &Query, sums: &mut Aggregate) -> Result<(), String> {
    parquet::read(path, query, sums)
}

#[cfg(not(feature = "bill"))]
fn parquet_file(_: &Path, _: &Query, _: &mut Aggregate) -> Result<(), String> {
    Err(
        "is Parquet, which this build does not read: build it with --features bill, or export CSV"
            .to_owned(),
    )
}
