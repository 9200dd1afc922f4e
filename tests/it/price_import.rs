//! `prices import`: from an offer file of the price list to price files.
//!
//! `tests/cases/prices/` holds excerpts of AWS's public offer files for London (and, for NAT gateways, N. Virginia),
//! some columns left out; the JSON one is the same ECS excerpt in the other form.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Parser;
use isms_cost::cli::{self, args::Cli};
use isms_cost::pricing::import::{self, ImportError, Offer, Scope, Update, updates};
use isms_cost::pricing::{PriceBook, Row};
use rust_decimal::Decimal;

const ECS: &str = "AmazonECS-eu-west-2.csv";

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/prices")
        .join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(case(name)).expect("a case")
}

fn read(text: &[u8]) -> Result<Offer, ImportError> {
    import::read("offer", &mut &*text)
}

fn offer(name: &str) -> Offer {
    read(text(name).as_bytes()).expect("an offer")
}

fn said(text: &[u8]) -> String {
    read(text).expect_err("wrong").to_string()
}

fn onto_embedded(offer: &Offer, keep: bool) -> Vec<Update> {
    let scope = Scope {
        keep,
        ..Scope::default()
    };
    updates(&PriceBook::embedded(), offer, &scope)
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str(text).expect("a number")
}

fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| &*row.usage_type).collect()
}

/// A head and a column row that every service has, for prices made up in a test.
fn made_up(rows: &[&str]) -> String {
    let head = "\"FormatVersion\",\"v1.0\"\n\"Disclaimer\",\"x\"\n\"Publication Date\",\"2026-11-01T00:00:00Z\"\n\
                \"Version\",\"20261101000000\"\n\"OfferCode\",\"S\"\n";
    let columns = "SKU,OfferTermCode,TermType,StartingRange,EndingRange,Unit,PricePerUnit,Currency,usageType,operation,Region Code";
    format!("{head}{columns}\n{}\n", rows.join("\n"))
}

/// The embedded book came from the same lists by another way: what both have must agree.
#[test]
fn ecs_prices_are_those_of_the_book() {
    let offer = offer(ECS);
    assert_eq!(
        (&*offer.service, &*offer.version, &*offer.published),
        ("AmazonECS", "20260831092155", "2026-08-31")
    );
    let updates = onto_embedded(&offer, true);
    let [london] = &updates[..] else {
        panic!("{updates:?}")
    };
    // Two tiers of ECS Anywhere, five rates of Fargate, and kept: three of Windows, four of Spot.
    assert_eq!(london.changes.same, 14);
    assert!(london.changes.is_empty(), "{:?}", london.changes);
    let vcpu = london
        .rows
        .iter()
        .find(|row| row.usage_type == "EUW2-Fargate-vCPU-Hours:perCPU")
        .expect("a price");
    assert_eq!(vcpu.price, decimal("0.04656"));
    assert_eq!(vcpu.sku, "G265XVYY5YDS48U6");
    assert_eq!(
        (&*vcpu.date, &*vcpu.date_kind),
        ("2026-08-31", "publication")
    );
    assert_eq!(
        vcpu.source,
        "AWS price list, offer AmazonECS, version 20260831092155"
    );
}

#[test]
fn json_and_csv_give_the_same() {
    let (json, csv) = (offer("AmazonECS-eu-west-2.json"), offer(ECS));
    assert_eq!(json.files, csv.files);
    assert_eq!(json.published, csv.published);
}

/// Without `--keep` a price that the file does not have is gone, save Spot, which is in no offer file.
#[test]
fn a_whole_file_takes_away_what_it_does_not_have() {
    let updates = onto_embedded(&offer(ECS), false);
    let [london] = &updates[..] else {
        panic!("{updates:?}")
    };
    assert_eq!(
        names(&london.changes.gone),
        [
            "EUW2-Fargate-Windows-GB-Hours",
            "EUW2-Fargate-Windows-OS-Hours:perCPU",
            "EUW2-Fargate-Windows-vCPU-Hours:perCPU"
        ]
    );
    let spot = names(&london.rows)
        .into_iter()
        .filter(|name| name.contains("SpotUsage"))
        .count();
    assert_eq!(spot, 4);
    // Other services stay as they are: 307 rows were there, three are gone.
    assert_eq!(london.rows.len(), 304);
}

