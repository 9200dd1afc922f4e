//! `isms-cost actuals`.

use std::io::{self, Write};

use super::args::{ActualsArgs, DiffFormat, SqlDialect, SqlTable};
use super::run::Priced;
use super::{CallError, Error, Outcome, Plan, width};
use crate::actuals::{
    Bill, Calibration, Comparison, Dialect, Engine, Files, Month, Query, Table, calibrate, compare,
    no_usage, sql,
};
use crate::estimate::Context;
use crate::pricing::Usd;
use crate::report::actuals::{self as report, ActualsReport};
use crate::source::write_whole;
use crate::usage::{self, Notes};

pub(super) fn run(
    args: &ActualsArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let plan = Plan::new(&args.input)?;
    let [(inputs, _)] = plan.environments.as_slice() else {
        return Err(CallError(
            "a bill is compared with one environment: give --env NAME".to_owned(),
        )
        .into());
    };
    let month = match &args.month {
        Some(text) => text
            .parse::<Month>()
            .map_err(|e| CallError(format!("--month {e}")))?,
        None => Month::of(plan.today).previous(),
    };
    if month.first() > plan.today {
        return Err(CallError(format!("--month {month} has not begun")).into());
    }
    let query = Query {
        month,
        tag: args.tag.clone(),
        value: args
            .tag_value
            .clone()
            .unwrap_or_else(|| inputs.environment.to_string()),
    };
    if let Some(dialect) = args.sql {
        return print_sql(args, dialect, &query, out);
    }
    let priced = Priced::new(plan);
    if !priced.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let had = had(args, &priced.plan, &query)?;
    let ([estimate], [deployment], [usage]) = (
        priced.estimates.as_slice(),
        priced.deployments.as_slice(),
        priced.usages.as_slice(),
    ) else {
        return Ok(Outcome::WrongInput);
    };
    let comparison = compare(estimate, &had.bill, &query, priced.plan.today);
    if comparison.matched.is_empty() && comparison.unexplained.is_empty() {
        let spent = had
            .spent
            .map(|(n, cost)| format!("; {n} requests, {} USD", cost.0));
        let why = no_usage(&query, &had.bill);
        return Err(CallError(format!(
            "{}: {why}{}",
            had.source,
            spent.unwrap_or_default()
        ))
        .into());
    }
    let shown = ActualsReport {
        comparison: &comparison,
        bill: &had.bill,
        source: &had.source,
        currency: &priced.plan.currency,
        forecast: had.to_come.map(|rest| comparison.billed + rest),
        spent: had.spent,
    };
    match args.format {
        DiffFormat::Table => report::table(out, &shown, width())?,
        DiffFormat::Json => report::json(out, &shown)?,
        DiffFormat::Markdown => report::markdown(out, &shown)?,
    }
    if let Some(path) = &args.write_usage {
        let context = Context {
            deployment,
            book: &priced.plan.book,
            usage,
            free_tier: priced.plan.free_tier,
        };
        let calibration = calibrate(&context, &comparison);
        write_whole(
            path,
            file(&calibration, &comparison, &had.source).as_bytes(),
        )?;
        tell(err, &calibration, &path.display().to_string())?;
    }
    Ok(Outcome::Fine)
}

/// A bill, and what it took to get it.
struct Had {
    bill: Bill,
    source: String,
    /// Forecast of the days to come.
    to_come: Option<Usd>,
    spent: Option<(u32, Usd)>,
}

fn had(args: &ActualsArgs, plan: &Plan, query: &Query) -> Result<Had, CallError> {
    if args.from.is_empty() {
        return asked(args, plan, query);
    }
    let mut files = Files(args.from.clone());
    Ok(Had {
        bill: files.ask(query).map_err(|e| CallError(e.to_string()))?,
        source: files.source(),
        to_come: None,
        spent: None,
    })
}

