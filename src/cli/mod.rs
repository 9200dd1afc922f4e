//! The commands: each one file.

mod actuals;
pub mod args;
mod base;
mod check;
mod comment;
mod diff;
mod estimate;
mod evidence;
mod explain;
mod gate;
mod judge;
mod plan;
mod prices;
mod progress;
mod refresh;
mod report;
mod run;

use std::io::{self, Write};

use clap::CommandFactory;

use crate::report as formats;
use args::{Cli, Command, RulesFormat};
pub use plan::{CallError, Plan};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Fine: exit 0.
    Fine,
    /// The gate says no: exit 1.
    Refused,
    /// The input is wrong: exit 2.
    WrongInput,
}

/// Why the work could not be done; exit 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call is wrong.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The forge did not do what it was asked.
    #[error(transparent)]
    Forge(#[from] crate::forge::ForgeError),
    /// Output could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Does what the command line says. Results go to `out`, all else to `err`.
///
/// # Errors
/// [`Error`]: the call is wrong, or the output could not be written.
pub fn run(cli: &Cli, out: &mut dyn Write, err: &mut dyn Write) -> Result<Outcome, Error> {
    match &cli.command {
        Command::Estimate(args) => estimate::run(args, out, err),
        Command::Check(args) => check::run(args, out, err),
        Command::Evidence(args) => evidence::run(args, out, err),
        Command::Diff(args) => diff::run(args, out, err),
        Command::Report(args) => report::run(args, err),
        Command::Gate(args) => gate::run(args, out, err),
        Command::Comment(args) => comment::run(args, out, err),
        Command::Explain(args) => explain::run(args, out, err),
        Command::Actuals(args) => actuals::run(args, out, err),
        Command::Prices(args) => prices::run(args, out, err),
        Command::Rules { format } => {
            match format {
                RulesFormat::Table => formats::rules::table(out)?,
                RulesFormat::Json => formats::rules::json(out)?,
                RulesFormat::Markdown => formats::rules::markdown(out)?,
            }
            Ok(Outcome::Fine)
        }
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "isms-cost", &mut &mut *out);
            Ok(Outcome::Fine)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut &mut *out)?;
            Ok(Outcome::Fine)
        }
    }
}

/// The terminal's width, or none where the output is no terminal.
fn width() -> Option<u16> {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.or_else(|| comfy_table::Table::new().width())
}
