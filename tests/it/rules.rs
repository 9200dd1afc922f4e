//! Rules against the shipped stack: it passes with its waivers, and each fault is named by the rule that is meant for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use isms_cost::config::{self, Config};
use isms_cost::diag::Diagnostics;
use isms_cost::model::Deployment;
use isms_cost::policy::Run;
use isms_cost::resolve::{Evaluator, Inputs};
use isms_cost::rules::{Asset, EnvironmentFindings, Finding, Status, all, check, env};
use isms_cost::source::{FileTree, SourceMap};
use serde::Deserialize;
use time::macros::date;

/// One thing broken. `also` are rules that are meant to see it too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    rule: String,
    file: String,
    from: String,
    to: String,
    address: String,
    says: String,
    #[serde(default)]
    also: BTreeSet<String>,
    /// A second edit.
    #[serde(default)]
    and: Option<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    from: String,
    to: String,
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

/// What `isms-cost check` says of the files with the committed configuration.
fn judge(files: &BTreeMap<String, Vec<u8>>, config: &Config) -> Vec<EnvironmentFindings> {
    let tree = FileTree::Memory(files.clone());
    let sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let evaluator = Evaluator::new(&sources, &tree);
    let deployments: Vec<Deployment> = config
        .environments
        .iter()
        .map(|(name, environment)| {
            let inputs = Inputs {
                environment: name.as_str().into(),
                region: environment.region.as_deref().unwrap_or("eu-west-2").into(),
                account: environment.account.as_deref().map(Into::into),
                template: environment.template.clone(),
                parameter_files: environment.parameters.clone(),
                parameters: Vec::new(),
            };
            evaluator
                .evaluate(&inputs, &mut diagnostics)
                .expect("a deployment")
        })
        .collect();
    let said: Vec<String> = diagnostics.iter().map(|d| d.message.clone()).collect();
    assert!(said.is_empty(), "{said:?}");
    let beside = |path: &str| {
        !path.starts_with("infrastructure/templates")
            && !path.starts_with("infrastructure/parameters")
    };
    let assets: Vec<Asset> = files
        .iter()
        .filter(|(path, _)| beside(path))
        .map(|(path, text)| Asset {
            path: path.clone(),
            text: String::from_utf8_lossy(text).into_owned(),
        })
        .collect();
    let mut results: Vec<_> = deployments
        .iter()
        .map(|d| check(d, &sources, &assets))
        .collect();
    env::compare(&deployments, &mut results, config.policy.strict.as_deref());
    let run = Run {
        deployments: &deployments,
        sources: &sources,
        today: date!(2026 - 11 - 23),
        complete: true,
    };
    config.policy.apply(&mut results, None, &run);
    results
}

fn config() -> Config {
    config::load(&root().join("isms-cost.yaml")).expect("the configuration")
}

fn open(results: &[EnvironmentFindings]) -> impl Iterator<Item = &Finding> {
    let findings = results.iter().flat_map(|r| &r.findings);
    findings.filter(|f| matches!(f.status, Status::Fail | Status::Unknown))
}

fn said(findings: impl Iterator<Item = impl std::borrow::Borrow<Finding>>) -> Vec<String> {
    findings
        .map(|f| {
            let f = f.borrow();
            format!("{} {}: {}", f.rule, f.address, f.message)
        })
        .collect()
}

#[test]
fn the_shipped_stack_passes_in_both_environments() {
    let results = judge(&files(), &config());
    let open = said(open(&results));
    assert!(open.is_empty(), "{open:?}");
    for waived in results
        .iter()
        .flat_map(|r| &r.findings)
        .filter(|f| f.status == Status::Waived)
    {
        let suppression = waived.suppression.as_ref().expect("a waiver");
        assert!(
            suppression.reason.len() > 40,
            "{} is waived with half a reason",
            waived.rule
        );
        assert!(
            suppression.owner.is_some() && suppression.until.is_some(),
            "{}",
            waived.rule
        );
    }
}

/// At least this many things are broken, one at a time.
const MUTATIONS: usize = 60;

#[test]
fn each_fault_is_named_by_its_rule_and_by_no_other() {
    let config = config();
    let mut mutations: Vec<Mutation> = Vec::new();
    for file in ["deploy.yaml", "mutations.yaml"] {
        let path = root().join(Path::new("tests/cases/rules")).join(file);
        let text = std::fs::read_to_string(path).expect("cases");
        mutations.extend(serde_yaml::from_str::<Vec<Mutation>>(&text).expect("cases"));
    }
    let whole = files();
    let mut wrong = Vec::new();
    for mutation in &mutations {
        let mut files = whole.clone();
        let first = Edit {
            file: mutation.file.clone(),
            from: mutation.from.clone(),
            to: mutation.to.clone(),
        };
        for edit in std::iter::once(&first).chain(&mutation.and) {
            let file = files.get_mut(&edit.file).expect("the file of the mutation");
            let before = String::from_utf8(file.clone()).expect("text");
            assert!(
                before.contains(&edit.from),
                "{}: '{}' is not in {}",
                mutation.rule,
                edit.from,
                edit.file
            );
            let to = if edit.to == "PADDING" {
                format!("\n{}Parameters:\n", "# padding\n".repeat(6000))
            } else {
                edit.to.clone()
            };
            *file = before.replacen(&edit.from, &to, 1).into_bytes();
        }
        let results = judge(&files, &config);
        let hit = open(&results).any(|f| {
            f.status == Status::Fail
                && f.rule == mutation.rule
                && f.address.as_str() == mutation.address
                && (f.message.contains(&mutation.says)
                    || f.evidence.iter().any(|e| e.contains(&mutation.says)))
        });
        let meant = |f: &&Finding| f.rule == mutation.rule || mutation.also.contains(f.rule);
        let others = said(open(&results).filter(|f| !meant(f)));
        let silent: Vec<&String> = mutation
            .also
            .iter()
            .filter(|rule| !open(&results).any(|f| f.rule == rule.as_str()))
            .collect();
        if !hit || !others.is_empty() || !silent.is_empty() {
            let title: String = mutation.to.chars().take(60).collect();
            wrong.push(format!(
                "{} in {} ('{title}'): got {:?}; silent: {silent:?}",
                mutation.rule,
                mutation.file,
                said(open(&results))
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        mutations.len(),
        wrong.join("\n")
    );
    assert!(
        mutations.len() >= MUTATIONS,
        "{} mutations",
        mutations.len()
    );
    let proven: BTreeSet<&str> = mutations.iter().map(|m| m.rule.as_str()).collect();
    let unproven: Vec<&str> = all()
        .map(|r| r.id)
        .filter(|id| id.starts_with("deploy.") || id.starts_with("net."))
        .filter(|id| !proven.contains(id))
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
