//! A billing month.

use std::fmt;
use std::str::FromStr;

use time::{Date, Duration};

/// A calendar month in UTC, which is what AWS bills by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: Date,
}

/// The text is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no month; write YYYY-MM, for example 2026-10")]
pub struct MonthError(String);

impl Month {
    /// The month that a day is in.
    pub fn of(day: Date) -> Self {
        Month {
            first: day.replace_day(1).unwrap_or(day),
        }
    }

    /// The month before.
    pub fn previous(self) -> Self {
        Self::of(self.first.saturating_sub(Duration::DAY))
    }

    /// Its first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// The day after its last.
    pub fn end(self) -> Date {
        Self::of(self.first.saturating_add(Duration::days(31))).first
    }

    /// Whether a day is in it.
    pub fn contains(self, day: Date) -> bool {
        self.first <= day && day < self.end()
    }

    /// Its days that were over before `today`: all of a past month.
    pub fn days_over(self, today: Date) -> Vec<Date> {
        let end = self.end().min(today);
        std::iter::successors(Some(self.first), |day| day.next_day())
            .take_while(|day| *day < end)
            .collect()
    }
}

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        let format = time::macros::format_description!("[year]-[month]-[day]");
        let first = Date::parse(&format!("{text}-01"), format);
        first
            .map(|first| Month { first })
            .map_err(|_| MonthError(text.to_owned()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), u8::from(self.first.month()));
        write!(f, "{year:04}-{month:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn months_have_their_days() {
        let month: Month = "2028-02".parse().expect("a month");
        assert_eq!(
            (month.first(), month.end()),
            (date!(2028 - 02 - 01), date!(2028 - 03 - 01))
        );
        assert_eq!(month.days_over(date!(2028 - 06 - 01)).len(), 29);
        assert_eq!(month.days_over(date!(2028 - 02 - 10)).len(), 9);
        assert_eq!(month.days_over(date!(2028 - 02 - 01)), []);
        assert_eq!(month.previous().to_string(), "2028-01");
        assert_eq!(
            Month::of(date!(2028 - 01 - 31)).previous().to_string(),
            "2027-12"
        );
        for wrong in ["2028", "2028-13", "2028-02-01", ""] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }
}