#[test]
fn a_new_arm_price_moves_the_derived_spot_price_with_it() {
    let text = text(ECS).replace("0.0040900000", "0.0050000000");
    let offer = read(text.as_bytes()).expect("an offer");
    let updates = onto_embedded(&offer, true);
    let changed: Vec<_> = updates[0]
        .changes
        .changed
        .iter()
        .map(|(before, after)| (&*after.usage_type, before.price, after.price))
        .collect();
    // 0.005 × 0.315391 = 0.001576955
    assert_eq!(
        changed,
        [
            (
                "EUW2-Fargate-ARM-GB-Hours",
                decimal("0.00409"),
                decimal("0.005")
            ),
            (
                "EUW2-SpotUsage-Fargate-ARM-GB-Hours",
                decimal("0.00128994919"),
                decimal("0.001576955")
            )
        ]
    );
}

#[test]
fn free_allowances_go_to_global_and_leave_the_others_there() {
    let offer = offer("AWSLambda-eu-west-2.csv");
    assert_eq!(names(&offer.files["global"]), ["Global-Lambda-GB-Second"]);
    let tiers: Vec<_> = offer.files["eu-west-2"]
        .iter()
        .filter(|row| row.usage_type == "EUW2-Lambda-GB-Second-ARM")
        .map(|row| (row.begin, row.end, row.price))
        .collect();
    let (first, second) = (decimal("7500000000"), decimal("18750000000"));
    assert_eq!(
        tiers,
        [
            (Decimal::ZERO, Some(first), decimal("0.0000133334")),
            (first, Some(second), decimal("0.0000120001")),
            (second, None, decimal("0.0000106667")),
        ]
    );
    let updates = onto_embedded(&offer, false);
    assert_eq!(updates[1].region, "global");
    assert!(updates[1].changes.is_empty(), "{:?}", updates[1].changes);
    assert_eq!(updates[1].rows.len(), 38, "all of the global file");
}

#[test]
fn reserved_prices_are_left_out_and_counted() {
    let offer = offer("AmazonElastiCache-eu-west-2.csv");
    let rows: Vec<_> = offer.files["eu-west-2"]
        .iter()
        .map(|row| (&*row.operation, row.price))
        .collect();
    assert_eq!(
        rows,
        [
            ("CreateCacheCluster:0001", decimal("0.018")),
            ("CreateCacheCluster:0002", decimal("0.018")),
            ("CreateCacheCluster:Valkey", decimal("0.0144")),
        ]
    );
    assert_eq!(offer.left_out, ["2 reserved or of a savings plan"]);
}

/// Transfer has the regions of its two ends; what comes in from outside belongs to the region it comes into.
#[test]
fn transfer_belongs_to_the_region_at_its_near_end() {
    let offer = offer("AWSDataTransfer-eu-west-2.csv");
    assert_eq!(
        names(&offer.files["eu-west-2"]),
        [
            "EUW2-CloudFront-Out-Bytes",
            "EUW2-DataTransfer-In-Bytes",
            "EUW2-DataTransfer-Out-Bytes",
            "EUW2-DataTransfer-Out-Bytes",
            "EUW2-DataTransfer-Out-Bytes",
            "EUW2-DataTransfer-Out-Bytes",
            "EUW2-DataTransfer-xAZ-Out-Bytes",
            "EUW2-EU-AWS-Out-Bytes"
        ]
    );
    for update in onto_embedded(&offer, true) {
        assert!(update.changes.is_empty(), "{:?}", update.changes);
    }
}

