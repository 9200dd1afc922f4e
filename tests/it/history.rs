//! `diff` and `gate` on a real repository's history, commit by commit. `UPDATE_HISTORY=1` rewrites what is expected.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// Each commit's name, what it is compared with, and the gate's exit code.
const COMMITS: [(&str, &str, i32); 9] = [
    ("Cheaper", "HEAD~1", 0),
    ("Dearer", "HEAD~1", 1),
    ("Renamed", "HEAD~1", 0),
    ("New environment", "HEAD~1", 0),
    ("A fault", "HEAD~1", 1),
    ("Mended", "HEAD~1", 0),
    ("Without a price", "HEAD~1", 1),
    ("Broken", "HEAD~1", 2),
    // What it repairs cannot be compared with.
    ("Whole again", "HEAD~2", 0),
];

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_isms-cost"))
        .args(args)
        .args(["--today", "2026-11-23"])
        .current_dir(folder)
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .output()
        .expect("the program")
}

#[test]
fn every_commit_of_a_history() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let repository = folder.path().join("repository");
    let made = Command::new("bash")
        .arg(root.join("tests/history/make"))
        .arg(&repository)
        .output()
        .expect("bash");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let git = |args: &[&str]| -> String {
        let done = Command::new("git")
            .arg("-C")
            .arg(&repository)
            .args(args)
            .output()
            .expect("git");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    };
    let log = git(&["log", "--format=%H %s", "--reverse"]);
    let commits: Vec<(&str, &str)> = log.lines().filter_map(|l| l.split_once(' ')).collect();
    assert_eq!(commits.len(), 10);
    let mut text = String::new();
    for (name, base, code) in COMMITS {
        let (hash, _) = commits
            .iter()
            .find(|(_, subject)| *subject == name)
            .expect("a commit");
        git(&["checkout", "-q", hash]);
        let _ = writeln!(text, "=== {name}, compared with {base}");
        for command in ["diff", "gate"] {
            let output = run(&repository, &[command, "--base", base]);
            let status = output.status.code().expect("a code");
            let _ = writeln!(text, "--- {command}: exit {status}");
            text += &String::from_utf8_lossy(&output.stdout);
            text += &String::from_utf8_lossy(&output.stderr);
            if command == "gate" {
                assert_eq!(status, code, "{name}: {text}");
            }
        }
        assert_eq!(
            git(&["status", "--porcelain"]),
            "",
            "{name}: the work tree is touched"
        );
    }
    // The base of a mended template cannot be evaluated: said, never a yes.
    assert_eq!(
        run(&repository, &["gate", "--base", "HEAD~1"])
            .status
            .code(),
        Some(2)
    );
    let path = root.join("tests/history/expected.txt");
    if std::env::var_os("UPDATE_HISTORY").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == expected,
        "tests/history/expected.txt is not what the program says; look at it, then UPDATE_HISTORY=1\n{text}"
    );
}
