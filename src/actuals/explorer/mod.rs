//! The bill from Cost Explorer's API. Every request costs money: there is a bound, and a closed month is asked for once.

mod cache;
mod purse;

use std::path::PathBuf;

use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::operation::get_cost_and_usage::GetCostAndUsageOutput;
use aws_sdk_costexplorer::types::{
    DateInterval, Dimension, DimensionValues, Expression, Granularity, GroupDefinition,
    GroupDefinitionType, MatchOption, Metric, MetricValue, ResultByTime, TagValues,
};
use rust_decimal::Decimal;
use time::Date;
use time::macros::format_description;

use self::cache::Cache;
use self::purse::Purse;
use super::fixed::Fixed;
use super::{Bill, BillRow, Charge, Engine, EngineError, Owner, Query, services};
use crate::live::{Aws, LiveError, notice};
use crate::pricing::Usd;

/// The kinds of charge that are usage, as Cost Explorer's `RECORD_TYPE` names them.
const USAGE: [&str; 3] = ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"];
const COST: &str = "AmortizedCost";
const QUANTITY: &str = "UsageQuantity";
/// The IAM actions, for messages.
const GET: &str = "ce:GetCostAndUsage";
const FORECAST: &str = "ce:GetCostForecast";

/// Cost Explorer.
pub struct Explorer<'a> {
    aws: &'a Aws,
    client: Client,
    purse: Purse,
    cache: Cache,
    today: Date,
}

/// What is asked for by each of the requests.
struct Ask {
    granularity: Granularity,
    filter: Expression,
    groups: &'static [&'static str],
    owner: Owner,
}

impl<'a> Explorer<'a> {
    /// A client that spends at most `most` and keeps closed months in `folder`; `account` tells accounts apart there.
    pub fn new(aws: &'a Aws, most: Usd, folder: PathBuf, account: &str, today: Date) -> Self {
        let purse = Purse::new(most);
        let config = aws_sdk_costexplorer::config::Builder::from(aws.config())
            .interceptor(notice())
            .interceptor(purse.watch())
            .build();
        Explorer {
            aws,
            client: Client::from_conf(config),
            purse,
            cache: Cache::new(folder, account),
            today,
        }
    }

    /// Requests made, retries among them, and what they cost.
    pub fn spent(&self) -> (u32, Usd) {
        self.purse.spent()
    }

    /// AWS's forecast of what is still to come in the month that runs; `None` for one that is over, or where AWS has too
    /// little history to say.
    ///
    /// # Errors
    /// [`EngineError::Service`].
    pub fn forecast(&self, query: &Query) -> Result<Option<Usd>, EngineError> {
        if query.month.end() <= self.today {
            return Ok(None);
        }
        let call = self
            .client
            .get_cost_forecast()
            .time_period(interval(self.today, query.month.end())?)
            .metric(Metric::AmortizedCost)
            .granularity(Granularity::Monthly)
            .filter(and([tag(query), usage()]));
        match self.aws.wait(call.send()) {
            Ok(answer) => answer.total().map(|total| usd(Some(total))).transpose(),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_data_unavailable_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.failed(&LiveError::of(FORECAST, &error))),
        }
    }

    fn failed(&self, error: &LiveError) -> EngineError {
        let (requests, cost) = self.purse.spent();
        let why = match self.purse.refusal() {
            Some(refusal) => refusal,
            None => error.to_string(),
        };
        EngineError::Service(format!(
            "{why}\n{requests} requests were made, {} USD",
            cost.0
        ))
    }

    /// All pages of one request.
    fn pages(&self, query: &Query, ask: &Ask, rows: &mut Vec<BillRow>) -> Result<u64, EngineError> {
        let end = query.month.end().min(self.today);
        let mut page = None;
        let mut read = 0;
        loop {
            let mut call = self
                .client
                .get_cost_and_usage()
                .time_period(interval(query.month.first(), end)?)
                .granularity(ask.granularity.clone())
                .metrics(COST)
                .metrics(QUANTITY)
                .filter(ask.filter.clone())
                .set_next_page_token(page.take());
            for key in ask.groups {
                call = call.group_by(
                    GroupDefinition::builder()
                        .r#type(GroupDefinitionType::Dimension)
                        .key(*key)
                        .build(),
                );
            }
            let answer: GetCostAndUsageOutput = self
                .aws
                .wait(call.send())
                .map_err(|e| self.failed(&LiveError::of(GET, &e)))?;
            for result in answer.results_by_time() {
                read += result.groups().len() as u64;
                self::rows(result, ask, rows)?;
            }
            match answer.next_page_token() {
                Some(token) if !token.is_empty() => page = Some(token.to_owned()),
                _ => return Ok(read),
            }
        }
    }
}

