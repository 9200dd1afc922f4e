//! Cost Explorer as a local server speaks it: pages, throttling, refusals, the bound of costs, the cache.

use std::path::Path;

use serde_json::{Value, json};

use crate::aws_stub::{Answer, Stub, program};

struct Ran {
    code: Option<i32>,
    out: Value,
    err: String,
}

fn run(stub: &Stub, cache: &Path, more: &[&str]) -> Ran {
    run_on("2026-11-23", stub, cache, more)
}

fn run_on(today: &str, stub: &Stub, cache: &Path, more: &[&str]) -> Ran {
    let cache = cache.display().to_string();
    let mut args = vec![
        "actuals",
        "--env",
        "production",
        "--month",
        "2026-10",
        "--today",
        today,
        "--currency",
        "USD",
        "--format",
        "json",
        "--cache",
        &cache,
    ];
    args.extend(more);
    let output = program(stub, &args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs");
    Ran {
        code: output.status.code(),
        out: serde_json::from_slice(&output.stdout).unwrap_or_default(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn group(keys: &[&str], cost: &str, quantity: &str, unit: &str) -> Value {
    json!({ "Keys": keys, "Metrics": {
        "AmortizedCost": { "Amount": cost, "Unit": "USD" },
        "UsageQuantity": { "Amount": quantity, "Unit": unit },
    }})
}

/// Days from the first of October: each has 48 hours of NAT gateways at 0.05 and one unknown dollar.
fn days(from: u8, to: u8, next: Option<&str>) -> Answer {
    let results: Vec<Value> = (from..=to)
        .map(|day| {
            json!({
                "TimePeriod": { "Start": format!("2026-10-{day:02}"), "End": "x" }, "Total": {}, "Estimated": false,
                "Groups": [
                    group(&["EC2 - Other", "EUW2-NatGateway-Hours"], "2.4", "48", "Hrs"),
                    group(&["AmazonCloudWatch", "EUW2-CW:MetricMonitorUsage"], "1", "2", "Metrics"),
                ],
            })
        })
        .collect();
    let mut answer = json!({ "ResultsByTime": results });
    if let Some(next) = next {
        answer["NextPageToken"] = next.into();
    }
    Answer::Json(answer)
}

fn month(groups: &[Value]) -> Answer {
    Answer::Json(json!({ "ResultsByTime": [
        { "TimePeriod": { "Start": "2026-10-01", "End": "2026-11-01" }, "Total": {}, "Groups": groups, "Estimated": false },
    ]}))
}

/// The answers of October by what is asked, as Cost Explorer tells them apart.
fn october(asked: &Value) -> Answer {
    if asked["GroupBy"][0]["Key"] == "RECORD_TYPE" {
        return month(&[
            group(&["Credit"], "-25", "0", "N/A"),
            group(&["Tax"], "20", "0", "N/A"),
        ]);
    }
    if asked["Filter"].to_string().contains("ABSENT") {
        return month(&[group(
            &[
                "Amazon Relational Database Service",
                "EUW2-Aurora:StorageUsage",
            ],
            "3",
            "30",
            "GB-Mo",
        )]);
    }
    match asked["NextPageToken"].as_str() {
        None => days(1, 10, Some("two")),
        Some("two") => days(11, 16, Some("three")),
        // The 17th is missing.
        Some("three") => days(18, 31, None),
        Some(_) => Answer::Error(400, "ValidationException"),
    }
}

#[test]
fn all_pages_are_read_and_paid_for_once() {
    let stub = Stub::start(|_, _, asked| october(asked));
    let cache = tempfile::tempdir().expect("a folder");
    let first = run(&stub, cache.path(), &[]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    // Three pages of days, one of credits, one of what has no tag: five requests at 0.01.
    assert_eq!(first.out["requests"], json!({ "count": 5, "usd": "0.05" }));
    assert_eq!(first.out["missing_days"], json!(["2026-10-17"]));
    // 30 days at 2.40 and 1.00.
    assert_eq!(first.out["billed"], "102");
    assert_eq!(first.out["unexplained"][0]["billed"], "30");
    assert_eq!(first.out["matched"][0]["service"], "AmazonEC2");
    assert_eq!(first.out["matched"][0]["quantity"]["billed"], "1440");
    assert_eq!(first.out["untagged"][0]["billed"], "3");
    assert_eq!(first.out["untagged"][0]["in_estimate"], true);
    let excluded: Vec<&Value> = first.out["excluded"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| &e["amount"])
        .collect();
    assert_eq!(excluded, ["-25", "20"]);

    let asked = stub.asked.lock().expect("a list").clone();
    assert_eq!(asked[0].0, "GetCostAndUsage");
    assert_eq!(
        asked[0].1["TimePeriod"],
        json!({ "Start": "2026-10-01", "End": "2026-11-01" })
    );
    assert_eq!(
        asked[0].1["Filter"]["And"][0],
        json!({ "Tags": { "Key": "Environment", "Values": ["production"] } })
    );

    let again = run(&stub, cache.path(), &[]);
    assert_eq!(again.out["requests"]["count"], 0);
    assert_eq!(again.out["matched"], first.out["matched"]);
    assert_eq!(again.out["unexplained"], first.out["unexplained"]);
    assert_eq!(stub.operations().len(), 5);
    // Another tag is another question.
    run(&stub, cache.path(), &["--tag", "Stage"]);
    assert_eq!(stub.operations().len(), 10);
}

#[test]
fn no_more_is_spent_than_allowed() {
    let stub = Stub::start(|_, _, asked| october(asked));
    let cache = tempfile::tempdir().expect("a folder");
    let ran = run(&stub, cache.path(), &["--max-api-cost", "0.029"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("--max-api-cost 0.029"), "{}", ran.err);
    assert!(
        ran.err.contains("2 requests were made, 0.02 USD"),
        "{}",
        ran.err
    );
    assert_eq!(stub.operations().len(), 2);
    assert_eq!(
        std::fs::read_dir(cache.path())
            .map(Iterator::count)
            .unwrap_or(0),
        0
    );
}

#[test]
fn a_throttled_request_is_repeated_and_counts() {
    let cache = tempfile::tempdir().expect("a folder");
    let throttled = Stub::start(|count, _, asked| match count {
        0 => Answer::Error(400, "ThrottlingException"),
        _ => october(asked),
    });
    let ran = run(&throttled, cache.path(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.out["requests"]["count"], 6);
    assert!(ran.err.contains("attempt 2"), "{}", ran.err);
}

#[test]
fn refusals_say_what_helps() {
    for (code, help, requests) in [
        ("ExpiredTokenException", "sign in again", 1),
        (
            "AccessDeniedException",
            r#""Action": "ce:GetCostAndUsage""#,
            1,
        ),
        ("UnrecognizedClientException", "AWS_PROFILE", 1),
        // Cost Explorer's own word for too many requests; five attempts are what the client makes.
        ("LimitExceededException", "too many requests", 5),
    ] {
        let stub = Stub::start(move |_, _, _| Answer::Error(400, code));
        let cache = tempfile::tempdir().expect("a folder");
        let ran = run(&stub, cache.path(), &[]);
        assert_eq!(ran.code, Some(2), "{code}");
        assert!(ran.err.contains(help), "{code}: {}", ran.err);
        assert!(
            ran.err.contains(&format!("{requests} requests were made")),
            "{code}: {}",
            ran.err
        );
    }
}

#[test]
fn the_month_that_runs_has_a_forecast_and_is_not_kept() {
    let stub = Stub::start(|_, operation, asked| match operation {
        "GetCostForecast" => Answer::Json(
            json!({ "Total": { "Amount": "40", "Unit": "USD" }, "ForecastResultsByTime": [] }),
        ),
        _ if asked["GroupBy"][0]["Key"] == "RECORD_TYPE" => month(&[]),
        _ if asked["Filter"].to_string().contains("ABSENT") => month(&[]),
        _ => days(1, 11, None),
    });
    let cache = tempfile::tempdir().expect("a folder");
    // The 12th runs: eleven days at 3.40 are 37.40, and 40 are to come.
    let ran = run_on("2026-10-12", &stub, cache.path(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(ran.out["forecast"], "77.4");
    assert_eq!(ran.out["days"], 11);
    assert_eq!(ran.out["requests"]["count"], 4);
    let asked = stub.asked.lock().expect("a list").clone();
    assert_eq!(asked[0].1["TimePeriod"]["End"], "2026-10-12");
    assert_eq!(asked[3].0, "GetCostForecast");
    assert_eq!(
        asked[3].1["TimePeriod"],
        json!({ "Start": "2026-10-12", "End": "2026-11-01" })
    );
    assert_eq!(
        std::fs::read_dir(cache.path())
            .map(Iterator::count)
            .unwrap_or(0),
        0
    );
}
