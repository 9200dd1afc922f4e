//! `prices refresh` and `verify` against a local server that answers as the Price List Query API does, with the excerpt
//! of AWS's own ECS price list in `tests/cases/prices`.

use std::path::Path;
use std::process::Output;

use isms_cost::pricing::{PriceBook, Row};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::aws_stub::{Answer, Stub, program};

const VCPU: &str = "EUW2-Fargate-vCPU-Hours:perCPU";

/// The products of the excerpt as the API gives them: product and terms in one JSON text each.
fn products() -> Vec<Value> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/prices/AmazonECS-eu-west-2.json");
    let file: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the excerpt")).expect("JSON");
    let product = |(sku, product): (&String, &Value)| {
        json!({
            "product": product, "serviceCode": "AmazonECS", "version": file["version"],
            "publicationDate": file["publicationDate"], "terms": { "OnDemand": file["terms"]["OnDemand"][sku] },
        })
    };
    file["products"]
        .as_object()
        .expect("products")
        .iter()
        .map(product)
        .collect()
}

fn filter<'a>(request: &'a Value, field: &str) -> &'a str {
    let filters = request["Filters"].as_array().expect("filters");
    let found = filters
        .iter()
        .find(|f| f["Field"] == field)
        .expect("the filter");
    found["Value"].as_str().expect("text")
}

/// The answer to `GetProducts`: one product a page.
fn get_products(request: &Value, products: &[Value]) -> Answer {
    assert_eq!(filter(request, "regionCode"), "eu-west-2");
    let usage_type = filter(request, "usagetype");
    let own: Vec<&Value> = products
        .iter()
        .filter(|p| p["product"]["attributes"]["usagetype"] == usage_type)
        .collect();
    let page: usize = request["NextToken"]
        .as_str()
        .map_or(0, |t| t.parse().expect("our token"));
    let mut answer = json!({ "FormatVersion": "aws_v1", "PriceList": own.get(page).map(|p| vec![p.to_string()]).unwrap_or_default() });
    if page + 1 < own.len() {
        answer["NextToken"] = json!((page + 1).to_string());
    }
    Answer::Json(answer)
}

/// A price book of London with the usage types of the excerpt, and Fargate Spot. `change` may alter a row.
fn book(change: impl Fn(&mut Row)) -> TempDir {
    let known: Vec<String> = products()
        .iter()
        .map(|p| {
            p["product"]["attributes"]["usagetype"]
                .as_str()
                .expect("text")
                .to_owned()
        })
        .collect();
    let mut rows: Vec<Row> = PriceBook::embedded()
        .rows("eu-west-2")
        .filter(|r| {
            r.service == "AmazonECS"
                && (known.contains(&r.usage_type) || r.usage_type.contains("Spot"))
        })
        .collect();
    rows.iter_mut().for_each(change);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("eu-west-2.tsv"), Row::file(&rows)).expect("written");
    folder
}

fn text(folder: &TempDir) -> String {
    std::fs::read_to_string(folder.path().join("eu-west-2.tsv")).expect("the file")
}

