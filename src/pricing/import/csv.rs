//! The CSV form: five lines of head, then columns that differ from service to service and are found by name.

use std::collections::BTreeMap;
use std::io::Read;

use super::collect::{Collector, Fields, Head};
use super::{ImportError, Offer};

/// Columns without which a price cannot be told.
const NEEDED: [&str; 6] = [
    "SKU",
    "TermType",
    "Unit",
    "PricePerUnit",
    "Currency",
    "usageType",
];

pub(super) fn read(path: &str, input: &mut dyn Read) -> Result<Offer, ImportError> {
    let error = |line: Option<u64>, message: String| ImportError {
        path: path.to_owned(),
        line,
        message,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input);
    let mut head = Head::default();
    let mut columns: Option<Columns> = None;
    let mut collector: Option<Collector> = None;
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record).map_err(|e| {
            let line = e.position().map(csv::Position::line);
            error(line, e.to_string())
        })?;
        if !more {
            break;
        }
        let line = record.position().map(csv::Position::line);
        let (Some(columns), Some(collector)) = (&columns, &mut collector) else {
            match (record.get(0), record.get(1)) {
                (Some("SKU"), _) => {
                    columns = Some(Columns::new(&record).map_err(|m| error(line, m))?);
                    collector = Some(
                        Collector::new(std::mem::take(&mut head)).map_err(|m| error(line, m))?,
                    );
                }
                (Some("FormatVersion"), Some(version)) if version != "v1.0" => {
                    let message = format!("the format is '{version}', and only v1.0 can be read");
                    return Err(error(line, message));
                }
                (Some("OfferCode"), Some(text)) => head.service = text.to_owned(),
                (Some("Version"), Some(text)) => head.version = text.to_owned(),
                (Some("Publication Date"), Some(text)) => head.published = text.to_owned(),
                (Some("FormatVersion" | "Disclaimer"), _) => {}
                _ => {
                    let message = "this is no offer file: a line of its head is expected (FormatVersion, Disclaimer, \
                                   Publication Date, Version, OfferCode), or the line of column names that begins with SKU";
                    return Err(error(line, message.to_owned()));
                }
            }
            continue;
        };
        if record.len() != columns.count {
            let message = format!(
                "this line has {} columns and the header has {}; the file is cut off or damaged",
                record.len(),
                columns.count
            );
            return Err(error(line, message));
        }
        let field = |name: &str| columns.field(&record, name);
        if field("TermType") != "OnDemand" {
            collector.leave_out("reserved or of a savings plan");
            continue;
        }
        collector
            .add(&Fields {
                service: field("serviceCode"),
                sku: field("SKU"),
                term: field("OfferTermCode"),
                currency: field("Currency"),
                region: field("Region Code"),
                from_region: field("From Region Code"),
                to_region: field("To Region Code"),
                usage_type: field("usageType"),
                operation: field("operation"),
                capacity_status: field("CapacityStatus"),
                begin: field("StartingRange"),
                end: field("EndingRange"),
                unit: field("Unit"),
                price: field("PricePerUnit"),
                description: field("PriceDescription"),
            })
            .map_err(|message| error(line, message))?;
    }
    match collector {
        Some(collector) => collector.finish(path),
        None => Err(error(
            None,
            "this is no offer file: it has no line of column names that begins with SKU".to_owned(),
        )),
    }
}

/// Where each column stands.
struct Columns {
    at: BTreeMap<String, usize>,
    count: usize,
}

impl Columns {
    fn new(record: &csv::StringRecord) -> Result<Self, String> {
        let at: BTreeMap<String, usize> = record.iter().map(str::to_owned).zip(0..).collect();
        let missing: Vec<&str> = NEEDED
            .into_iter()
            .filter(|needed| !at.contains_key(*needed))
            .collect();
        if missing.is_empty() {
            Ok(Columns {
                at,
                count: record.len(),
            })
        } else {
            Err(format!("there is no column {}", missing.join(", ")))
        }
    }

    /// The field under a name; empty where the service's files have no such column.
    fn field<'r>(&self, record: &'r csv::StringRecord, name: &str) -> &'r str {
        self.at
            .get(name)
            .and_then(|at| record.get(*at))
            .unwrap_or_default()
    }
}