/// Reduced columns, and two regions in one file.
#[test]
fn only_the_regions_that_were_asked_for() {
    let offer = offer("AmazonEC2-two-regions.csv");
    let scope = Scope {
        regions: vec!["us-east-1".to_owned()],
        keep: true,
        ..Scope::default()
    };
    let updates = updates(&PriceBook::embedded(), &offer, &scope);
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0].region, "us-east-1");
    assert!(updates[0].changes.is_empty(), "{:?}", updates[0].changes);
}

#[test]
fn what_contradicts_itself_is_left_out_by_name() {
    let offer = read(
        made_up(&[
            "A,JRTCKXETXF,OnDemand,0,Inf,GB,0.10,USD,X-Twice,,eu-west-2",
            "B,JRTCKXETXF,OnDemand,0,Inf,GB,0.20,USD,X-Twice,,eu-west-2",
            "C,JRTCKXETXF,OnDemand,0,10,GB,0.20,USD,X-Gap,Read,eu-west-2",
            "C,JRTCKXETXF,OnDemand,20,Inf,GB,0.10,USD,X-Gap,Read,eu-west-2",
            "D,JRTCKXETXF,OnDemand,0,Inf,GB,0.30,USD,X-Same,,eu-west-2",
            "E,JRTCKXETXF,OnDemand,0,Inf,GB,0.30,USD,X-Same,,eu-west-2",
            "F,JRTCKXETXF,OnDemand,0,Inf,GB,0.30,CNY,X-Yuan,,eu-west-2",
        ])
        .as_bytes(),
    )
    .expect("an offer");
    assert_eq!(names(&offer.files["eu-west-2"]), ["X-Same"]);
    assert_eq!(
        offer.left_out,
        [
            "1 not in US dollars",
            "X-Gap (Read) in eu-west-2: the tiers of SKU C have a gap or overlap",
            "X-Twice in eu-west-2: SKU A and SKU B differ",
        ]
    );
}

/// gp3 throughput is listed per GiBps-month (40.96 in N. Virginia) and sold per MiBps: 40.96 / 1024 = 0.04.
#[test]
fn throughput_is_priced_by_the_mebibyte() {
    let offer = read(
        made_up(&["A,JRTCKXETXF,OnDemand,0,Inf,GiBps-mo,40.9600000000,USD,EBS:VolumeP-Throughput.gp3,,us-east-1"])
            .as_bytes(),
    )
    .expect("an offer");
    let row = &offer.files["us-east-1"][0];
    assert_eq!((row.price, &*row.unit), (decimal("0.04"), "MiBps-Mo"));
}

#[test]
fn wrong_files_are_refused_with_the_reason() {
    let good = text(ECS);
    let json = text("AmazonECS-eu-west-2.json");
    // 13 lines: 5 of head, the columns, 7 prices. Cut in the middle of the last.
    let cut = &good[..good.len() - 60];
    assert!(
        said(cut.as_bytes()).starts_with("offer:13: this line has ")
            && said(cut.as_bytes()).ends_with("the file is cut off or damaged"),
        "{}",
        said(cut.as_bytes())
    );
    assert_eq!(
        said(good.replace("0.0465600000", "cheap").as_bytes()),
        "offer:9: the price 'cheap' is no decimal number"
    );
    assert_eq!(
        said(good.replace("\"usageType\"", "\"usage\"").as_bytes()),
        "offer:6: there is no column usageType"
    );
    assert_eq!(
        said(good.replace("\"v1.0\"", "\"v2.0\"").as_bytes()),
        "offer:1: the format is 'v2.0', and only v1.0 can be read"
    );
    assert_eq!(
        said(
            good.replace("\"Version\",\"20260831092155\"\n", "")
                .as_bytes()
        ),
        "offer:5: this is no offer file: its head has no Version"
    );
    assert_eq!(
        said(good.replace("\"USD\"", "\"CNY\"").as_bytes()),
        "offer: no on-demand price in US dollars; left out: 7 not in US dollars"
    );
    assert!(said(b"<html>gone</html>\n").starts_with("offer:1: this is no offer file"));
    assert_eq!(said(b" \n"), "offer: the file is empty");
    assert!(said(b"\"FormatVersion\",\"v1.0\"\n\"OfferCode\",\"\xff\"\n").contains("UTF-8"));
    let cut = &json[..json.len() / 2];
    assert!(
        said(cut.as_bytes()).contains("the file is cut off"),
        "{}",
        said(cut.as_bytes())
    );
    assert!(said(b"{}").starts_with("offer:1: this is no offer file: missing field"));
    assert!(
        said(json.replace("0.0465600000", "cheap").as_bytes())
            .ends_with("SKU G265XVYY5YDS48U6: the price 'cheap' is no decimal number")
    );
}

