//! The action's scripts, against a real repository and the real program, and what the documentation says of them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn git(folder: &Path, args: &[&str]) -> String {
    let identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    ];
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(identity)
        .args(args)
        .output()
        .expect("git");
    assert!(done.status.success(), "{args:?}: {}", said(&done));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// A script of the action; its own environment, and the program and what stands in `bin` on the path.
fn script(name: &str, folder: &Path, bin: &Path, environment: &[(&str, &str)]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_isms-cost"))
        .parent()
        .expect("a folder");
    let old = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{}:{old}", bin.display(), program.display());
    Command::new("bash")
        .arg(root().join("action").join(name))
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("GITHUB_OUTPUT", folder.join("output"))
        .env("GITHUB_STEP_SUMMARY", folder.join("summary"))
        .env("GITHUB_PATH", folder.join("path"))
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("RUNNER_TEMP", folder.join("temp"))
        .envs(environment.iter().copied())
        .output()
        .expect("bash")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

const CONFIG: &str = "version: 1\ntemplate: t.yaml\nregion: eu-west-2\nenvironments: {live: {}}\nbudgets:\n  - {name: all, increase: 5}\n";
const ONE: &str = "Resources:\n  A0: {Type: 'AWS::EC2::EIP'}\n";

/// `main` with one address, a pull request that makes it three, and the commit that would merge them.
struct Pull {
    folder: tempfile::TempDir,
    base: String,
}

impl Pull {
    fn new() -> Pull {
        let folder = tempfile::tempdir().expect("a folder");
        let origin = folder.path().join("origin");
        std::fs::create_dir(&origin).expect("a folder");
        let write =
            |name: &str, text: &str| std::fs::write(origin.join(name), text).expect("written");
        git(&origin, &["init", "-q", "-b", "main"]);
        git(
            &origin,
            &["config", "uploadpack.allowReachableSHA1InWant", "true"],
        );
        write("isms-cost.yaml", CONFIG);
        write("t.yaml", ONE);
        git(&origin, &["add", "-A"]);
        git(&origin, &["commit", "-qm", "one"]);
        git(&origin, &["checkout", "-qb", "change"]);
        write(
            "t.yaml",
            &format!("{ONE}  A1: {{Type: 'AWS::EC2::EIP'}}\n  A2: {{Type: 'AWS::EC2::EIP'}}\n"),
        );
        git(&origin, &["commit", "-qam", "three"]);
        git(&origin, &["checkout", "-q", "main"]);
        write("other", "");
        git(&origin, &["add", "-A"]);
        git(&origin, &["commit", "-qm", "main goes on"]);
        let base = git(&origin, &["rev-parse", "HEAD"]);
        git(&origin, &["checkout", "-qb", "merge"]);
        git(
            &origin,
            &["merge", "-q", "--no-ff", "-m", "merge", "change"],
        );
        Pull { folder, base }
    }

    /// A clone of a branch, one commit deep, as checkout makes it.
    fn clone(&self, branch: &str) -> PathBuf {
        let clone = self.folder.path().join(branch.replace('/', "-") + "-clone");
        let origin = format!("file://{}", self.folder.path().join("origin").display());
        let target = clone.display().to_string();
        git(
            self.folder.path(),
            &[
                "clone",
                "-q",
                "--depth=1",
                "--branch",
                branch,
                &origin,
                &target,
            ],
        );
        clone
    }

    fn base(&self, clone: &Path, environment: &[(&str, &str)]) -> String {
        let _ = std::fs::remove_file(clone.join("output"));
        let token = [("TOKEN", "ghs_secret")];
        let all: Vec<(&str, &str)> = token.iter().chain(environment).copied().collect();
        let output = script("base.sh", clone, clone, &all);
        assert!(
            output.status.success() && !said(&output).contains("ghs_secret"),
            "{}",
            said(&output)
        );
        read(&clone.join("output")).trim().to_owned()
    }
}

#[test]
fn the_base_is_what_the_pull_request_is_merged_into_however_shallow_the_clone() {
    let pull = Pull::new();
    let clone = pull.clone("merge");
    let base = pull.base(&clone, &[("GITHUB_BASE_REF", "main")]);
    assert_eq!(base, format!("base={}", pull.base));
    assert_eq!(git(&clone, &["cat-file", "-t", &pull.base]), "commit");
    // The pull request's own branch checked out: its base is main as it is now.
    let head = pull.clone("change");
    assert_eq!(
        pull.base(&head, &[("GITHUB_BASE_REF", "main")]),
        "base=origin/main"
    );
    assert_eq!(git(&head, &["rev-parse", "origin/main"]), pull.base);
    // What is given counts; a push has none.
    assert_eq!(
        pull.base(&head, &[("BASE", "HEAD"), ("GITHUB_BASE_REF", "main")]),
        "base=HEAD"
    );
    assert_eq!(pull.base(&head, &[]), "base=");
}

#[test]
fn the_job_fails_where_the_gate_says_no() {
    let pull = Pull::new();
    let clone = pull.clone("merge");
    pull.base(&clone, &[("GITHUB_BASE_REF", "main")]);
    let run = |environment: &[(&str, &str)]| {
        for file in ["output", "summary"] {
            let _ = std::fs::remove_file(clone.join(file));
        }
        script("run.sh", &clone, &clone, environment)
    };
    // From one address to three: 2 × 3.65 = 7.30, and at most 5.
    let no = run(&[("BASE", &pull.base)]);
    assert_eq!(no.status.code(), Some(1), "{}", said(&no));
    assert!(
        said(&no).contains("expected +7.30 USD a month, at most +5.00"),
        "{}",
        said(&no)
    );
    assert_eq!(read(&clone.join("output")), "passes=false\n");
    assert!(read(&clone.join("summary")).starts_with("**Gate: no: 1 budget broken**"));
    assert_eq!(
        run(&[("BASE", &pull.base), ("FAIL", "false")])
            .status
            .code(),
        Some(0)
    );
    let alone = run(&[("BASE", "")]);
    assert_eq!(
        (alone.status.code(), read(&clone.join("output"))),
        (Some(0), "passes=true\n".to_owned()),
        "{}",
        said(&alone)
    );
    assert_eq!(
        run(&[("BASE", ""), ("DENY_UNKNOWN", "true")]).status.code(),
        Some(1)
    );
    assert_eq!(
        run(&[("BASE", "nothing"), ("FAIL", "false")]).status.code(),
        Some(2)
    );
    // A comment that cannot be posted is said, and the verdict counts all the same.
    let silent = run(&[("BASE", &pull.base), ("COMMENT", "true")]);
    assert_eq!(silent.status.code(), Some(1));
    assert!(
        said(&silent).contains("::warning::isms-cost could not comment"),
        "{}",
        said(&silent)
    );
}

/// A stand-in for `gh`: a release with one archive, whose attestation holds or not.
fn gh(folder: &Path, genuine: bool) {
    let archive = folder.join("isms-cost-x86_64-unknown-linux-musl.tar.gz");
    let inside = folder.join("inside");
    std::fs::create_dir_all(&inside).expect("a folder");
    let program = inside.join("isms-cost");
    std::fs::write(&program, "#!/bin/sh\necho isms-cost 1.2.3\n").expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("set");
    let packed = Command::new("tar")
        .arg("-czf")
        .arg(&archive)
        .arg("-C")
        .arg(&inside)
        .arg("isms-cost")
        .status();
    assert!(packed.expect("tar").success());
    let answer = if genuine { "exit 0" } else { "exit 1" };
    let text = format!(
        "#!/bin/sh\necho \"gh $*\"\ncase \"$1 $2 $3\" in\n'release download v1.2.3') cp '{}' \"$RUNNER_TEMP/isms-cost/\" ;;\n'attestation verify'*) {answer} ;;\n*) exit 1 ;;\nesac\n",
        archive.display()
    );
    let file = folder.join("gh");
    std::fs::write(&file, text).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn a_release_is_taken_only_if_its_workflow_built_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    gh(path, true);
    for (name, text) in [
        ("rustup", "echo \"rustup $*\""),
        (
            "cargo",
            "echo \"cargo $*\"; cp \"$RUNNER_TEMP/../inside/isms-cost\" \"$RUNNER_TEMP/isms-cost/bin/\"",
        ),
    ] {
        std::fs::write(path.join(name), format!("#!/bin/sh\n{text}\n")).expect("written");
        std::fs::set_permissions(path.join(name), std::fs::Permissions::from_mode(0o755))
            .expect("set");
    }
    let source = root().display().to_string();
    let install = |reference: &str, machine: &str| {
        let environment = [
            ("ACTION_PATH", source.as_str()),
            ("ACTION_REPOSITORY", "o/isms-cost"),
            ("ACTION_REF", reference),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", machine),
        ];
        script("install.sh", path, path, &environment)
    };
    let released = install("v1.2.3", "X64");
    assert!(released.status.success(), "{}", said(&released));
    let text = said(&released);
    assert!(text.contains("--signer-workflow o/isms-cost/.github/workflows/release.yml --source-ref refs/tags/v1.2.3"), "{text}");
    assert!(
        text.ends_with("isms-cost 1.2.3\n") && !text.contains("cargo"),
        "{text}"
    );
    assert_eq!(
        read(&path.join("path")),
        format!("{}\n", path.join("temp/isms-cost/bin").display())
    );
    // A commit, another machine, a release that is not there: the source, with its own Rust.
    for (reference, machine) in [
        ("3d3c42e5aac5ba805825da76410c181273ba90b1", "X64"),
        ("v1.2.3", "RISCV"),
        ("v9.9.9", "X64"),
    ] {
        let built = said(&install(reference, machine));
        assert!(
            built.contains(&format!(
                "cargo +1.95 install --locked --quiet --path {source}"
            )),
            "{built}"
        );
    }
    gh(path, false);
    let forged = install("v1.2.3", "X64");
    assert_eq!(forged.status.code(), Some(1));
    assert!(
        said(&forged).contains("::error::") && !said(&forged).contains("cargo"),
        "{}",
        said(&forged)
    );
}

/// The hooks' commands and those of docs/ci.md are commands that the program has, with options that it has.
#[test]
fn documented_commands_exist() {
    let hooks: serde_yaml::Value =
        serde_yaml::from_str(&read(&root().join(".pre-commit-hooks.yaml"))).expect("YAML");
    let mut lines: Vec<String> = hooks
        .as_sequence()
        .expect("a list")
        .iter()
        .map(|hook| hook["entry"].as_str().expect("an entry").to_owned())
        .collect();
    let docs = read(&root().join("docs/ci.md"));
    let commands = docs.lines().filter_map(|l| {
        Some(l[l.find("isms-cost ")?..].to_owned()).filter(|_| l.starts_with("    "))
    });
    lines.extend(
        commands.filter(|l| l.starts_with("isms-cost comment") || l.starts_with("isms-cost gate")),
    );
    assert!(lines.len() >= 6, "{lines:?}");
    for line in lines {
        let words = line.split_whitespace().skip(1);
        let output = Command::new(env!("CARGO_BIN_EXE_isms-cost"))
            .args(words)
            .arg("--help")
            .output();
        assert!(output.expect("the program").status.success(), "{line}");
    }
}
