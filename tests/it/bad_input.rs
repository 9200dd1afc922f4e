//! Wrong input: the exact message, exit 2, nothing on standard output, no panic.
//!
//! Cases stand in `tests/cases/bad_input.yaml`; `UPDATE_CASES=1` writes what the program says now, to be read before
//! it is committed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Case {
    name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, String>,
    /// Files that no text can hold: bytes in hexadecimal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    bytes: BTreeMap<String, String>,
    /// Large files: a beginning, and a line that is repeated, with `{i}` for its number and `{spaces}` for as many blanks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    repeated: BTreeMap<String, Repeated>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    folders: Vec<String>,
    args: String,
    stderr: String,
}

#[derive(Deserialize, Serialize)]
struct Repeated {
    head: String,
    line: String,
    times: usize,
}

fn prepare(case: &Case, folder: &Path) {
    let write = |path: &str, content: &[u8]| {
        let full = folder.join(path);
        std::fs::create_dir_all(full.parent().expect("a parent")).expect("a folder");
        std::fs::write(full, content).expect("written");
    };
    for path in &case.folders {
        std::fs::create_dir_all(folder.join(path)).expect("a folder");
    }
    for (path, text) in &case.files {
        write(path, text.as_bytes());
    }
    for (path, hex) in &case.bytes {
        let bytes = hex
            .split_whitespace()
            .map(|b| u8::from_str_radix(b, 16).expect("hexadecimal"));
        write(path, &bytes.collect::<Vec<u8>>());
    }
    for (path, repeated) in &case.repeated {
        let mut text = repeated.head.clone();
        for i in 0..repeated.times {
            let line = repeated
                .line
                .replace("{i}", &i.to_string())
                .replace("{before}", &i.saturating_sub(1).to_string());
            text += &line.replace("{spaces}", &" ".repeat(i));
        }
        write(path, text.as_bytes());
    }
}

fn run(case: &Case) -> (Option<i32>, String, String, Duration) {
    let folder = tempfile::tempdir().expect("a folder");
    // A repository of its own, so that nothing above the temporary folder is looked at.
    std::fs::create_dir(folder.path().join(".git")).expect("a folder");
    prepare(case, folder.path());
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_isms-cost"))
        .args(case.args.split_whitespace())
        .current_dir(folder.path())
        .env_clear()
        .env("AWS_REGION", "eu-west-2")
        .output()
        .expect("the program");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
        started.elapsed(),
    )
}

#[test]
fn every_bad_input_has_its_message() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/bad_input.yaml");
    let text = std::fs::read_to_string(&path).expect("cases");
    let mut cases: Vec<Case> = serde_yaml::from_str(&text).expect("cases");
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for case in &mut cases {
        let (code, stdout, stderr, took) = run(case);
        if code != Some(2) || !stdout.is_empty() || stderr.contains("panicked") {
            wrong.push(format!(
                "{}: exit {code:?}, stdout '{stdout}', stderr:\n{stderr}",
                case.name
            ));
        }
        if took > Duration::from_secs(5) {
            wrong.push(format!("{}: took {took:?}", case.name));
        }
        if update {
            case.stderr = stderr;
        } else if stderr.trim_end() != case.stderr.trim_end() {
            wrong.push(format!(
                "{}: said\n{stderr}\ninstead of\n{}",
                case.name, case.stderr
            ));
        }
    }
    if update {
        std::fs::write(&path, serde_yaml::to_string(&cases).expect("cases")).expect("written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
    assert!(cases.len() >= 40, "only {} cases", cases.len());
}
