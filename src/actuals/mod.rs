//! What was billed against what was estimated.
//!
//! ```text
//! CUR 2.0, FOCUS 1.2 (CSV, Parquet) ─┐
//! Cost Explorer's CSV, Athena's CSV ─┼─Engine─▶ Bill ─compare─▶ Comparison ─▶ report
//! Cost Explorer's API ───────────────┘                    └─calibrate─▶ Usage
//! ```
//!
//! An [`Engine`] answers one question, [`Query`]: the sums of one billing month by service, usage type, charge, owner
//! and day. The question is written down once as SQL, in `sql/`, for Athena and other engines that speak it.

mod aggregate;
mod bill;
mod calibrate;
mod compare;
#[cfg(feature = "live")]
mod explorer;
mod files;
mod fixed;
mod layout;
mod month;
mod query;
mod services;
mod tags;

pub use bill::{Bill, BillRow, Charge, Owner};
pub use calibrate::{Calibrated, Calibration, NewFigure, calibrate};
pub use compare::{
    Absent, Comparison, Excluded, Matched, Unexplained, compare, day_ranges, no_usage,
};
#[cfg(feature = "live")]
pub use explorer::Explorer;
pub use files::Files;
pub use month::{Month, MonthError};
pub use query::{Dialect, Engine, EngineError, Query, Table, sql};
