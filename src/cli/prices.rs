//! `isms-cost prices`.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use super::args::{PricesArgs, PricesCommand, RowsFormat};
use super::{CallError, Error, Outcome, progress, width};
use crate::diag::suggest;
use crate::pricing::import::{self, Scope};
use crate::pricing::{PriceBook, Row, has_price_files, write_all};
use crate::report::{price_changes, prices};

pub(super) fn run(
    args: &PricesArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    match &args.command {
        PricesCommand::Show {
            service,
            region,
            text,
            price_book,
            format,
        } => show(
            service.as_ref(),
            region.as_ref(),
            text.as_ref(),
            price_book.as_deref(),
            *format,
            out,
        ),
        PricesCommand::Import {
            file,
            price_book,
            regions,
            keep,
            dry_run,
        } => {
            let scope = Scope {
                regions: regions.clone(),
                keep: *keep,
            };
            take(file, price_book, &scope, *dry_run, out, err)
        }
    }
}

fn take(
    file: &Path,
    folder: &Path,
    scope: &Scope,
    dry_run: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let path = file.display().to_string();
    let input = File::open(file).map_err(|e| CallError(format!("{path}: {e}")))?;
    let size = input.metadata().map_or(0, |m| m.len());
    let bar = progress::bytes(size, "reading prices");
    let read = import::read(&path, &mut BufReader::new(bar.wrap_read(input)));
    bar.finish_and_clear();
    let offer = read.map_err(|e| CallError(e.to_string()))?;
    if let Some(region) = scope.regions.iter().find(|r| !offer.files.contains_key(*r)) {
        let have: Vec<&str> = offer.files.keys().map(String::as_str).collect();
        let message = format!(
            "{path} has no prices of '{region}'; it has {}",
            have.join(", ")
        );
        return Err(CallError(message).into());
    }
    let book = if has_price_files(folder) {
        PriceBook::with_folder(folder).map_err(|e| CallError(e.to_string()))?
    } else {
        PriceBook::embedded()
    };
    let updates = import::updates(&book, &offer, scope);
    price_changes::text(out, &offer, &updates)?;
    if dry_run {
        writeln!(err, "nothing written: this was a dry run")?;
        return Ok(Outcome::Fine);
    }
    let files = updates
        .iter()
        .map(|update| (format!("{}.tsv", update.region), Row::file(&update.rows)))
        .collect();
    write_all(folder, &files).map_err(|e| CallError(e.to_string()))?;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    writeln!(err, "wrote {} in {}", names.join(", "), folder.display())?;
    Ok(Outcome::Fine)
}

fn show(
    service: Option<&String>,
    region: Option<&String>,
    text: Option<&String>,
    price_book: Option<&Path>,
    format: RowsFormat,
    out: &mut dyn Write,
) -> Result<Outcome, Error> {
    let book = match price_book {
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
    let holds = |whole: &str, part: Option<&String>| {
        part.is_none_or(|p| whole.to_ascii_lowercase().contains(&p.to_ascii_lowercase()))
    };
    let mut rows: Vec<(String, Row)> = Vec::new();
    for name in regions
        .iter()
        .filter(|name| region.is_none_or(|r| r == *name))
    {
        let matching = book.rows(name).filter(|row| {
            holds(&row.service, service)
                && (holds(&row.usage_type, text) || holds(&row.description, text))
        });
        rows.extend(matching.map(|row| (name.clone(), row)));
    }
    match format {
        RowsFormat::Table => prices::table(out, &rows, width())?,
        RowsFormat::Json => prices::json(out, &rows)?,
        RowsFormat::Csv => prices::csv(out, &rows)?,
    }
    Ok(Outcome::Fine)
}