#[cfg(feature = "live")]
fn asked(args: &ActualsArgs, plan: &Plan, query: &Query) -> Result<Had, CallError> {
    use crate::actuals::Explorer;
    let wrong = |e: &dyn std::fmt::Display| CallError(e.to_string());
    let aws = crate::live::Aws::connect().map_err(|e| wrong(&e))?;
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let folder = match &args.cache {
        Some(folder) => folder.clone(),
        None => cache_folder().ok_or_else(|| {
            CallError(
                "there is no cache folder: give --cache DIR for the bills of closed months"
                    .to_owned(),
            )
        })?,
    };
    // Whose bills these are, as far as it can be told without asking.
    let account = plan
        .environments
        .iter()
        .find_map(|(inputs, _)| inputs.account.as_deref());
    let known = match account {
        Some(account) => account.to_owned(),
        None => variable("AWS_ACCESS_KEY_ID"),
    };
    let whose = [
        known,
        variable("AWS_PROFILE"),
        variable("AWS_ENDPOINT_URL_COST_EXPLORER"),
    ]
    .join("\n");
    let mut explorer = Explorer::new(&aws, Usd(args.max_api_cost), folder, &whose, plan.today);
    let bill = explorer.ask(query).map_err(|e| wrong(&e))?;
    let to_come = explorer.forecast(query).map_err(|e| wrong(&e))?;
    Ok(Had {
        bill,
        source: explorer.source(),
        to_come,
        spent: Some(explorer.spent()),
    })
}

#[cfg(feature = "live")]
fn cache_folder() -> Option<std::path::PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(std::path::PathBuf::from)
    };
    let caches = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(caches.join("isms-cost").join("bills"))
}

#[cfg(not(feature = "live"))]
fn asked(_: &ActualsArgs, _: &Plan, _: &Query) -> Result<Had, CallError> {
    Err(CallError("this program was built offline, without the AWS clients: give --from FILE (CUR 2.0, FOCUS 1.2 or Cost Explorer's CSV), or build it with the feature live".to_owned()))
}

fn print_sql(
    args: &ActualsArgs,
    dialect: SqlDialect,
    query: &Query,
    out: &mut dyn Write,
) -> Result<Outcome, Error> {
    let dialect = match dialect {
        SqlDialect::Athena => Dialect::Athena,
        SqlDialect::Duckdb => Dialect::DuckDb,
    };
    let (table, name) = match args.sql_table {
        SqlTable::Cur => (Table::Cur, "cost_and_usage_report"),
        SqlTable::Focus => (Table::Focus, "focus_1_2_aws"),
    };
    let name = args.table.as_deref().unwrap_or(name);
    write!(out, "{}", sql(query, table, dialect, name))?;
    Ok(Outcome::Fine)
}

/// The new usage file: which bill it is from, and above each new figure what it follows from.
fn file(calibration: &Calibration, comparison: &Comparison, source: &str) -> String {
    let query = &comparison.query;
    let top = [
        format!(
            "Usage of {}: expected figures from the bill of {} ({} hours), tag {} = {}.",
            comparison.environment, query.month, comparison.hours, query.tag, query.value
        ),
        format!("Source: {source}. Figures without a comment are as they were before."),
    ];
    let mut notes = Notes::new();
    for done in &calibration.set {
        for figure in &done.figures {
            let before = figure
                .before
                .map_or("none".to_owned(), |b| b.normalize().to_string());
            notes.insert(
                (figure.entry.clone(), figure.key.clone()),
                format!(
                    "{before} → {}: {} of {} makes {} a month of 730 hours",
                    figure.now,
                    done.usage_type,
                    done.service,
                    done.target.round_dp(3).normalize()
                ),
            );
        }
    }
    usage::print_with(&calibration.usage, &top, &notes)
}

fn tell(err: &mut dyn Write, calibration: &Calibration, path: &str) -> io::Result<()> {
    let figures: usize = calibration.set.iter().map(|c| c.figures.len()).sum();
    writeln!(err, "{path}: {figures} figures from the bill")?;
    for (service, usage_type) in &calibration.fixed {
        writeln!(
            err,
            "note: no usage figure moves {usage_type} of {service}: its quantity follows from the templates"
        )?;
    }
    for done in &calibration.set {
        let off = (done.reached - done.target).abs();
        if off > done.target * rust_decimal::Decimal::new(5, 3) {
            writeln!(
                err,
                "note: {} of {}: billed {}, the new figures give {}",
                done.usage_type,
                done.service,
                done.target.round_dp(3).normalize(),
                done.reached.round_dp(3).normalize()
            )?;
        }
    }
    Ok(())
}
