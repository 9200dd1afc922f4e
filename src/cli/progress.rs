//! A bar on a terminal for work that takes seconds; nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Files below this are read before a bar could be looked at.
const LARGE: u64 = 4 << 20;
/// Environments below this are compared before a bar could be looked at.
const MANY: usize = 4;

/// A bar over the bytes of a file.
pub(super) fn bytes(total: u64, what: &str) -> ProgressBar {
    bar(
        total,
        what,
        total >= LARGE,
        "{msg} [{bar:30}] {bytes} of {total_bytes}",
    )
}

/// A bar over environments.
pub(super) fn environments(total: usize, what: &str) -> ProgressBar {
    let count = u64::try_from(total).unwrap_or(u64::MAX);
    bar(
        count,
        what,
        total >= MANY,
        "{msg} [{bar:30}] {pos} of {len}",
    )
}

/// Standard error is drawn on only where it is a terminal: indicatif sees to that.
fn bar(total: u64, what: &str, worth_it: bool, template: &str) -> ProgressBar {
    if !worth_it {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what.to_owned());
    bar
}

/// A bar over requests to AWS, each of which takes a tenth of a second.
#[cfg(feature = "live")]
pub(super) fn requests(total: usize, what: &str) -> ProgressBar {
    let count = u64::try_from(total).unwrap_or(u64::MAX);
    bar(count, what, total >= 10, "{msg} [{bar:30}] {pos} of {len}")
}
