//! `isms-cost prices refresh` and `verify`.

#[cfg(feature = "live")]
pub(super) use live::{refresh, verify};
#[cfg(not(feature = "live"))]
pub(super) use offline::{refresh, verify};

#[cfg(feature = "live")]
mod live {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Write;

    use crate::cli::args::AskArgs;
    use crate::cli::prices::{book_of, effect, folder, write};
    use crate::cli::{CallError, Error, Outcome, progress};
    use crate::live::{Aws, LiveError, PriceSource, Wanted, download, price_lists};
    use crate::pricing::import::{self, Offer, Scope, Update};
    use crate::pricing::{PriceBook, Row, usage_type};
    use crate::report::price_changes;

    /// What AWS's prices of now make of a book.
    struct Fresh {
        /// By offer, in the order asked.
        updates: Vec<(Offer, Vec<Update>)>,
        /// The price files that change or are confirmed, by region.
        files: BTreeMap<String, String>,
    }

    pub(in crate::cli) fn refresh(
        ask: &AskArgs,
        bulk: bool,
        dry_run: bool,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> Result<Outcome, Error> {
        let folder = folder(ask.price_book.as_deref())?;
        let book = book_of(&folder)?;
        let fresh = fetch(&book, ask, bulk)?;
        for (offer, updates) in &fresh.updates {
            price_changes::text(out, offer, updates)?;
        }
        effect(&fresh.files, &book, out, err)?;
        if dry_run {
            writeln!(err, "nothing written: this was a dry run")?;
            return Ok(Outcome::Fine);
        }
        write(&folder, fresh.files, err)
    }

    pub(in crate::cli) fn verify(
        ask: &AskArgs,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> Result<Outcome, Error> {
        let book = match folder(ask.price_book.as_deref()) {
            Ok(folder) => book_of(&folder)?,
            Err(_) => PriceBook::embedded(),
        };
        let fresh = fetch(&book, ask, false)?;
        let mut same = true;
        for (offer, updates) in &fresh.updates {
            if updates.iter().all(|u| u.changes.is_empty()) {
                continue;
            }
            same = false;
            price_changes::text(out, offer, updates)?;
        }
        if same {
            writeln!(out, "the price book is what AWS lists")?;
            return Ok(Outcome::Fine);
        }
        effect(&fresh.files, &book, out, err)?;
        writeln!(
            err,
            "the price book differs from AWS's prices of now; isms-cost prices refresh mends that"
        )?;
        Ok(Outcome::Refused)
    }

    fn fetch(book: &PriceBook, ask: &AskArgs, bulk: bool) -> Result<Fresh, Error> {
        let wanted = wanted(book, ask)?;
        let aws = Aws::connect().map_err(said)?;
        let source = PriceSource::new(&aws);
        let mut by_list: BTreeMap<(String, String), Vec<Wanted>> = BTreeMap::new();
        for one in wanted {
            by_list
                .entry((one.region.clone(), one.service.clone()))
                .or_default()
                .push(one);
        }
        let total = by_list.values().map(Vec::len).sum();
        let bar = progress::requests(total, "asking AWS");
        let mut fresh = Fresh {
            updates: Vec::new(),
            files: BTreeMap::new(),
        };
        let mut after = book.clone();
        for ((region, service), list) in by_list {
            let (offer, scope) = if bulk && region != "global" {
                let url = source.file_url(&service, &region).map_err(said)?;
                let text = download(&url).map_err(said)?;
                let offer = import::read(&url, &mut text.as_slice())
                    .map_err(|e| CallError(e.to_string()))?;
                (
                    offer,
                    Scope {
                        regions: vec![region.clone()],
                        ..Scope::default()
                    },
                )
            } else {
                let mut products = Vec::new();
                for one in &list {
                    products.extend(source.products(one).map_err(said)?);
                    bar.inc(1);
                }
                if products.is_empty() {
                    let message = format!(
                        "AWS lists no price at all of {service} in {region}; nothing was changed. Is the service code right, and the service there?"
                    );
                    return Err(CallError(message).into());
                }
                let offer =
                    import::products(&service, &products).map_err(|e| CallError(e.to_string()))?;
                let asked: BTreeSet<String> = list.into_iter().map(|w| w.usage_type).collect();
                (
                    offer,
                    Scope {
                        asked: Some(asked),
                        ..Scope::default()
                    },
                )
            };
            let updates = import::updates(&after, &offer, &scope);
            for update in &updates {
                let text = Row::file(&update.rows);
                after.put(update.region.clone(), text.clone());
                fresh.files.insert(update.region.clone(), text);
            }
            fresh.updates.push((offer, updates));
        }
        bar.finish_and_clear();
        Ok(fresh)
    }

    fn said(error: LiveError) -> CallError {
        CallError(error.0)
    }

    /// What to ask for: what the book has of the regions and services. A region that it has not is asked for what London's
    /// has, by the names that AWS gives those there.
    fn wanted(book: &PriceBook, ask: &AskArgs) -> Result<Vec<Wanted>, CallError> {
        let known: Vec<String> = book.regions().map(str::to_owned).collect();
        let regions = if ask.regions.is_empty() {
            known.clone()
        } else {
            ask.regions.clone()
        };
        let mut found = Vec::new();
        for region in &regions {
            let own: Vec<Wanted> = if known.contains(region) {
                let rows: Vec<Row> = book.rows(region).collect();
                price_lists(region, rows.iter())
            } else {
                let rows: Vec<Row> = book.rows("eu-west-2").collect();
                let london = price_lists(region, rows.iter());
                london
                    .into_iter()
                    .filter_map(|w| elsewhere(w, region))
                    .collect()
            };
            found.extend(own);
        }
        if !ask.services.is_empty() {
            for service in &ask.services {
                if !found.iter().any(|w| w.service == *service) {
                    let mut services: Vec<&str> = found.iter().map(|w| &*w.service).collect();
                    services.sort_unstable();
                    services.dedup();
                    let nearest = crate::diag::suggest(service, services.iter().copied());
                    let help = nearest.map_or(format!("it has {}", services.join(", ")), |n| {
                        format!("did you mean {n}?")
                    });
                    return Err(CallError(format!(
                        "the price book has no price of the service '{service}' there; {help}"
                    )));
                }
            }
            found.retain(|w| ask.services.contains(&w.service));
        }
        Ok(found)
    }

    /// London's usage type as another region has it.
    fn elsewhere(wanted: Wanted, region: &str) -> Option<Wanted> {
        let rest = ["EUW2-", "eu-west-2-"]
            .into_iter()
            .find_map(|p| wanted.usage_type.strip_prefix(p))?;
        Some(Wanted {
            usage_type: usage_type(region, &wanted.service, rest),
            ..wanted
        })
    }
}

#[cfg(not(feature = "live"))]
mod offline {
    use std::io::Write;

    use crate::cli::args::AskArgs;
    use crate::cli::{CallError, Error, Outcome};

    fn absent() -> Error {
        CallError(
            "this program was built offline, without the AWS clients; build it with the feature live, or download an offer file \
             and use isms-cost prices import"
                .to_owned(),
        )
        .into()
    }

    pub(in crate::cli) fn refresh(
        _: &AskArgs,
        _: bool,
        _: bool,
        _: &mut dyn Write,
        _: &mut dyn Write,
    ) -> Result<Outcome, Error> {
        Err(absent())
    }

    pub(in crate::cli) fn verify(
        _: &AskArgs,
        _: &mut dyn Write,
        _: &mut dyn Write,
    ) -> Result<Outcome, Error> {
        Err(absent())
    }
}
