//! `isms-cost report`: the committed samples are what the program writes, and nothing in a template can break the page.
//!
//! `UPDATE_REPORTS=1` rewrites the samples in `reports/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The day that the samples are of.
const TODAY: &str = "2026-11-23";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn program(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_isms-cost"))
        .args(args)
        .current_dir(folder)
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .output()
        .expect("the program")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

/// The shipped stack as it might have been before: no web ACL, no Spot, more tasks at least.
fn before() {
    let folder = root().join("target/before");
    let _ = std::fs::remove_dir_all(&folder);
    copy(
        &root().join("infrastructure"),
        &folder.join("infrastructure"),
    );
    let edits = [
        ("staging", "MinTaskCount", "1", "2"),
        ("staging", "SpotPercentage", "70", "0"),
        ("production", "SpotPercentage", "50", "0"),
        ("production", "EnableWaf", "true", "false"),
    ];
    for (environment, parameter, now, then) in edits {
        let file = folder.join(format!(
            "infrastructure/parameters/{environment}-params.json"
        ));
        let text = std::fs::read_to_string(&file).expect("parameters");
        let (old, new) = (
            format!("\"{parameter}\": \"{now}\""),
            format!("\"{parameter}\": \"{then}\""),
        );
        assert!(text.contains(&old), "{environment} has no {old}");
        std::fs::write(&file, text.replace(&old, &new)).expect("written");
    }
}

#[test]
fn the_samples_are_what_the_program_writes() {
    before();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("reports");
    let shown = out.display().to_string();
    let args = [
        "report",
        "--out",
        &shown,
        "--base",
        "target/before",
        "--today",
        TODAY,
    ];
    let output = program(&root(), &args);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect()
    };
    let page = std::fs::read_to_string(out.join("report.html")).expect("a page");
    assert_sound(&page);
    for section in [
        "summary",
        "services",
        "ranges",
        "drivers",
        "changes",
        "gate",
        "findings",
        "reach",
        "items",
        "gaps",
        "assumptions",
        "prices",
    ] {
        assert!(
            page.contains(&format!("<section id=\"{section}\"")),
            "no section {section}"
        );
    }
    let samples = root().join("reports");
    if std::env::var_os("UPDATE_REPORTS").is_some() {
        copy(&out, &samples);
    }
    let expected = ["README.md"]
        .map(str::to_owned)
        .into_iter()
        .chain(names(&out))
        .collect();
    assert_eq!(names(&samples), expected, "reports/ holds other files");
    for name in names(&out) {
        let made = std::fs::read_to_string(out.join(&name)).expect("made");
        let committed = std::fs::read_to_string(samples.join(&name)).expect("committed");
        let at = made
            .lines()
            .zip(committed.lines())
            .position(|(a, b)| a != b);
        assert!(
            made == committed,
            "reports/{name} is not what the program writes (line {:?}); run with UPDATE_REPORTS=1",
            at.map(|line| line + 1)
        );
    }
}

/// Text that would do harm in an element, an attribute, a script or a style.
const HOSTILE: &str = "</title></script></style><script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover=\"alert(3)' x='";

/// A stack whose every free text is hostile, with a fault, a gap and a change to show.
fn hostile(folder: &Path) {
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, text).expect("written");
    };
    let quoted = serde_json::to_string(HOSTILE).expect("text");
    let template = |tasks: u32| {
        format!(
            "Description: {quoted}\n\
             Parameters:\n  Free: {{Type: String, Default: {quoted}, Description: {quoted}}}\n  Tasks: {{Type: Number, Default: {tasks}}}\n  Kind: {{Type: String, Default: plain}}\n\
             Resources:\n  \
             Task: {{Type: 'AWS::ECS::TaskDefinition', Properties: {{Cpu: 256, Memory: 512, Family: !Ref Free}}}}\n  \
             Service: {{Type: 'AWS::ECS::Service', Properties: {{LaunchType: FARGATE, TaskDefinition: !Ref Task, DesiredCount: !Ref Tasks, Tags: [{{Key: {quoted}, Value: !Ref Free}}]}}}}\n  \
             Logs: {{Type: 'AWS::Logs::LogGroup', Properties: {{LogGroupName: {quoted}, Tags: [{{Key: a, Value: {quoted}}}]}}}}\n  \
             Odd: {{Type: {quoted}, Properties: {{Name: !Ref Free}}}}\n"
        )
    };
    let config = serde_json::json!({
        "version": 1, "template": "t.yaml", "region": "eu-west-2",
        "environments": { HOSTILE: { "parameters": "p.json", "account": "111122223333", "usage": "u.yaml" } },
        "policy": { "waivers": [{ "rule": "logs.retention", "address": "Logs", "reason": HOSTILE, "owner": HOSTILE, "until": "2027-01-31" }] },
    });
    let parameters = serde_json::json!({ "Parameters": { "Free": HOSTILE, "Kind": HOSTILE } });
    let usage = "version: 0.1\nresource_usage:\n  Logs: {monthly_data_ingested_gb: {min: 0, expected: 1, max: 5}}\n".to_owned();
    for (side, tasks) in [("head", 2), ("base", 1)] {
        write(&format!("{side}/isms-cost.yaml"), config.to_string());
        write(&format!("{side}/p.json"), parameters.to_string());
        write(&format!("{side}/u.yaml"), usage.clone());
        write(&format!("{side}/t.yaml"), template(tasks));
    }
}

