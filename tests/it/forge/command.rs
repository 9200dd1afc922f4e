//! `isms-cost comment` as a workflow calls it.

use std::process::{Command, Output};

use super::server::{SHA, Server, TOKEN};

const CONFIG: &str = "version: 1\ntemplate: t.yaml\nregion: eu-west-2\nenvironments: {live: {}}\nbudgets:\n  - {name: all, limit: 10}\n";
const BASE: &str = "Resources:\n  A0: {Type: 'AWS::EC2::EIP'}\n";

struct Repository {
    folder: tempfile::TempDir,
    server: Server,
}

impl Repository {
    fn new() -> Repository {
        let repository = Repository {
            folder: tempfile::tempdir().expect("a folder"),
            server: Server::start(),
        };
        repository.write("isms-cost.yaml", CONFIG);
        std::fs::create_dir(repository.folder.path().join("before")).expect("a folder");
        repository.write("before/t.yaml", BASE);
        repository.write(
            "t.yaml",
            &format!("{BASE}  A1: {{Type: 'AWS::EC2::EIP'}}\n  A2: {{Type: 'AWS::EC2::EIP'}}\n"),
        );
        repository.write(
            "event.json",
            &format!("{{\"pull_request\": {{\"number\": 3, \"head\": {{\"sha\": \"{SHA}\"}}}}}}"),
        );
        repository
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    fn run(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_isms-cost"))
            .args(["comment", "--base", "before", "--today", "2026-11-23"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(environment.iter().copied())
            .output()
            .expect("the program")
    }

    fn github(&self, run: &str, token: &str, arguments: &[&str]) -> Output {
        let event = self.folder.path().join("event.json").display().to_string();
        let environment = [
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_API_URL", self.server.address.as_str()),
            ("GITHUB_EVENT_PATH", event.as_str()),
            ("GITHUB_RUN_ID", run),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_TOKEN", token),
        ];
        self.run(&environment, arguments)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn comments_on_the_pull_request_of_the_event() {
    let repository = Repository::new();
    let first = repository.github("7", TOKEN, &[]);
    assert_eq!(
        (first.status.code(), said(&first)),
        (Some(0), "comment created\n".to_owned())
    );
    assert!(first.stdout.is_empty());
    let body = repository.server.state().bodies().remove(0);
    // 3.65 before, 3 × 3.65 = 10.95 after, 7.30 more, twice what it was: +200 %; 0.95 over the limit of 10.
    let top = "<!-- isms-cost key=default run=7.1 -->\n### Cost and risk of this change\n\n| environment | before | after, USD a month | change | | max | findings | gate |\n|---|---:|---:|---:|---:|---:|---|---|\n| live | 3.65 | 10.95 | **+7.30** | +200";
    assert!(body.starts_with(top), "{body}");
    assert!(body.contains("**Gate: no: 1 budget broken**"), "{body}");
    assert!(
        body.contains("expected 10.95 USD a month, 0.95 over the limit of 10.00"),
        "{body}"
    );
    let table = body.find("| live |").expect("the table");
    assert!(table < body.find("<details>").expect("detail"), "{body}");
    assert!(
        body.contains("| A1 | added | **+3.65** | +3.65 | +3.65 | resource A1 (none) → AWS::EC2::EIP (+3.65) |"),
        "{body}"
    );
    assert!(
        body.contains(&format!("compared with before at {}", &SHA[..12])),
        "{body}"
    );

    let same = repository.github("8", TOKEN, &[]);
    assert_eq!(said(&same), "comment unchanged: it says the same already\n");
    repository.write("t.yaml", BASE);
    let back = repository.github("9", TOKEN, &[]);
    assert_eq!(said(&back), "comment updated\n");
    let late = repository.github("7", TOKEN, &["--max-wait", "1"]);
    assert_eq!(said(&late), "nothing posted: a newer run has commented\n");
    assert_eq!(repository.server.state().comments.len(), 1);
}

#[test]
fn a_small_change_makes_no_first_comment() {
    let repository = Repository::new();
    repository.write("isms-cost.yaml", &CONFIG.replace("limit: 10", "limit: 100"));
    // The change is 7.30.
    let small = repository.github("7", TOKEN, &["--threshold", "7.31"]);
    assert_eq!(
        said(&small),
        "nothing posted: the change is under the threshold\n"
    );
    assert!(repository.server.state().comments.is_empty());
    repository.write(
        "isms-cost.yaml",
        &format!(
            "{}comment: {{threshold: 7.31}}\n",
            CONFIG.replace("limit: 10", "limit: 100")
        ),
    );
    assert_eq!(
        said(&repository.github("7", TOKEN, &[])),
        "nothing posted: the change is under the threshold\n"
    );
    let large = repository.github("7", TOKEN, &["--threshold", "7.30"]);
    assert_eq!(said(&large), "comment created\n");
    // Under the threshold, but the gate says no.
    let broken = Repository::new();
    assert_eq!(
        said(&broken.github("7", TOKEN, &["--threshold", "100"])),
        "comment created\n"
    );
}

#[test]
fn what_is_missing_is_said() {
    let repository = Repository::new();
    let wrong = repository.github("7", "ghp_notTheToken", &[]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        said(&wrong).contains("401: Bad credentials") && !said(&wrong).contains("ghp_"),
        "{}",
        said(&wrong)
    );
    let none = repository.github("7", "", &[]);
    assert!(
        said(&none).starts_with("error: GITHUB_TOKEN is not set; add env:"),
        "{}",
        said(&none)
    );
    repository.write("event.json", "{}");
    let push = repository.github("7", TOKEN, &[]);
    assert_eq!(push.status.code(), Some(2));
    assert!(
        said(&push).contains("is of no pull request"),
        "{}",
        said(&push)
    );
    assert_eq!(
        said(&repository.github("7", TOKEN, &["--pull-request", "3"])),
        "comment created\n"
    );
    let nowhere = repository.run(&[], &[]);
    assert!(
        said(&nowhere).starts_with("error: this is no CI run that is known"),
        "{}",
        said(&nowhere)
    );
    let dry = repository.run(&[], &["--dry-run"]);
    assert_eq!(dry.status.code(), Some(0));
    assert!(
        String::from_utf8_lossy(&dry.stdout)
            .starts_with("<!-- isms-cost key=default commit=0 -->\n### Cost")
    );
    let key = repository.run(&[], &["--dry-run", "--key", "a b"]);
    assert!(
        said(&key).starts_with("error: --key 'a b': write letters"),
        "{}",
        said(&key)
    );
}

#[test]
fn a_change_of_hundreds_of_resources_fits() {
    let repository = Repository::new();
    let name = "AddressWithALongName".repeat(12);
    let many: String = (0..300)
        .map(|n| format!("  {name}{n}: {{Type: 'AWS::EC2::EIP'}}\n"))
        .collect();
    repository.write("t.yaml", &format!("Resources:\n{many}"));
    let output = repository.github("7", TOKEN, &[]);
    assert_eq!(said(&output), "comment created\n");
    let body = repository.server.state().bodies().remove(0);
    assert!(
        body.len() <= 65_536 && body.len() > 60_000,
        "{}",
        body.len()
    );
    // 300 × 3.65 = 1,095.00.
    assert!(body.contains("| live | 3.65 | 1,095.00 |"));
    assert!(body.contains("more lines: isms-cost diff and isms-cost gate show all of it"));
    assert!(
        body.trim_end()
            .ends_with("Every run updates this comment.</sub>")
    );
}

#[test]
fn gitlab_as_its_pipelines_set_it() {
    let repository = Repository::new();
    let run = |environment: &[(&str, &str)]| {
        let mut all = vec![
            ("CI_API_V4_URL", repository.server.address.as_str()),
            ("CI_PROJECT_ID", "7"),
            ("CI_PIPELINE_ID", "70"),
            ("CI_JOB_ID", "700"),
            ("CI_COMMIT_SHA", SHA),
        ];
        all.extend(environment);
        said(&repository.run(&all, &[]))
    };
    assert!(run(&[("ISMS_COST_GITLAB_TOKEN", TOKEN)]).contains("CI_MERGE_REQUEST_IID is not set"));
    assert!(run(&[("CI_MERGE_REQUEST_IID", "3")]).contains("ISMS_COST_GITLAB_TOKEN is not set"));
    assert_eq!(
        run(&[
            ("CI_MERGE_REQUEST_IID", "3"),
            ("ISMS_COST_GITLAB_TOKEN", TOKEN)
        ]),
        "comment created\n"
    );
    assert!(
        repository.server.state().bodies()[0]
            .starts_with("<!-- isms-cost key=default run=70.700 -->")
    );
    let old = [
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "0000"),
        ("CI_MERGE_REQUEST_IID", "3"),
        ("ISMS_COST_GITLAB_TOKEN", TOKEN),
    ];
    repository.write("t.yaml", BASE);
    assert!(run(&old).contains("the branch has a newer commit"));
}

#[test]
fn a_certificate_file_is_used_or_refused() {
    let repository = Repository::new();
    let event = repository
        .folder
        .path()
        .join("event.json")
        .display()
        .to_string();
    let base = [
        ("GITHUB_REPOSITORY", "o/r"),
        ("GITHUB_EVENT_PATH", event.as_str()),
        ("GITHUB_TOKEN", TOKEN),
    ];
    let with = |file: &str| {
        let mut all = base.to_vec();
        all.push(("SSL_CERT_FILE", file));
        said(&repository.run(&all, &[]))
    };
    assert!(with("gone.pem").starts_with("error: SSL_CERT_FILE gone.pem: "));
    assert!(with("t.yaml").contains("there is no certificate in it"));
}
