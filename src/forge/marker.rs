//! The hidden first line of the comment: whose it is, and of which run.

use std::fmt::Write as _;

/// Which run is newer. Compared within a kind only: of two kinds nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// A run's number and its attempt; both grow.
    Run(u64, u64),
    /// Where there are no runs: when the commit was made, in seconds since 1970.
    Commit(u64),
}

impl Order {
    /// Whether this is older than another.
    pub fn is_older(self, other: Order) -> bool {
        match (self, other) {
            (Order::Run(a, b), Order::Run(c, d)) => (a, b) < (c, d),
            (Order::Commit(a), Order::Commit(b)) => a < b,
            _ => false,
        }
    }
}

/// The first line of a comment, an HTML comment, for example `<!-- isms-cost key=default run=42.1 -->`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Tells several comments on one pull request apart.
    pub key: String,
    /// Of which run it is.
    pub order: Order,
}

const START: &str = "<!-- isms-cost ";
const END: &str = " -->";

impl Marker {
    /// Whether a name can be a key: letters, digits, `-`, `_`, `.`.
    pub fn key_fits(key: &str) -> bool {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !key.is_empty() && key.len() <= 100 && key.chars().all(fits)
    }

    /// As the first line.
    pub fn print(&self) -> String {
        let mut line = format!("{START}key={}", self.key);
        let _ = match self.order {
            Order::Run(run, attempt) => write!(line, " run={run}.{attempt}"),
            Order::Commit(time) => write!(line, " commit={time}"),
        };
        line + END
    }

    /// The marker of a comment, and its text without it. Keys that a later version may add are passed over.
    pub fn read(body: &str) -> Option<(Marker, &str)> {
        let (line, rest) = body.split_once('\n').unwrap_or((body, ""));
        let inside = line.trim_end().strip_prefix(START)?.strip_suffix(END)?;
        let (mut key, mut order) = (None, None);
        for pair in inside.split_whitespace() {
            match pair.split_once('=')? {
                ("key", text) => key = Some(text.to_owned()),
                ("run", text) => {
                    let (run, attempt) = text.split_once('.')?;
                    order = Some(Order::Run(run.parse().ok()?, attempt.parse().ok()?));
                }
                ("commit", text) => order = Some(Order::Commit(text.parse().ok()?)),
                _ => {}
            }
        }
        let marker = Marker {
            key: key?,
            order: order?,
        };
        Some((marker, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        for order in [Order::Run(12345678901, 2), Order::Commit(1_700_000_000)] {
            let marker = Marker {
                key: "prod-1".to_owned(),
                order,
            };
            let body = format!("{}\ntext\nmore", marker.print());
            assert_eq!(Marker::read(&body), Some((marker, "text\nmore")));
        }
        // GitLab and GitHub may hand back other line ends.
        let body = "<!-- isms-cost key=a run=1.1 new=thing -->\r\ntext";
        assert_eq!(Marker::read(body).map(|m| m.1), Some("text"));
        for wrong in [
            "",
            "text",
            "> <!-- isms-cost key=a run=1.1 -->",
            "<!-- isms-cost key=a -->",
            "<!-- isms-cost key=a run=x.1 -->",
            "<!-- isms-cost-2 key=a run=1.1 -->",
        ] {
            assert_eq!(Marker::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn runs_are_ordered_and_kinds_are_not() {
        assert!(Order::Run(1, 9).is_older(Order::Run(2, 1)));
        assert!(Order::Run(2, 1).is_older(Order::Run(2, 2)));
        assert!(!Order::Run(2, 2).is_older(Order::Run(2, 2)));
        assert!(Order::Commit(1).is_older(Order::Commit(2)));
        assert!(!Order::Commit(1).is_older(Order::Run(2, 2)));
        assert!(!Order::Run(1, 1).is_older(Order::Commit(2)));
    }
}
