//! CUR 2.0, FOCUS 1.2 and the answer of the SQL as Parquet: only the columns that count, a batch of rows at a time.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use crate::actuals::aggregate::{Aggregate, Record};
use crate::actuals::fixed::Fixed;
use crate::actuals::layout::{ANSWER, Layout};
use crate::actuals::{Owner, Query, tags};

/// Rows at a time: a few megabytes with the columns that are read.
const BATCH: usize = 8192;
/// The Julian day number of 1970-01-01.
const EPOCH: i64 = 2_440_588;

pub(super) fn read(path: &Path, query: &Query, sums: &mut Aggregate) -> Result<(), String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    // Types by Parquet's own schema: what a writer thinks of them besides has too many forms.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|e| e.to_string())?;
    let names: Vec<String> = builder
        .schema()
        .fields()
        .iter()
        .map(|f| f.name().clone())
        .collect();
    let layout = Layout::of(names.iter().map(String::as_str))?;
    let wanted: Vec<usize> = layout
        .columns()
        .filter_map(|column| names.iter().position(|n| n == column))
        .collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
    let batches = builder
        .with_projection(mask)
        .with_batch_size(BATCH)
        .build()
        .map_err(|e| e.to_string())?;
    let first = i64::from(query.month.first().to_julian_day());
    let end = i64::from(query.month.end().to_julian_day());
    for batch in batches {
        let batch = batch.map_err(|e| e.to_string())?;
        add(&batch, layout, query, first..end, sums)?;
    }
    Ok(())
}

fn add(
    batch: &RecordBatch,
    layout: &Layout,
    query: &Query,
    month: std::ops::Range<i64>,
    sums: &mut Aggregate,
) -> Result<(), String> {
    let texts = |name: &str| Texts::new(batch, name);
    let needed =
        |name: &str| texts(name).and_then(|t| t.ok_or_else(|| format!("has no column {name}")));
    let numbers = |name: &str| Numbers::new(batch, name);
    let (service, usage_type) = (needed(layout.service)?, needed(layout.usage_type)?);
    let charge = needed(layout.charge)?;
    let (region, unit) = (texts(layout.region)?, texts(layout.unit)?);
    let class = layout.class.map(texts).transpose()?.flatten();
    let currency = layout.currency.map(texts).transpose()?.flatten();
    let start = Days::new(batch, layout.start)?;
    let period = match layout.period.filter(|p| batch.column_by_name(p).is_some()) {
        Some(period) => Some(Days::new(batch, period)?),
        None => None,
    };
    let (quantity, cost) = (numbers(layout.quantity)?, numbers(layout.cost)?);
    let mut covered = Vec::new();
    for (kind, column) in layout.covered {
        if batch.column_by_name(column).is_some() {
            covered.push((*kind, numbers(column)?));
        }
    }
    let owners = owners(batch, layout, query)?;
    for row in 0..batch.num_rows() {
        let day = start.get(row);
        let of = period.as_ref().map_or(day, |p| p.get(row));
        let (Some(day), Some(of)) = (day, of) else {
            return Err("has a row without a date".to_owned());
        };
        if !month.contains(&of) {
            sums.skip();
            continue;
        }
        let paid = at(currency.as_ref(), row);
        if !matches!(paid, "" | "USD") {
            return Err(format!(
                "has amounts in {paid}; only bills in USD are compared"
            ));
        }
        let kind = match at(class.as_ref(), row) {
            "Correction" => "Correction",
            _ => charge.get(row),
        };
        let own = covered.iter().find(|(of, _)| *of == kind);
        let amount = match own {
            Some((_, column)) if !column.is_null(row) => column.get(row),
            _ => cost.get(row),
        };
        let bad = || {
            format!(
                "has an amount that is no number, at a row of {}",
                usage_type.get(row)
            )
        };
        sums.add(&Record {
            service: service.get(row),
            usage_type: usage_type.get(row),
            region: at(region.as_ref(), row),
            unit: at(unit.as_ref(), row),
            charge: kind,
            owner: owners[row],
            day: i32::try_from(day).map_err(|_| "has a date out of range".to_owned())?,
            quantity: quantity.get(row).ok_or_else(bad)?,
            cost: amount.ok_or_else(bad)?,
        });
    }
    Ok(())
}

/// A column of text; a missing value is an empty text.
struct Texts<'a>(&'a arrow_array::StringArray);

impl<'a> Texts<'a> {
    fn new(batch: &'a RecordBatch, name: &str) -> Result<Option<Self>, String> {
        let Some(column) = batch.column_by_name(name) else {
            return Ok(None);
        };
        let texts = column.as_string_opt::<i32>();
        texts
            .map(|t| Some(Texts(t)))
            .ok_or_else(|| format!("has a column {name} of {}, not text", column.data_type()))
    }

