//! `isms-cost prices`.

use std::io::Write;
use std::path::Path;

use super::args::{Format, PricesArgs, PricesCommand};
use super::{CallError, Error, Outcome, width};
use crate::diag::suggest;
use crate::pricing::{PriceBook, Row};
use crate::report::prices;

pub(super) fn run(args: &PricesArgs, out: &mut dyn Write) -> Result<Outcome, Error> {
    let PricesCommand::Show {
        service,
        region,
        text,
        price_book,
        format,
    } = &args.command;
    let book = match price_book.as_deref().map(Path::new) {
        Some(folder) => PriceBook::with_folder(folder).map_err(|e| CallError(e.to_string()))?,
        None => PriceBook::embedded(),
    };
    let regions: Vec<String> = book.regions().map(str::to_owned).collect();
    if let Some(wanted) = region
        && !regions.contains(wanted)
    {
        let nearest = suggest(wanted, regions.iter().map(String::as_str))
            .map(|n| format!("did you mean {n}? "));
        let message = format!(
            "there is no price book for '{wanted}'; {}There are {}",
            nearest.unwrap_or_default(),
            regions.join(", ")
        );
        return Err(CallError(message).into());
    }
    let holds = |whole: &str, part: &Option<String>| {
        part.as_ref()
            .is_none_or(|p| whole.to_ascii_lowercase().contains(&p.to_ascii_lowercase()))
    };
    let mut rows: Vec<(String, Row)> = Vec::new();
    for name in regions
        .iter()
        .filter(|name| region.as_ref().is_none_or(|r| r == *name))
    {
        let matching = book.rows(name).filter(|row| {
            holds(&row.service, service)
                && (holds(&row.usage_type, text) || holds(&row.description, text))
        });
        rows.extend(matching.map(|row| (name.clone(), row)));
    }
    match format {
        Format::Table | Format::Markdown => prices::table(out, &rows, width())?,
        Format::Json => prices::json(out, &rows)?,
        Format::Csv => prices::csv(out, &rows)?,
    }
    Ok(Outcome::Fine)
}
