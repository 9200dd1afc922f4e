//! Bills of closed months on disk: what was paid for once is not asked for again.

use std::fs;
use std::io;
use std::path::PathBuf;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Date, Duration};

use crate::actuals::{Bill, BillRow, Charge, Owner, Query};
use crate::pricing::Usd;
use crate::source::write_whole;

/// Days after a month's end until its bill is taken for final: AWS still adds to it in the first days of the next.
const SETTLED: Duration = Duration::days(7);

/// A folder of bills.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    account: String,
}

/// A row as it is kept; amounts as text, exactly.
#[derive(Deserialize, Serialize)]
struct Kept {
    service: String,
    usage_type: String,
    unit: String,
    charge: Option<String>,
    owner: String,
    day: Option<i32>,
    quantity: Option<Decimal>,
    cost: Decimal,
}

impl Cache {
    pub(super) fn new(folder: PathBuf, account: &str) -> Self {
        Cache {
            folder,
            account: account.to_owned(),
        }
    }

    pub(super) fn is_final(&self, query: &Query, today: Date) -> bool {
        query.month.end().saturating_add(SETTLED) <= today
    }

    fn path(&self, query: &Query) -> PathBuf {
        let mut hash = Sha256::new();
        for part in ["1", &self.account, &query.tag, &query.value] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let name: String = hash
            .finalize()
            .iter()
            .take(8)
            .map(|b| format!("{b:02x}"))
            .collect();
        self.folder.join(format!("{}-{name}.json", query.month))
    }

    /// A bill that is kept. A file that cannot be read is as good as none.
    pub(super) fn get(&self, query: &Query) -> Option<Bill> {
        let path = self.path(query);
        let kept: Vec<Kept> = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        let read = kept.len() as u64;
        let rows: Option<Vec<BillRow>> = kept.into_iter().map(row).collect();
        Some(Bill {
            rows: rows?,
            read,
            notes: vec![format!("from {}, asked for before", path.display())],
        })
    }

    pub(super) fn put(&self, query: &Query, bill: &Bill) -> io::Result<PathBuf> {
        let path = self.path(query);
        let rows: Vec<Kept> = bill.rows.iter().map(kept).collect();
        fs::create_dir_all(&self.folder)?;
        write_whole(&path, &serde_json::to_vec(&rows).map_err(io::Error::from)?)?;
        Ok(path)
    }
}

fn kept(row: &BillRow) -> Kept {
    Kept {
        service: row.service.clone(),
        usage_type: row.usage_type.clone(),
        unit: row.unit.clone(),
        charge: match &row.charge {
            Charge::Usage => None,
            Charge::Else(name) => Some(name.clone()),
        },
        owner: row.owner.as_str().to_owned(),
        day: row.day.map(Date::to_julian_day),
        quantity: row.quantity,
        cost: row.cost.0,
    }
}

fn row(kept: Kept) -> Option<BillRow> {
    let day = match kept.day {
        Some(day) => Some(Date::from_julian_day(day).ok()?),
        None => None,
    };
    Some(BillRow {
        service: kept.service,
        usage_type: kept.usage_type,
        region: String::new(),
        unit: kept.unit,
        charge: kept.charge.map_or(Charge::Usage, Charge::Else),
        owner: Owner::parse(&kept.owner)?,
        day,
        quantity: kept.quantity,
        cost: Usd(kept.cost),
    })
}
