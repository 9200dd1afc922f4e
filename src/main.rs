//! The `isms-cost` program: everything is in the library.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use isms_cost::cli::{self, Error, Outcome};

fn main() -> ExitCode {
    let arguments = cli::args::Cli::parse();
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    let mut err = anstream::stderr().lock();
    let result = cli::run(&arguments, &mut out, &mut err).and_then(|outcome| {
        out.flush()?;
        Ok(outcome)
    });
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::from(1),
        Ok(Outcome::WrongInput) => ExitCode::from(2),
        // A pager that was closed is no failure.
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(err, "error: {error}");
            ExitCode::from(2)
        }
    }
}