/// The page of the hostile stack, written to `out`.
fn hostile_page(folder: &Path) -> String {
    hostile(folder);
    let output = program(
        &folder.join("head"),
        &[
            "report", "--out", "out", "--base", "../base", "--today", TODAY,
        ],
    );
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::read_to_string(folder.join("head/out/report.html")).expect("a page")
}

#[test]
fn no_text_of_a_user_is_markup() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = hostile_page(folder.path());
    // It is there, as text.
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&quot; onmouseover=&quot;alert(3)";
    assert!(
        page.matches(escaped).count() >= 10,
        "the hostile text is not shown"
    );
    for wrong in [
        "<script>alert",
        "<img",
        "\" onmouseover",
        "</title></script>",
    ] {
        assert!(!page.contains(wrong), "{wrong} is markup");
    }
    assert_sound(&page);
}

/// One style, one script, both allowed by hash and nothing else; no inline handler or style; links lead somewhere.
fn assert_sound(page: &str) {
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<style").count(), 1);
    assert_eq!(page.matches("<h1").count(), 1);
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
    let mut open: Vec<String> = Vec::new();
    let mut ids = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for tag in tags(page) {
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name),
                "a tag is not closed in order"
            );
            continue;
        }
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        for (key, value) in attributes(tag) {
            assert!(
                !key.starts_with("on") && key != "style" && key != "src",
                "<{name} {key}=…>"
            );
            match key {
                "id" => assert!(ids.insert(value.to_owned()), "two of id {value}"),
                "aria-labelledby" => drop(wanted.insert(value.to_owned())),
                "href" => match value.strip_prefix('#') {
                    Some(id) => drop(wanted.insert(id.to_owned())),
                    None => assert!(
                        value
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)),
                        "a link leads to {value}"
                    ),
                },
                _ => {}
            }
        }
        if !["meta", "br", "link", "input"].contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    let lost: Vec<&String> = wanted.difference(&ids).collect();
    assert!(lost.is_empty(), "these anchors are nowhere: {lost:?}");
}

/// What stands between `<` and `>`, the contents of style and script left out.
fn tags(page: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') {
            continue;
        }
        tags.push(tag);
        if tag == "style" || tag == "script" {
            let close = format!("</{tag}>");
            rest = &rest[rest.find(&close).expect("it is closed")..];
        }
    }
    tags
}

/// Name and value of each attribute: maud writes them in double quotes, or without a value.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag.find(' ').map_or("", |i| &tag[i..]);
    while let Some(equals) = rest.find("=\"") {
        let key = rest[..equals].rsplit(' ').next().unwrap_or_default();
        let value = &rest[equals + 2..];
        let end = value.find('"').expect("a value ends");
        found.push((key, &value[..end]));
        rest = &value[end + 1..];
    }
    found
}

#[test]
fn an_estimate_alone_is_a_page_without_findings() {
    let output = program(
        &root(),
        &[
            "estimate", "--format", "html", "--env", "staging", "--today", TODAY,
        ],
    );
    assert!(output.status.success());
    let page = String::from_utf8(output.stdout).expect("text");
    assert_sound(&page);
    // As `isms-cost estimate` says; tests/cases/shipped/staging.yaml has the arithmetic.
    assert!(page.contains("£201.81"));
    for absent in [
        "<section id=\"findings\"",
        "<section id=\"reach\"",
        "<section id=\"gate\"",
        "<section id=\"changes\"",
        "Beside this page",
    ] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn wrong_input_writes_nothing_and_what_was_there_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    hostile(folder.path());
    let head = folder.path().join("head");
    std::fs::create_dir(head.join("out")).expect("a folder");
    std::fs::write(head.join("out/report.html"), "old").expect("written");
    std::fs::write(head.join("t.yaml"), "Resources: {A: {Type: 1").expect("written");
    let output = program(&head, &["report", "--out", "out"]);
    assert_eq!(output.status.code(), Some(2));
    let left: Vec<_> = std::fs::read_dir(head.join("out"))
        .expect("read")
        .flatten()
        .collect();
    assert_eq!(left.len(), 1);
    assert_eq!(
        std::fs::read_to_string(head.join("out/report.html")).expect("read"),
        "old"
    );

    // A file stands where the folder should be.
    let output = program(
        &root(),
        &["report", "--out", "Cargo.toml", "--today", TODAY],
    );
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("error: Cargo.toml: "), "{said}");
}

