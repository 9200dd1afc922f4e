//! Every kind of change in a real repository: `tests/cases/history/make.sh` makes it, the outputs stand beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository, made anew.
struct History {
    folder: tempfile::TempDir,
    /// Hash and subject of each commit, oldest first.
    commits: Vec<(String, String)>,
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/history")
}

fn made() -> History {
    let folder = tempfile::tempdir().expect("a folder");
    let done = Command::new("bash")
        .arg(cases().join("make.sh"))
        .arg(folder.path())
        .output()
        .expect("bash");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let log = git(folder.path(), &["log", "--reverse", "--format=%H %s"]);
    let commits = log
        .lines()
        .filter_map(|l| l.split_once(' '))
        .map(|(hash, subject)| (hash.to_owned(), subject.to_owned()))
        .collect();
    History { folder, commits }
}

fn git(folder: &Path, args: &[&str]) -> String {
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(args)
        .output()
        .expect("git");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).expect("text")
}

/// All that the program says: output, messages, exit code.
fn said(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_isms-cost"))
        .args(args)
        .args(["--today", "2026-11-02"])
        .current_dir(folder)
        .env_remove("AWS_REGION")
        .output()
        .expect("the program");
    format!(
        "{}--- messages\n{}--- exit {}\n",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().unwrap_or(-1)
    )
}

#[test]
fn every_step_says_what_it_did() {
    let history = made();
    let update = std::env::var_os("UPDATE_HISTORY").is_some();
    let mut wrong = Vec::new();
    let mut compare = |name: &str, got: &str| {
        let path = cases().join(name);
        if update {
            std::fs::write(&path, got).expect("written");
        } else if std::fs::read_to_string(&path).ok().as_deref() != Some(got) {
            wrong.push(format!("{name} should be what stands in the file:\n{got}"));
        }
    };
    let listed: String = history
        .commits
        .iter()
        .map(|(h, s)| format!("{h} {s}\n"))
        .collect();
    compare("commits.txt", &listed);
    assert!(history.commits.len() > 10);
    for (number, (hash, _)) in history.commits.iter().enumerate().skip(1) {
        git(history.folder.path(), &["checkout", "-q", hash]);
        let formats: &[(&str, &str)] = match number {
            2 => &[("table", "txt"), ("json", "json")],
            4 => &[("table", "txt"), ("markdown", "md")],
            _ => &[("table", "txt")],
        };
        for (format, ending) in formats {
            let args = ["diff", "--base", "HEAD~1", "--format", format];
            let text = said(history.folder.path(), &args);
            compare(&format!("{number:02}.{ending}"), &text);
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nrun with UPDATE_HISTORY=1 and read the difference",
        wrong.join("\n")
    );
}