    fn get(&self, row: usize) -> &'a str {
        if self.0.is_null(row) {
            ""
        } else {
            self.0.value(row)
        }
    }
}

/// The text of a column that may be missing.
fn at<'a>(column: Option<&Texts<'a>>, row: usize) -> &'a str {
    column.map_or("", |texts| texts.get(row))
}

/// A column of numbers.
struct Numbers<'a>(&'a ArrayRef);

impl<'a> Numbers<'a> {
    fn new(batch: &'a RecordBatch, name: &str) -> Result<Self, String> {
        let column = batch
            .column_by_name(name)
            .ok_or_else(|| format!("has no column {name}"))?;
        match column.data_type() {
            DataType::Float64 | DataType::Decimal128(..) | DataType::Int64 => Ok(Numbers(column)),
            other => Err(format!("has a column {name} of {other}, not numbers")),
        }
    }

    fn is_null(&self, row: usize) -> bool {
        self.0.is_null(row)
    }

    /// `None` for what is no number; a missing value is nothing.
    fn get(&self, row: usize) -> Option<Fixed> {
        if self.is_null(row) {
            return Some(Fixed::default());
        }
        match self.0.data_type() {
            DataType::Float64 => Fixed::from_f64(self.0.as_primitive::<Float64Type>().value(row)),
            DataType::Decimal128(_, scale) => {
                Fixed::from_scaled(self.0.as_primitive::<Decimal128Type>().value(row), *scale)
            }
            _ => Fixed::from_scaled(self.0.as_primitive::<Int64Type>().value(row).into(), 0),
        }
    }
}

/// A column of times or days.
struct Days<'a>(&'a ArrayRef);

impl<'a> Days<'a> {
    fn new(batch: &'a RecordBatch, name: &str) -> Result<Self, String> {
        let column = batch
            .column_by_name(name)
            .ok_or_else(|| format!("has no column {name}"))?;
        match column.data_type() {
            DataType::Timestamp(..) | DataType::Date32 => Ok(Days(column)),
            other => Err(format!("has a column {name} of {other}, not dates")),
        }
    }

    /// The Julian day number.
    fn get(&self, row: usize) -> Option<i64> {
        if self.0.is_null(row) {
            return None;
        }
        const DAY: i64 = 86_400;
        let days = match self.0.data_type() {
            DataType::Date32 => self.0.as_primitive::<Date32Type>().value(row).into(),
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => self
                    .0
                    .as_primitive::<TimestampSecondType>()
                    .value(row)
                    .div_euclid(DAY),
                TimeUnit::Millisecond => {
                    let time = self.0.as_primitive::<TimestampMillisecondType>().value(row);
                    time.div_euclid(DAY * 1_000)
                }
                TimeUnit::Microsecond => {
                    let time = self.0.as_primitive::<TimestampMicrosecondType>().value(row);
                    time.div_euclid(DAY * 1_000_000)
                }
                TimeUnit::Nanosecond => {
                    let time = self.0.as_primitive::<TimestampNanosecondType>().value(row);
                    time.div_euclid(DAY * 1_000_000_000)
                }
            },
            _ => return None,
        };
        days.checked_add(EPOCH)
    }
}

/// Whose each row is.
fn owners(batch: &RecordBatch, layout: &Layout, query: &Query) -> Result<Vec<Owner>, String> {
    let column = batch
        .column_by_name(layout.tags)
        .ok_or_else(|| format!("has no column {}", layout.tags))?;
    let rows = 0..batch.num_rows();
    if let Some(maps) = column.as_map_opt() {
        let (Some(keys), Some(values)) = (
            maps.keys().as_string_opt::<i32>(),
            maps.values().as_string_opt::<i32>(),
        ) else {
            return Err(format!("has tags in {} that are not text", layout.tags));
        };
        let offsets = maps.value_offsets();
        let own = |row: usize| {
            if maps.is_null(row) {
                return None;
            }
            let from = usize::try_from(*offsets.get(row)?).ok()?;
            let to = usize::try_from(*offsets.get(row + 1)?).ok()?;
            (from..to)
                .find(|i| tags::is_key(keys.value(*i), &query.tag))
                .filter(|i| !values.is_null(*i))
                .map(|i| values.value(i))
        };
        return Ok(rows.map(|row| tags::owner(own(row), query)).collect());
    }
    let Some(texts) = Texts::new(batch, layout.tags)? else {
        return Err(format!("has no column {}", layout.tags));
    };
    rows.map(|row| {
        let text = texts.get(row);
        if layout.name == ANSWER.name {
            Owner::parse(text).ok_or_else(|| format!("has an owner '{text}'"))
        } else {
            Ok(tags::owner_of_json(text, query))
        }
    })
    .collect()
}
