//! Rules against the shipped stack: it passes, and each fault is named by the rule that is meant for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use isms_cost::diag::Diagnostics;
use isms_cost::resolve::{Evaluator, Inputs};
use isms_cost::rules::{Asset, EnvironmentFindings, Status, all, check};
use isms_cost::source::{FileTree, SourceMap};
use serde::Deserialize;

#[derive(Deserialize)]
struct Mutation {
    rule: String,
    file: String,
    from: String,
    to: String,
    address: String,
    says: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of the deployment as they are committed.
fn files() -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in [
        "infrastructure/templates",
        "infrastructure/parameters",
        "infrastructure/appspecs",
        "infrastructure/scripts",
        ".github/workflows",
    ] {
        for entry in std::fs::read_dir(root().join(folder)).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_file() {
                let name = path
                    .strip_prefix(root())
                    .expect("inside")
                    .display()
                    .to_string();
                found.insert(name, std::fs::read(&path).expect("read"));
            }
        }
    }
    found
}

fn judge(files: &BTreeMap<String, Vec<u8>>, environment: &str) -> EnvironmentFindings {
    let tree = FileTree::Memory(files.clone());
    let sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let account = if environment == "production" {
        "641918319442"
    } else {
        "956880242582"
    };
    let inputs = Inputs {
        environment: environment.into(),
        region: "eu-west-2".into(),
        account: Some(account.into()),
        template: "infrastructure/templates/main.yaml".to_owned(),
        parameter_files: vec![format!(
            "infrastructure/parameters/{environment}-params.json"
        )],
        parameters: Vec::new(),
    };
    let deployment = Evaluator::new(&sources, &tree)
        .evaluate(&inputs, &mut diagnostics)
        .expect("a deployment");
    let said: Vec<String> = diagnostics.iter().map(|d| d.message.clone()).collect();
    assert!(said.is_empty(), "{said:?}");
    let assets: Vec<Asset> = files
        .iter()
        .filter(|(path, _)| {
            !path.starts_with("infrastructure/templates")
                && !path.starts_with("infrastructure/parameters")
        })
        .map(|(path, text)| Asset {
            path: path.clone(),
            text: String::from_utf8_lossy(text).into_owned(),
        })
        .collect();
    check(&deployment, &sources, &assets)
}

#[test]
fn the_shipped_stack_passes_in_both_environments() {
    let files = files();
    for environment in ["staging", "production"] {
        let result = judge(&files, environment);
        let open: Vec<String> = result
            .findings
            .iter()
            .filter(|f| f.status != Status::Pass && f.rule.starts_with("deploy."))
            .map(|f| format!("{} {}: {}", f.rule, f.address, f.message))
            .collect();
        assert!(open.is_empty(), "{environment}: {open:?}");
        let judged: BTreeSet<&str> = result.findings.iter().map(|f| f.rule).collect();
        // The transform is not in the main path; its rule has nothing to judge there.
        let silent: Vec<&str> = all()
            .map(|r| r.id)
            .filter(|id| id.starts_with("deploy.") && !judged.contains(id))
            .collect();
        assert_eq!(silent, ["deploy.transform-limits"], "{environment}");
    }
}

#[test]
fn each_fault_is_named_by_its_rule_and_by_no_other() {
    let path = Path::new("tests/cases/rules/deploy.yaml");
    let text = std::fs::read_to_string(root().join(path)).expect("cases");
    let mutations: Vec<Mutation> = serde_yaml::from_str(&text).expect("cases");
    let whole = files();
    let mut wrong = Vec::new();
    for mutation in &mutations {
        let mut files = whole.clone();
        let file = files
            .get_mut(&mutation.file)
            .expect("the file of the mutation");
        let before = String::from_utf8(file.clone()).expect("text");
        assert!(
            before.contains(&mutation.from),
            "{}: '{}' is not in {}",
            mutation.rule,
            mutation.from,
            mutation.file
        );
        let to = if mutation.to == "PADDING" {
            format!("\n{}Parameters:\n", "# padding\n".repeat(6000))
        } else {
            mutation.to.clone()
        };
        *file = before.replacen(&mutation.from, &to, 1).into_bytes();
        let result = judge(&files, "production");
        let faults: Vec<_> = result
            .findings
            .iter()
            .filter(|f| f.status == Status::Fail && f.rule.starts_with("deploy."))
            .collect();
        let hit = faults.iter().any(|f| {
            f.rule == mutation.rule
                && f.address.as_str() == mutation.address
                && f.message.contains(&mutation.says)
        });
        let others: Vec<String> = faults
            .iter()
            .filter(|f| f.rule != mutation.rule)
            .map(|f| format!("{}: {}", f.rule, f.message))
            .collect();
        if !hit || !others.is_empty() {
            let all: Vec<String> = faults
                .iter()
                .map(|f| format!("{} {}: {}", f.rule, f.address, f.message))
                .collect();
            wrong.push(format!(
                "{} in {} ('{}'): got {all:?}",
                mutation.rule,
                mutation.file,
                mutation.to.chars().take(40).collect::<String>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let proven: BTreeSet<&str> = mutations.iter().map(|m| m.rule.as_str()).collect();
    let unproven: Vec<&str> = all()
        .map(|r| r.id)
        .filter(|id| id.starts_with("deploy.") && !proven.contains(id))
        .collect();
    assert!(unproven.is_empty(), "no case breaks {unproven:?}");
}

/// Issue, push, promote and roll back in any order: the image that an environment runs is never expired.
mod shipped_lifecycle_policy {
    use isms_cost::ecr::{Image, LifecyclePolicy, expired};
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push,
        Deploy(usize),
        Wait(u32),
    }

    fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
        let step = prop_oneof![
            3 => Just(Step::Push),
            3 => (0usize..200).prop_map(Step::Deploy),
            2 => (1u32..50).prop_map(Step::Wait),
        ];
        prop::collection::vec((any::<bool>(), step), 1..80)
    }

    /// The policy as the template has it.
    fn policy() -> LifecyclePolicy {
        let text = std::fs::read_to_string(super::root().join("infrastructure/templates/ecr.yaml"))
            .expect("the template");
        let start = text.find("{\"rules\"").expect("a policy");
        let end = start + text[start..].find("]}\n").expect("its end") + 2;
        LifecyclePolicy::parse(&text[start..end]).expect("a policy")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn never_expires_the_image_in_service(steps in steps()) {
            let policy = policy();
            let (mut images, mut day, mut run) = (Vec::<Image>::new(), 0u32, 0u32);
            for (production, step) in steps {
                let environment = if production { "production" } else { "staging" };
                match step {
                    Step::Push => {
                        images.iter_mut().for_each(|i| i.tags.retain(|t| t != "latest"));
                        images.push(Image { pushed: day, tags: vec![format!("sha-{run}"), "latest".to_owned()] });
                        run += 1;
                    }
                    // A promotion, or a rollback to any image that is still there. The tag moves before the traffic.
                    Step::Deploy(at) if !images.is_empty() => {
                        images.iter_mut().for_each(|i| i.tags.retain(|t| t != environment));
                        let at = at % images.len();
                        run += 1;
                        images[at].tags.extend([environment.to_owned(), format!("{environment}-{run}")]);
                    }
                    Step::Deploy(_) => {}
                    Step::Wait(days) => day += days,
                }
                let gone = expired(&policy, &images, day);
                for index in gone.into_iter().rev() {
                    let image = images.remove(index);
                    let serves = image.tags.iter().any(|t| t == "production" || t == "staging");
                    prop_assert!(!serves, "{:?} was in service on day {}", image, day);
                }
            }
        }
    }
}
