//! How old the prices are.

use time::Date;
use time::macros::format_description;

/// Older price books earn a warning.
pub const STALE_AFTER_DAYS: i64 = 90;

/// The age in days of a `YYYY-MM-DD` date if it is more than [`STALE_AFTER_DAYS`] on `today`.
pub fn staleness(date: &str, today: Date) -> Option<i64> {
    let date = Date::parse(date, format_description!("[year]-[month]-[day]")).ok()?;
    let days = (today - date).whole_days();
    (days > STALE_AFTER_DAYS).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn ninety_days_are_fine_and_ninety_one_are_not() {
        assert_eq!(staleness("2026-08-25", date!(2026 - 11 - 23)), None);
        assert_eq!(staleness("2026-08-24", date!(2026 - 11 - 23)), Some(91));
    }
}
