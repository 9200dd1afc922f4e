//! Money, list prices and exchange rates. Every price has a row with its source and date; there is no other.

mod age;
mod book;
mod changes;
mod fx;
pub mod import;
mod money;
mod range;
mod region;
mod row;
mod spot;
mod store;
mod tier;
mod validate;

pub use age::{STALE_AFTER_DAYS, staleness};
pub use book::{BookError, Miss, PriceBook, Rates};
pub use changes::{Changes, percent};
pub use fx::{Currency, FxError};
pub use money::Usd;
pub use range::Range;
pub use region::usage_type;
pub use row::{COLUMNS, HEADER, Row, RowError};
pub use spot::{derive_london_arm_spot, derived_spot_source};
pub use store::{StoreError, has_price_files, write_all};
pub use tier::apply;

use rust_decimal::Decimal;

/// Hours in a month. Source: AWS Pricing Calculator and AWS's own cost guidance use 730.
pub const HOURS_PER_MONTH: Decimal = Decimal::from_parts(730, 0, 0, false, 0);
