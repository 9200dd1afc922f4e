//! `isms-cost evidence`.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::args::{EvidenceArgs, EvidenceFormat};
use super::judge::judge;
use super::run::{Priced, evaluate};
use super::{CallError, Error, Outcome, Plan};
use crate::diag::suggest;
use crate::evidence::{FRAMEWORKS, Framework, gather};
use crate::model::Deployment;
use crate::policy::matches;
use crate::report::evidence::{Origin, markdown, value};
use crate::rules::all;
use crate::source::FileTree;

pub(super) fn run(
    args: &EvidenceArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let framework = framework(&args.framework)?;
    let evaluated = evaluate(Plan::new(&args.input)?);
    if !evaluated.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let results = judge(&evaluated)?;
    let commit = commit(&evaluated.plan.tree);
    let mut values = Vec::new();
    for (i, (deployment, result)) in evaluated.deployments.iter().zip(&results).enumerate() {
        let evidence = gather(deployment, result, framework);
        let origin = origin(&evaluated, deployment, commit.clone());
        match args.format {
            EvidenceFormat::Json => values.push(value(&evidence, &origin, &evaluated.sources)),
            EvidenceFormat::Markdown => {
                if i > 0 {
                    writeln!(out)?;
                }
                markdown(out, &evidence, &origin, &evaluated.sources)?;
            }
        }
    }
    if args.format == EvidenceFormat::Json {
        let whole = json!({ "schema_version": "1", "environments": values });
        serde_json::to_writer_pretty(&mut *out, &whole).map_err(std::io::Error::from)?;
        writeln!(out)?;
    }
    Ok(Outcome::Fine)
}

fn framework(name: &str) -> Result<Framework, CallError> {
    let names = FRAMEWORKS.map(|f| f.name);
    FRAMEWORKS
        .into_iter()
        .find(|f| f.name == name)
        .ok_or_else(|| {
            let nearest = suggest(name, names)
                .map(|n| format!("did you mean {n}? "))
                .unwrap_or_default();
            CallError(format!(
                "there is no framework '{name}'; {nearest}There are {}",
                names.join(", ")
            ))
        })
}

fn origin(evaluated: &Priced, deployment: &Deployment, commit: Option<(String, bool)>) -> Origin {
    let templates = deployment.stacks.values().map(|s| s.file);
    let files = templates.chain(deployment.parameter_files.iter().map(|p| p.file));
    let hashes: BTreeMap<String, String> = files
        .map(|id| {
            let file = evaluated.sources.file(id);
            let hash: String = Sha256::digest(file.text.as_bytes())
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            (file.path.to_string(), hash)
        })
        .collect();
    let off = evaluated.plan.policy.rules.iter().filter(|r| {
        r.off
            && (r.environments.is_empty()
                || r.environments
                    .iter()
                    .any(|e| **e == *deployment.environment))
    });
    let off: Vec<&str> = off.map(|r| r.rule.as_str()).collect();
    Origin {
        environment: deployment.environment.to_string(),
        region: deployment.region.to_string(),
        account: deployment.account.as_ref().map(ToString::to_string),
        date: evaluated.plan.today.to_string(),
        commit,
        files: hashes,
        off: all()
            .map(|r| r.id.to_owned())
            .filter(|id| off.iter().any(|pattern| matches(pattern, id)))
            .collect(),
    }
}

/// The commit of the work tree, and whether tracked files differ from it.
fn commit(tree: &FileTree) -> Option<(String, bool)> {
    let FileTree::Folder(root) = tree else {
        return None;
    };
    let git = |args: &[&str]| {
        let done = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(args)
            .output()
            .ok()?;
        done.status
            .success()
            .then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    let id = git(&["rev-parse", "HEAD"])?;
    let dirty = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some((id, dirty))
}