/// A password that stands in a template, in a parameter's default, in a parameter file, and in a container's variable.
#[test]
fn no_secret_is_shown_whatever_is_near_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    let secrets = [
        "hunter2-literal",
        "hunter2-default",
        "hunter2-in-file",
        "hunter2-variable",
        "hunter2-noecho",
        "hunter2-mapping",
        "hunter2-url",
        "hunter2-metadata",
        "hunter2-output",
    ];
    write(
        "t.yaml",
        "Parameters:\n\
         \x20 Plain: {Type: String, Default: hunter2-default}\n\
         \x20 Filed: {Type: String}\n\
         \x20 Hidden: {Type: String, NoEcho: true, Default: hunter2-noecho}\n\
         \x20 Host: {Type: String, Default: db}\n\
         Mappings: {Keys: {a: {pw: hunter2-mapping}}}\n\
         Outputs: {O: {Value: 'https://isms:hunter2-output@db/x'}}\n\
         Resources:\n\
         \x20 M: {Type: 'AWS::RDS::DBInstance', Properties: {MasterUserPassword: !FindInMap [Keys, a, pw]}}\n\
         \x20 U: {Type: 'AWS::Lambda::Function', Properties: {Environment: {Variables: {URL: !Sub 'postgres://isms:hunter2-url@${Host}/x'}}}}\n\
         \x20 X: {Type: 'AWS::EC2::Instance', Metadata: {a: {password: hunter2-metadata}}, Properties: {InstanceType: t4g.small}}\n\
         \x20 A: {Type: 'AWS::RDS::DBInstance', Properties: {MasterUserPassword: hunter2-literal}}\n\
         \x20 B: {Type: 'AWS::RDS::DBInstance', Properties: {MasterUserPassword: !Ref Plain}}\n\
         \x20 C: {Type: 'AWS::RDS::DBInstance', Properties: {MasterUserPassword: !Ref Filed}}\n\
         \x20 D: {Type: 'AWS::RDS::DBInstance', Properties: {MasterUserPassword: !Ref Hidden}}\n\
         \x20 T: {Type: 'AWS::ECS::TaskDefinition', Properties: {Cpu: 256, Memory: 512, ContainerDefinitions: [{Name: c, Image: i, Environment: [{Name: API_TOKEN, Value: hunter2-variable}]}]}}\n",
    );
    write(
        "p.json",
        "{\"Parameters\": {\"Filed\": \"hunter2-in-file\"}}",
    );
    let stack = [
        "--template",
        "t.yaml",
        "--parameters",
        "p.json",
        "--region",
        "eu-west-2",
        "--today",
        TODAY,
    ];
    let call = |args: &[&str]| {
        let output = program(folder.path(), &[args, &stack].concat());
        assert_ne!(
            output.status.code(),
            Some(2),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let out = [output.stdout, output.stderr].concat();
        String::from_utf8(out).expect("text")
    };
    let mut all = vec![call(&["report", "--out", "out"])];
    let explain = |address: &str| {
        let output = program(
            folder.path(),
            &[&["explain", address], &stack[..6]].concat(),
        );
        let said = String::from_utf8(output.stdout).expect("text");
        assert!(said.contains("properties:"), "{said}");
        said
    };
    all.extend(["A", "B", "C", "D", "T", "M", "U", "X"].map(explain));
    for entry in std::fs::read_dir(folder.path().join("out"))
        .expect("files")
        .flatten()
    {
        all.push(std::fs::read_to_string(entry.path()).expect("text"));
    }
    for format in ["table", "json", "markdown", "github", "sarif", "junit"] {
        all.push(call(&["check", "--format", format]));
    }
    assert!(
        all.iter()
            .any(|text| text.contains("is a secret by its name"))
    );
    for (text, secret) in all.iter().flat_map(|t| secrets.map(|s| (t, s))) {
        let at = text.find(secret).map(|i| &text[i.saturating_sub(200)..i]);
        assert_eq!(at, None, "{secret} is shown");
    }
}
