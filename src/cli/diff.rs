//! `isms-cost diff`.

use std::io::Write;

use super::args::{DiffArgs, DiffFormat};
use super::base::{Compared, named_moves, start};
use super::run::Priced;
use super::{Error, Outcome, Plan};
use crate::report::diff as report;

pub(super) fn run(
    args: &DiffArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let moved = named_moves(&args.moved)?;
    let plan = Plan::new(&args.input)?;
    // git starts while the head is evaluated.
    let tree = start(&args.base, &plan)?;
    let head = Priced::new(plan);
    if !head.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let Some(compared) = Compared::new(&head, tree, &moved, err)? else {
        return Ok(Outcome::WrongInput);
    };
    let currency = &head.plan.currency;
    match args.format {
        DiffFormat::Table => report::table(out, &compared.deltas, currency)?,
        DiffFormat::Json => report::json(out, &compared.deltas, currency, &head.sources)?,
        DiffFormat::Markdown => report::markdown(out, &compared.deltas, currency)?,
    }
    Ok(Outcome::Fine)
}