impl Engine for Explorer<'_> {
    fn source(&self) -> String {
        "Cost Explorer".to_owned()
    }

    fn ask(&mut self, query: &Query) -> Result<Bill, EngineError> {
        if query.month.first() >= self.today {
            return Err(EngineError::Service(format!(
                "no day of {} is over yet",
                query.month
            )));
        }
        if let Some(bill) = self.cache.get(query) {
            return Ok(bill);
        }
        let asks = [
            Ask {
                granularity: Granularity::Daily,
                filter: and([tag(query), usage()]),
                groups: &["SERVICE", "USAGE_TYPE"],
                owner: Owner::Environment,
            },
            Ask {
                granularity: Granularity::Monthly,
                filter: and([tag(query), Expression::builder().not(usage()).build()]),
                groups: &["RECORD_TYPE"],
                owner: Owner::Environment,
            },
            Ask {
                granularity: Granularity::Monthly,
                filter: and([no_tag(query), usage()]),
                groups: &["SERVICE", "USAGE_TYPE"],
                owner: Owner::Untagged,
            },
        ];
        let mut bill = Bill::default();
        for ask in &asks {
            bill.read += self.pages(query, ask, &mut bill.rows)?;
        }
        if self.cache.is_final(query, self.today) {
            let kept = self.cache.put(query, &bill);
            bill.notes.push(match kept {
                Ok(path) => format!("kept for good in {}", path.display()),
                Err(error) => format!("could not be kept, and will cost again: {error}"),
            });
        }
        Ok(bill)
    }
}

/// The rows of one day or month.
fn rows(result: &ResultByTime, ask: &Ask, rows: &mut Vec<BillRow>) -> Result<(), EngineError> {
    let day = match ask.granularity {
        Granularity::Daily => {
            let start = result.time_period().map_or("", DateInterval::start);
            let format = format_description!("[year]-[month]-[day]");
            let day =
                Date::parse(start, format).map_err(|_| bad(&format!("'{start}' is no date")))?;
            Some(day)
        }
        _ => None,
    };
    for group in result.groups() {
        let metric = |name: &str| group.metrics().and_then(|m| m.get(name));
        let cost = usd(metric(COST))?;
        let key = |i: usize| group.keys().get(i).map(String::as_str).unwrap_or_default();
        let row = match ask.groups {
            ["RECORD_TYPE"] => BillRow {
                service: String::new(),
                usage_type: String::new(),
                region: String::new(),
                unit: String::new(),
                charge: Charge::Else(key(0).to_owned()),
                owner: ask.owner,
                day,
                quantity: None,
                cost,
            },
            _ => {
                let used = metric(QUANTITY);
                let unit = used.and_then(MetricValue::unit).unwrap_or_default();
                BillRow {
                    service: services::code(key(0), key(1)),
                    usage_type: key(1).to_owned(),
                    region: String::new(),
                    unit: if unit == "N/A" {
                        String::new()
                    } else {
                        unit.to_owned()
                    },
                    charge: Charge::Usage,
                    owner: ask.owner,
                    day,
                    quantity: used.map(number).transpose()?,
                    cost,
                }
            }
        };
        rows.push(row);
    }
    Ok(())
}

fn bad(what: &str) -> EngineError {
    EngineError::Service(format!("Cost Explorer's answer cannot be read: {what}"))
}

fn number(value: &MetricValue) -> Result<Decimal, EngineError> {
    let text = value.amount().unwrap_or_default();
    Fixed::from_text(text)
        .map(Fixed::decimal)
        .ok_or_else(|| bad(&format!("'{text}' is no number")))
}

fn usd(value: Option<&MetricValue>) -> Result<Usd, EngineError> {
    let value = value.ok_or_else(|| bad("a group has no cost"))?;
    match value.unit() {
        Some("USD") | None => Ok(Usd(number(value)?)),
        Some(other) => Err(EngineError::Service(format!(
            "amounts in {other}; only bills in USD are compared"
        ))),
    }
}

fn interval(start: Date, end: Date) -> Result<DateInterval, EngineError> {
    DateInterval::builder()
        .start(start.to_string())
        .end(end.to_string())
        .build()
        .map_err(|e| EngineError::Service(e.to_string()))
}

fn and<const N: usize>(all: [Expression; N]) -> Expression {
    Expression::builder().set_and(Some(all.to_vec())).build()
}

fn tag(query: &Query) -> Expression {
    let tag = TagValues::builder().key(&query.tag).values(&query.value);
    Expression::builder().tags(tag.build()).build()
}

fn no_tag(query: &Query) -> Expression {
    let tag = TagValues::builder()
        .key(&query.tag)
        .match_options(MatchOption::Absent);
    Expression::builder().tags(tag.build()).build()
}

fn usage() -> Expression {
    let kinds = USAGE.map(str::to_owned).to_vec();
    let kinds = DimensionValues::builder()
        .key(Dimension::RecordType)
        .set_values(Some(kinds));
    Expression::builder().dimensions(kinds.build()).build()
}
