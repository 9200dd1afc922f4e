//! `isms-cost prices`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use super::args::{InputArgs, PricesArgs, PricesCommand, RowsFormat};
use super::plan::configured_book;
use super::run::Priced;
use super::{CallError, Error, Outcome, Plan, progress, width};
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
            let folder = folder(price_book.as_deref())?;
            let scope = Scope {
                regions: regions.clone(),
                keep: *keep,
                asked: None,
            };
            take(file, &folder, &scope, *dry_run, out, err)
        }
        PricesCommand::Refresh { ask, bulk, dry_run } => {
            super::refresh::refresh(ask, *bulk, *dry_run, out, err)
        }
        PricesCommand::Verify { ask } => super::refresh::verify(ask, out, err),
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
    let book = book_of(folder)?;
    let updates = import::updates(&book, &offer, scope);
    price_changes::text(out, &offer, &updates)?;
    let files = updates
        .iter()
        .map(|update| (update.region.clone(), Row::file(&update.rows)))
        .collect();
    effect(&files, &book, out, err)?;
    if dry_run {
        writeln!(err, "nothing written: this was a dry run")?;
        return Ok(Outcome::Fine);
    }
    write(folder, files, err)
}

/// The folder to write prices into.
pub(super) fn folder(given: Option<&Path>) -> Result<PathBuf, CallError> {
    let folder = match given {
        Some(folder) => Some(folder.to_owned()),
        None => configured_book()?,
    };
    folder.ok_or_else(|| {
        CallError("say where: --price-book DIR, or price_book: DIR in isms-cost.yaml".to_owned())
    })
}

/// The book of a folder; the embedded one where the folder has none yet.
pub(super) fn book_of(folder: &Path) -> Result<PriceBook, CallError> {
    if !has_price_files(folder) {
        return Ok(PriceBook::embedded());
    }
    PriceBook::with_folder(folder).map_err(|e| CallError(e.to_string()))
}

/// Writes price files by region, all or none.
pub(super) fn write(
    folder: &Path,
    files: BTreeMap<String, String>,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let files: BTreeMap<String, String> = files
        .into_iter()
        .map(|(region, text)| (format!("{region}.tsv"), text))
        .collect();
    write_all(folder, &files).map_err(|e| CallError(e.to_string()))?;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    writeln!(err, "wrote {} in {}", names.join(", "), folder.display())?;
    Ok(Outcome::Fine)
}

/// Says what changed price files do to the estimate of the environments of isms-cost.yaml, where there is one.
pub(super) fn effect(
    files: &BTreeMap<String, String>,
    before: &PriceBook,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Error> {
    let mut after = before.clone();
    for (region, text) in files {
        after.put(region.clone(), text.clone());
    }
    let estimate = |book: &PriceBook| -> Result<Priced, CallError> {
        let mut plan = Plan::new(&InputArgs::default())?;
        plan.book = book.clone();
        Ok(Priced::new(plan))
    };
    // Somebody's price book may be kept where there is no stack.
    let Ok(was) = estimate(before) else {
        return Ok(());
    };
    if was.diagnostics.has_errors() {
        writeln!(
            err,
            "note: what the prices do to the estimate is not known: the stack has errors"
        )?;
        return Ok(());
    }
    let now = estimate(&after)?;
    let currency = &was.plan.currency;
    for (a, b) in was.estimates.iter().zip(&now.estimates) {
        let (a_total, b_total) = (a.monthly().expected, b.monthly().expected);
        price_changes::effect(out, &a.environment, a_total, b_total, currency)?;
        let gaps = b.unpriced.len().saturating_sub(a.unpriced.len());
        if gaps > 0 {
            writeln!(out, "  {gaps} more have no price now")?;
        }
    }
    Ok(())
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