#[test]
fn a_byte_order_mark_is_read_over() {
    let marked = format!("\u{feff}{}", text(ECS));
    assert_eq!(
        read(marked.as_bytes()).expect("an offer").files,
        offer(ECS).files
    );
}

fn run(args: &[&str]) -> Result<(String, String), String> {
    let cli = Cli::try_parse_from(args).map_err(|e| e.to_string())?;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    cli::run(&cli, &mut out, &mut err).map_err(|e| e.to_string())?;
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ok((text(out), text(err)))
}

#[test]
fn the_command_writes_a_book_that_estimates_can_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = folder.path().join("prices");
    let dir = book.display().to_string();
    let changed = folder.path().join("ecs.csv");
    std::fs::write(&changed, text(ECS).replace("0.0465600000", "0.0500000000")).expect("written");
    let import = |file: &Path, more: &[&str]| {
        let file = file.display().to_string();
        let mut args = vec!["isms-cost", "prices", "import", &file, "--price-book", &dir];
        args.extend(more);
        run(&args)
    };

    let (out, err) = import(&changed, &["--keep", "--dry-run"]).expect("fine");
    // (0.05 − 0.04656) / 0.04656 = 7.388… %
    assert!(
        out.starts_with(
            "AmazonECS prices published 2026-08-31, version 20260831092155\n\
             eu-west-2: 1 changed, 0 gone, 0 new, 13 as before\n\
             \x20 changed  EUW2-Fargate-vCPU-Hours:perCPU: 0.04656 -> 0.05 USD per hours (+7.39 %)\n\
             estimate of staging: "
        ),
        "{out}"
    );
    // The stack we ship runs on ARM: the price of x86 moves nothing.
    assert_eq!(out.matches("(+0.00, +0 %)").count(), 2, "{out}");
    assert_eq!(err, "nothing written: this was a dry run\n");
    assert!(!book.exists());

    let (_, err) = import(&changed, &["--keep"]).expect("fine");
    assert_eq!(err, format!("wrote eu-west-2.tsv in {dir}\n"));
    let read = PriceBook::with_folder(&book).expect("a book");
    let price = |region, usage_type| {
        read.rates("AmazonECS", region, usage_type, None)
            .expect("a price")
            .first()
            .price
    };
    assert_eq!(
        price("eu-west-2", "EUW2-Fargate-vCPU-Hours:perCPU"),
        decimal("0.05")
    );
    // Ireland is still the embedded one.
    assert_eq!(
        price("eu-west-1", "EU-Fargate-vCPU-Hours:perCPU"),
        decimal("0.04048")
    );

    // A second import starts from the folder: back to where it was.
    let (out, _) = import(&case(ECS), &["--keep"]).expect("fine");
    assert!(
        out.contains("0.05 -> 0.04656 USD per hours (-6.88 %)"),
        "{out}"
    );

    // A file that cannot be read changes nothing.
    let before = std::fs::read_to_string(book.join("eu-west-2.tsv")).expect("a file");
    let cut = text(ECS);
    std::fs::write(&changed, &cut[..cut.len() - 60]).expect("written");
    assert!(import(&changed, &[]).is_err());
    let after = std::fs::read_to_string(book.join("eu-west-2.tsv")).expect("a file");
    assert_eq!(before, after);
}