fn run(stub: &Stub, command: &str, folder: &TempDir, more: &[&str]) -> Output {
    let place = folder.path().display().to_string();
    let mut args = vec![
        "prices",
        command,
        "--price-book",
        &place,
        "--region",
        "eu-west-2",
        "--service",
        "AmazonECS",
    ];
    args.extend(more);
    // An empty folder as the current one: no isms-cost.yaml takes part.
    program(stub, &args)
        .current_dir(folder.path())
        .env("AWS_MAX_ATTEMPTS", "3")
        .output()
        .expect("run")
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn a_refresh_takes_every_tier_and_says_what_changed() {
    let all = products();
    let stub = Stub::start(move |_, _, request| get_products(request, &all));
    // Half of AWS's price: 0.04656 / 2 = 0.02328, so that it changes by +100 %.
    let folder = book(|row| {
        if row.usage_type == VCPU {
            row.price /= rust_decimal::Decimal::TWO;
        }
    });
    let output = run(&stub, "refresh", &folder, &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains(&format!(
            "changed  {VCPU}: 0.02328 -> 0.04656 USD per hours (+100 %)"
        )),
        "{}",
        said(&output)
    );
    let rows: Vec<Row> = PriceBook::with_folder(folder.path())
        .expect("a book")
        .rows("eu-west-2")
        .collect();
    // ECS Anywhere has two tiers.
    assert_eq!(
        rows.iter()
            .filter(|r| r.usage_type.contains("Anywhere"))
            .count(),
        2
    );
    // Spot is in no price list: asked for nowhere, and kept.
    assert!(rows.iter().any(|r| r.usage_type.contains("SpotUsage")));
    let asked = stub.asked.lock().expect("a list");
    assert!(
        asked
            .iter()
            .all(|(operation, request)| operation == "GetProducts"
                && !request.to_string().contains("Spot"))
    );
    drop(asked);
    let again = run(&stub, "verify", &folder, &[]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
}

#[test]
fn pages_are_read_to_the_end() {
    // The same product under two SKUs: two pages, one price.
    let mut all = products();
    let mut twin = all
        .iter()
        .find(|p| p["product"]["attributes"]["usagetype"] == VCPU)
        .expect("there")
        .clone();
    twin["product"]["sku"] = json!("TWIN");
    all.push(twin);
    let stub = Stub::start(move |_, _, request| get_products(request, &all));
    let folder = book(|_| ());
    let output = run(&stub, "verify", &folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let tokens = stub
        .asked
        .lock()
        .expect("a list")
        .iter()
        .filter(|(_, r)| r["NextToken"].is_string())
        .count();
    assert_eq!(tokens, 1);
}

#[test]
fn verify_writes_nothing_and_fails_on_drift() {
    let all: Vec<Value> = products()
        .into_iter()
        .filter(|p| p["product"]["attributes"]["usagetype"] != VCPU)
        .collect();
    let stub = Stub::start(move |_, _, request| get_products(request, &all));
    let folder = book(|_| ());
    let before = text(&folder);
    let output = run(&stub, "verify", &folder, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains(&format!("gone     {VCPU}")),
        "{}",
        said(&output)
    );
    assert_eq!(text(&folder), before);
    // A refresh takes the vanished price out: an estimate then says that there is none.
    assert!(run(&stub, "refresh", &folder, &[]).status.success());
    assert!(!text(&folder).contains(VCPU));
}

#[test]
fn throttling_and_a_passing_fault_are_tried_again_with_a_word() {
    let all = products();
    let stub = Stub::start(move |count, _, request| match count {
        0 => Answer::Error(400, "ThrottlingException"),
        1 => Answer::Error(500, "InternalErrorException"),
        _ => get_products(request, &all),
    });
    let folder = book(|_| ());
    let output = run(&stub, "verify", &folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("attempt 3"), "{}", said(&output));
}

#[test]
fn whatever_fails_says_why_and_leaves_the_book() {
    type Fault = fn() -> Answer;
    let faults: [(&str, Fault, &str); 6] = [
        (
            "throttled",
            || Answer::Error(400, "ThrottlingException"),
            "too many requests",
        ),
        (
            "down",
            || Answer::Error(500, "InternalErrorException"),
            "fault of its own",
        ),
        ("cut off", || Answer::Truncated, "cut off"),
        (
            "expired",
            || Answer::Error(400, "ExpiredTokenException"),
            "have expired; sign in again",
        ),
        (
            "denied",
            || Answer::Error(400, "AccessDeniedException"),
            r#""Action": "pricing:GetProducts""#,
        ),
        (
            "unknown",
            || Answer::Error(400, "UnrecognizedClientException"),
            "does not know these credentials",
        ),
    ];
    for (name, fault, says) in faults {
        // The first product arrives, the second fails.
        let all = products();
        let stub = Stub::start(move |count, _, request| {
            if count == 0 {
                get_products(request, &all)
            } else {
                fault()
            }
        });
        let folder = book(|_| ());
        let before = text(&folder);
        let output = run(&stub, "refresh", &folder, &[]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(said(&output).contains(says), "{name}: {}", said(&output));
        assert_eq!(text(&folder), before, "{name}");
    }
}

#[test]
fn no_credentials_and_nobody_there() {
    let stub = Stub::start(|_, _, _| Answer::Stall);
    let folder = book(|_| ());
    let place = folder.path().display().to_string();
    let args = [
        "prices",
        "verify",
        "--price-book",
        &place,
        "--service",
        "AmazonECS",
        "--region",
        "eu-west-2",
    ];
    let bare = |stub: &Stub| {
        let mut command = program(stub, &args);
        command
            .current_dir(folder.path())
            .env("AWS_MAX_ATTEMPTS", "1");
        command
    };
    let output = bare(&stub)
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("no credentials. Set AWS_PROFILE"),
        "{}",
        said(&output)
    );
    assert!(stub.operations().is_empty());
    // A port that nobody listens on.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    let output = bare(&stub)
        .env("AWS_ENDPOINT_URL_PRICING", format!("http://{closed}"))
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("cannot be reached"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_book() {
    let all = products();
    let stub = Stub::start(move |_, _, request| get_products(request, &all));
    let folder = book(|row| {
        if row.usage_type == VCPU {
            row.price /= rust_decimal::Decimal::TWO;
        }
    });
    let old = text(&folder);
    let place = folder.path().display().to_string();
    let args = [
        "prices",
        "refresh",
        "--price-book",
        &place,
        "--region",
        "eu-west-2",
        "--service",
        "AmazonECS",
    ];
    let mut whole = 0;
    for moment in 0..40 {
        let mut child = program(&stub, &args)
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("run");
        std::thread::sleep(std::time::Duration::from_millis(moment * 3));
        let _ = child.kill();
        child.wait().expect("ended");
        let rows: Vec<Row> = PriceBook::with_folder(folder.path())
            .expect("a whole book")
            .rows("eu-west-2")
            .collect();
        let vcpu = rows
            .iter()
            .find(|r| r.usage_type == VCPU)
            .expect("the price");
        let price = vcpu.price.normalize().to_string();
        assert!(price == "0.02328" || price == "0.04656", "{price}");
        whole += usize::from(price == "0.04656");
        if whole > 3 {
            std::fs::write(folder.path().join("eu-west-2.tsv"), &old).expect("written");
        }
    }
    assert!(whole > 0, "some run has to come to its end");
}

#[test]
fn a_whole_price_file_is_found_by_its_list_and_taken() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/prices/AmazonECS-eu-west-2.csv");
    let file = std::fs::read_to_string(path).expect("the excerpt");
    let address = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let own = std::sync::Arc::clone(&address);
    let stub = Stub::start(move |_, operation, request| match operation {
        "ListPriceLists" => {
            assert_eq!(
                (&request["ServiceCode"], &request["RegionCode"]),
                (&json!("AmazonECS"), &json!("eu-west-2"))
            );
            Answer::Json(
                json!({ "PriceLists": [{ "PriceListArn": "arn:list", "RegionCode": "eu-west-2", "CurrencyCode": "USD", "FileFormats": ["csv"] }] }),
            )
        }
        "GetPriceListFileUrl" => {
            assert_eq!(
                (&request["PriceListArn"], &request["FileFormat"]),
                (&json!("arn:list"), &json!("csv"))
            );
            Answer::Json(json!({ "Url": own.get() }))
        }
        "GET" => Answer::Text(file.clone()),
        other => panic!("{other}"),
    });
    address.set(format!("{}/file.csv", stub.url)).expect("once");
    let folder = book(|row| {
        if row.usage_type == VCPU {
            row.price /= rust_decimal::Decimal::TWO;
        }
    });
    let output = run(&stub, "refresh", &folder, &["--bulk"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains(&format!("changed  {VCPU}: 0.02328 -> 0.04656")),
        "{}",
        said(&output)
    );
    assert_eq!(
        stub.operations(),
        ["ListPriceLists", "GetPriceListFileUrl", "GET"]
    );
    assert!(text(&folder).contains("SpotUsage"));
}
