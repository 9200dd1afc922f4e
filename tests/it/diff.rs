//! The command `diff` against a real git repository.

use serde_json::Value;

use crate::git::Repository;

const CONFIG: &str =
    "version: 1\ntemplate: t.yaml\nregion: eu-west-2\nenvironments: {live: {parameters: p.json}}\n";
const TEMPLATE: &str = "Parameters: {N: {Type: Number}}
Resources:
  T: {Type: 'AWS::ECS::TaskDefinition', Properties: {Cpu: 1024, Memory: 2048, Family: f}}
  S: {Type: 'AWS::ECS::Service', Properties: {LaunchType: FARGATE, TaskDefinition: !Ref T, DesiredCount: !Ref N}}
";

fn one_task() -> Repository {
    let repository = Repository::new();
    repository.write("isms-cost.yaml", CONFIG);
    repository.write("t.yaml", TEMPLATE);
    repository.write("p.json", r#"{"Parameters": {"N": "1"}}"#);
    repository.commit();
    repository
}

fn json(repository: &Repository, more: &[&str]) -> Value {
    let args = [&["diff", "--base", "HEAD", "--format", "json"], more].concat();
    serde_json::from_str(&repository.says(&args)).expect("JSON")
}

#[test]
fn reads_the_base_from_a_commit_and_leaves_the_work_tree_alone() {
    let repository = one_task();
    repository.write("p.json", r#"{"Parameters": {"N": "3"}}"#);
    repository.write(
        "t.yaml",
        &format!("{TEMPLATE}  A: {{Type: 'AWS::EC2::EIP'}}\n"),
    );
    // One task: 730 × (0.04656 + 2 × 0.00511) = 41.4494 USD; two more: 82.8988. The address: 730 × 0.005 = 3.65.
    // A task: 730 × 0.04656 = 33.9888 for CPU, 730 × 2 × 0.00511 = 7.4606 for memory.
    let expected =
        "live: expected 41.45 → 128.00 USD a month, +86.55 (+208.8 %); min +86.55, max +86.55
  added               +3.65  A
               resource A (none) → AWS::EC2::EIP (+3.65)
  changed            +82.90  S
               parameter N 1 → 3 (+82.90)
                 Fargate vCPU 33.99 → 101.97
                 Fargate memory 7.46 → 22.38
";
    let said = repository.says(&["diff", "--base", "HEAD"]);
    let amounts: String = said
        .lines()
        .filter(|l| !l.contains("finding"))
        .map(|l| format!("{l}\n"))
        .collect();
    assert_eq!(amounts, expected);
}

#[test]
fn nothing_is_no_change_and_a_missing_base_is_said() {
    let repository = one_task();
    let said = repository.says(&["diff", "--base", "HEAD"]);
    assert_eq!(
        said,
        "live: expected 41.45 → 41.45 USD a month, 0.00 (0 %); min 0.00, max 0.00\n  no change\n"
    );
    for base in ["nowhere", "HEAD:t.yaml", "--help me"] {
        let output = repository.run(&["diff", &format!("--base={base}")]);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("is neither a folder nor a commit"), "{said}");
    }
}

#[test]
fn names_mapping_condition_and_property() {
    let repository = Repository::new();
    repository.write(
        "isms-cost.yaml",
        &CONFIG.replace("{parameters: p.json}", "{}"),
    );
    let template = |count: &str, wanted: &str, memory: &str| {
        format!(
            "Parameters: {{Size: {{Type: String, Default: big}}}}
Mappings: {{Sizes: {{big: {{Count: '{count}'}}}}}}
Conditions: {{Nat: !Equals [!Ref Size, {wanted}]}}
Resources:
  T: {{Type: 'AWS::ECS::TaskDefinition', Properties: {{Cpu: 1024, Memory: {memory}, Family: f}}}}
  S: {{Type: 'AWS::ECS::Service', Properties: {{LaunchType: FARGATE, TaskDefinition: !Ref T, DesiredCount: !FindInMap [Sizes, !Ref Size, Count]}}}}
  A: {{Type: 'AWS::EC2::EIP', Condition: Nat}}
"
        )
    };
    repository.write("t.yaml", &template("2", "small", "2048"));
    repository.commit();
    repository.write("t.yaml", &template("3", "big", "4096"));
    let whole = json(&repository, &[]);
    let changes = &whole["environments"][0]["changes"];
    assert_eq!(changes[0]["address"], "A");
    assert_eq!(changes[0]["kind"], "added");
    assert_eq!(changes[0]["causes"][0]["what"], "condition Nat");
    assert_eq!(
        changes[0]["causes"][0]["from"],
        "!Equals [!Ref Size, small]"
    );
    assert_eq!(changes[0]["causes"][0]["delta"]["expected"], "3.65");
    // Two tasks to three of 41.4494 USD; then each has 2 GB more: 3 × 730 × 2 × 0.00511 = 22.3818.
    let causes: Vec<[&str; 4]> = changes[1]["causes"]
        .as_array()
        .expect("causes")
        .iter()
        .map(|c| {
            ["what", "from", "to"]
                .map(|k| c[k].as_str().expect("text"))
                .into_iter()
                .chain([c["delta"]["expected"].as_str().expect("text")])
                .collect::<Vec<_>>()
                .try_into()
                .expect("four")
        })
        .collect();
    assert_eq!(
        causes,
        [
            ["mapping Sizes.big.Count", "2", "3", "41.4494"],
            ["property T Memory", "2048", "4096", "22.3818"]
        ]
    );
}

#[test]
fn a_literal_that_becomes_a_parameter_or_mapping_is_no_change() {
    let repository = one_task();
    let mapped = TEMPLATE
        .replace("!Ref N", "!FindInMap [Counts, all, N]")
        .replace(
            "Parameters: {N: {Type: Number}}",
            "Mappings: {Counts: {all: {N: 1}}}",
        );
    repository.write("t.yaml", &mapped);
    repository.write("p.json", r#"{"Parameters": {}}"#);
    assert!(
        repository
            .says(&["diff", "--base", "HEAD"])
            .contains("  no change\n")
    );
    repository.write("t.yaml", &mapped.replace("{N: 1}", "{N: 2}"));
    let whole = json(&repository, &[]);
    let causes = &whole["environments"][0]["changes"][0]["causes"];
    assert_eq!(causes[0]["what"], "property S DesiredCount");
    assert_eq!(
        (&causes[0]["from"], &causes[0]["to"]),
        (&"1".into(), &"2".into())
    );
}

#[test]
fn a_new_name_is_neither_a_cost_nor_a_saving() {
    let repository = Repository::new();
    repository.write(
        "isms-cost.yaml",
        &CONFIG.replace("{parameters: p.json}", "{usage: u.yaml}"),
    );
    let template = |id: &str, kind: &str| {
        format!(
            "Resources:\n  A: {{Type: 'AWS::EC2::EIP'}}\n  {id}: {{Type: 'AWS::EC2::NatGateway', Properties: {{AllocationId: !GetAtt A.AllocationId, ConnectivityType: {kind}}}}}\n  R: {{Type: 'AWS::EC2::Route', Properties: {{NatGatewayId: !Ref {id}}}}}\n"
        )
    };
    let usage = |id: &str| format!("resource_usage:\n  {id}: {{monthly_data_processed_gb: 10}}\n");
    repository.write("t.yaml", &template("Old", "public"));
    repository.write("u.yaml", &usage("Old"));
    repository.commit();
    repository.write("t.yaml", &template("New", "public"));
    repository.write("u.yaml", &usage("New"));
    let change = json(&repository, &[])["environments"][0]["changes"][0].clone();
    assert_eq!(
        (&change["kind"], &change["renamed_from"]),
        (&"changed".into(), &"Old".into())
    );
    assert_eq!(change["delta"]["expected"], "0");
    // Something else of it changed too: only the user can say that it is the same one.
    repository.write("t.yaml", &template("New", "private"));
    let kinds = |more: &[&str]| -> Vec<String> {
        let whole = json(&repository, more);
        let changes = whole["environments"][0]["changes"]
            .as_array()
            .expect("changes")
            .clone();
        changes
            .iter()
            .map(|c| {
                format!(
                    "{} {}",
                    c["kind"].as_str().unwrap_or_default(),
                    c["address"].as_str().unwrap_or_default()
                )
            })
            .collect()
    };
    assert_eq!(kinds(&[]), ["added New", "removed Old"]);
    assert_eq!(kinds(&["--moved", "Old=New"]), ["changed New"]);
    let output = repository.run(&["diff", "--base", "HEAD", "--moved", "Olt=New"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("the base has no resource Olt; did you mean Old?"),
        "{said}"
    );
}

#[test]
fn what_moves_to_a_nested_stack_stays_what_it_is() {
    let repository = one_task();
    let child = TEMPLATE.replace(
        "Parameters: {N: {Type: Number}}",
        "Parameters: {N: {Type: Number}, M: {Type: String, Default: '2048'}}",
    );
    repository.write(
        "child.yaml",
        &child.replace("Memory: 2048", "Memory: !Ref M"),
    );
    repository.write(
        "t.yaml",
        "Parameters: {N: {Type: Number}}\nResources:\n  Child: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: ./child.yaml, Parameters: {N: !Ref N}}}\n",
    );
    let whole = json(&repository, &[]);
    let live = &whole["environments"][0];
    assert_eq!(live["delta"]["expected"], "0");
    assert_eq!(live["changes"][0]["address"], "Child/S");
    assert_eq!(live["changes"][0]["renamed_from"], "S");
    repository.commit();
    // Another file for the stack, with one change in it.
    repository.git(&["mv", "child.yaml", "moved.yaml"]);
    repository.write(
        "moved.yaml",
        &child
            .replace("Memory: 2048", "Memory: !Ref M")
            .replace("'2048'", "'4096'"),
    );
    let text = std::fs::read_to_string(repository.root().join("t.yaml")).expect("text");
    repository.write("t.yaml", &text.replace("child.yaml", "moved.yaml"));
    let causes = json(&repository, &[])["environments"][0]["changes"][0]["causes"].clone();
    assert_eq!(causes.as_array().map(Vec::len), Some(1));
    assert_eq!(causes[0]["what"], "default of parameter Child/M");
    // 730 × 2 × 0.00511.
    assert_eq!(causes[0]["delta"]["expected"], "7.4606");
}

#[test]
fn what_loses_its_price_is_no_saving() {
    let repository = one_task();
    repository.write(
        "t.yaml",
        &TEMPLATE.replace("Cpu: 1024", "Cpu: !Ref AWS::StackName"),
    );
    let whole = json(&repository, &[]);
    let live = &whole["environments"][0];
    assert_eq!(live["delta"]["expected"], "-41.4494");
    assert_eq!(live["comparable_delta"]["expected"], "0");
    let change = &live["changes"][0];
    assert_eq!(change["kind"], "changed");
    assert_eq!(change["comparable_delta"]["expected"], "0");
    assert_eq!(change["newly_unpriced"].as_array().map(Vec::len), Some(1));
    let said = repository.says(&["diff", "--base", "HEAD"]);
    assert!(
        said.starts_with("live: expected 41.45 → 0.00 USD a month, 0.00 (0 %)"),
        "{said}"
    );
    assert!(
        said.contains("not known  S\n") && said.contains("it is no saving"),
        "{said}"
    );
    repository.write(
        "t.yaml",
        &format!("{TEMPLATE}  W: {{Type: 'AWS::Redshift::Cluster'}}\n"),
    );
    let said = repository.says(&["diff", "--base", "HEAD"]);
    assert!(said.contains("added           not known  W\n"), "{said}");
    assert!(
        said.contains("newly unpriced: AWS::Redshift::Cluster is not modelled"),
        "{said}"
    );
}

#[test]
fn environments_come_and_go() {
    let repository = one_task();
    let two = CONFIG.replace("{live:", "{next: {parameters: q.json}, live:");
    repository.write("isms-cost.yaml", &two);
    repository.write("q.json", r#"{"Parameters": {"N": "2"}}"#);
    let said = repository.says(&["diff", "--base", "HEAD"]);
    let first = "next (new environment): expected 0.00 → 82.90 USD a month, +82.90 (new); min +82.90, max +82.90\n";
    assert!(said.starts_with(first), "{said}");
    assert!(said.contains("live: expected 41.45 → 41.45"), "{said}");
    repository.commit();
    repository.write("isms-cost.yaml", CONFIG);
    let said = repository.says(&["diff", "--base", "HEAD"]);
    let last = "next (environment removed): expected 82.90 → 0.00 USD a month, -82.90 (-100 %)";
    assert!(said.contains(last), "{said}");
    assert!(
        !repository
            .says(&["diff", "--base", "HEAD", "--env", "live"])
            .contains("next")
    );
}

#[test]
fn findings_are_new_or_fixed_wherever_their_line_is() {
    let repository = Repository::new();
    repository.write(
        "isms-cost.yaml",
        &CONFIG.replace("{parameters: p.json}", "{}"),
    );
    let group = |more: &str, id: &str| {
        format!(
            "Resources:\n  {id}: {{Type: 'AWS::Logs::LogGroup', Properties: {{LogGroupName: g{more}}}}}\n"
        )
    };
    repository.write("t.yaml", &group("", "G"));
    repository.commit();
    let of_rule = |what: &str| -> Vec<String> {
        let whole = json(&repository, &[]);
        let all = whole["environments"][0]["findings"][what]
            .as_array()
            .expect("findings")
            .clone();
        all.iter()
            .filter(|f| f["rule"] == "logs.retention")
            .map(|f| f["address"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let nothing: [String; 0] = [];
    repository.write("t.yaml", &format!("# a comment\n\n{}", group("", "G")));
    assert_eq!(
        (of_rule("new"), of_rule("fixed")),
        (nothing.to_vec(), nothing.to_vec())
    );
    repository.write("t.yaml", &group("", "Renamed"));
    assert_eq!(
        (of_rule("new"), of_rule("fixed")),
        (nothing.to_vec(), nothing.to_vec())
    );
    repository.write("t.yaml", &group(", RetentionInDays: 400", "G"));
    assert_eq!(
        (of_rule("new"), of_rule("fixed")),
        (nothing.to_vec(), vec!["G".to_owned()])
    );
    repository.write(
        "t.yaml",
        &format!("{}  H: {{Type: 'AWS::Logs::LogGroup'}}\n", group("", "G")),
    );
    assert_eq!(
        (of_rule("new"), of_rule("fixed")),
        (vec!["H".to_owned()], nothing.to_vec())
    );
    let said = repository.says(&["diff", "--base", "HEAD"]);
    assert!(
        said.contains("  new   finding medium fail logs.retention H: "),
        "{said}"
    );
    let said = repository.says(&["diff", "--base", "HEAD", "--format", "markdown"]);
    assert!(
        said.contains("| new | medium | logs.retention | H |"),
        "{said}"
    );
}

#[test]
fn one_process_reads_files_folders_and_links_of_a_commit() {
    use isms_cost::source::{FileTree, GitTree, ReadError};
    let repository = Repository::new();
    let root = repository.root();
    std::fs::create_dir(root.join("a")).expect("a folder");
    std::fs::write(root.join("a/one.yaml"), "first\n").expect("written");
    std::fs::write(root.join("a/two words.yaml"), "").expect("written");
    std::os::unix::fs::symlink("a/one.yaml", root.join("link.yaml")).expect("a link");
    std::os::unix::fs::symlink("../outside", root.join("out.yaml")).expect("a link");
    repository.commit();
    std::fs::write(root.join("a/one.yaml"), "second\n").expect("written");
    let tree = GitTree::start(root, "HEAD").expect("git");
    assert_eq!(tree.commit().map(|c| c.len()), Some(40));
    let tree = FileTree::Git(tree);
    assert_eq!(tree.read("a/one.yaml").expect("text"), "first\n");
    assert_eq!(tree.read("link.yaml").expect("text"), "first\n");
    assert_eq!(tree.read("a/two words.yaml").expect("text"), "");
    assert_eq!(tree.list("a", "yaml"), ["a/one.yaml", "a/two words.yaml"]);
    assert!(tree.list("b", "yaml").is_empty());
    assert!(matches!(
        tree.read("out.yaml"),
        Err(ReadError::Missing { .. })
    ));
    assert!(matches!(
        tree.read("gone.yaml"),
        Err(ReadError::Missing { .. })
    ));
    assert!(matches!(tree.read("a"), Err(ReadError::NotAFile { .. })));
    for wrong in ["nothing", "HEAD:a", "two\nlines", "--help", ""] {
        assert_eq!(
            GitTree::start(root, wrong).expect("git").commit(),
            None,
            "{wrong}"
        );
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    assert_eq!(
        GitTree::start(elsewhere.path(), "HEAD")
            .expect("git")
            .commit(),
        None
    );
}