#[test]
fn the_command_names_the_regions_there_are() {
    let file = case(ECS).display().to_string();
    let error = run(&[
        "isms-cost",
        "prices",
        "import",
        &file,
        "--price-book",
        "/nonexistent/x",
        "--region",
        "eu-west-9",
    ])
    .expect_err("no such region");
    assert_eq!(
        error,
        format!("{file} has no prices of 'eu-west-9'; it has eu-west-2")
    );
}

/// Two files change together. Wherever the process is killed, both are old or both are new.
#[test]
fn a_killed_import_leaves_a_whole_book() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = folder.path().join("prices");
    let versions = [("400000", "0.0000002000"), ("500000", "0.0000003000")].map(|(free, price)| {
        let file = folder.path().join(format!("{free}.csv"));
        let text = text("AWSLambda-eu-west-2.csv")
            .replace("\"400000\"", &format!("\"{free}\""))
            .replace("0.0000002000", price);
        std::fs::write(&file, text).expect("written");
        file
    });
    let import = |file: &Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_isms-cost"));
        command.args(["prices", "import", "--keep", "--price-book"]);
        command.arg(&book).arg(file);
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        command
    };
    assert!(import(&versions[0]).status().expect("run").success());
    for round in 0..60usize {
        let mut child = import(&versions[(round + 1) % 2]).spawn().expect("run");
        std::thread::sleep(
            std::time::Duration::from_micros(400) * u32::try_from(round).expect("small"),
        );
        child.kill().expect("killed");
        child.wait().expect("ended");
        let read = PriceBook::with_folder(&book).expect("a whole book");
        let rates = |region, usage_type| {
            read.rates("AWSLambda", region, usage_type, None)
                .expect("a price")
        };
        let is_old = rates("eu-west-2", "EUW2-Request-ARM").first().price == decimal("0.0000002");
        let free = rates("global", "Global-Lambda-GB-Second").first().end;
        let expected = decimal(if is_old { "400000" } else { "500000" });
        assert_eq!(free, Some(expected), "round {round}");
    }
    // And the next one that is left alone finishes.
    assert!(import(&versions[1]).status().expect("run").success());
    let read = PriceBook::with_folder(&book).expect("a book");
    let rates = read
        .rates("AWSLambda", "eu-west-2", "EUW2-Request-ARM", None)
        .expect("a price");
    assert_eq!(rates.first().price, decimal("0.0000003"));
}

/// Twice the price of an ARM vCPU-hour adds what these hours cost now: on demand, and on Spot, which is derived from it.
#[test]
fn an_import_says_what_it_does_to_the_estimate() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().display().to_string();
    let file = folder.path().join("ecs.csv");
    // 2 × 0.03725 = 0.0745
    std::fs::write(&file, text(ECS).replace("0.0372500000", "0.0745000000")).expect("written");
    let file = file.display().to_string();
    let (out, _) = run(&[
        "isms-cost",
        "prices",
        "import",
        &file,
        "--price-book",
        &dir,
        "--keep",
        "--dry-run",
    ])
    .expect("fine");
    for environment in ["staging", "production"] {
        let estimate = crate::estimate_cases::shipped(environment, &[]);
        let items = estimate.resources.iter().flat_map(|r| &r.line_items);
        let arm = items.filter(|i| i.usage_type.contains("Fargate-ARM-vCPU"));
        let dollars: Decimal = arm.map(|i| i.monthly.expected.0).sum();
        // 1 GBP = 1.34 USD in isms-cost.yaml.
        let pounds = (dollars / decimal("1.34"))
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        assert!(pounds > Decimal::ONE);
        let line = out
            .lines()
            .find(|l| l.contains(&format!("estimate of {environment}:")))
            .expect("a line");
        assert!(
            line.contains(&format!("(+{pounds}, ")),
            "{line}, and {pounds}"
        );
    }
}
