//! `isms-cost comment`.

use std::io::Write;
use std::process::Command;

use super::args::CommentArgs;
use super::gate::judged;
use super::run::Priced;
use super::{CallError, Error, Outcome, Plan};
use crate::forge::{Marker, Order, Place, Post, read_place};
use crate::pricing::Usd;
use crate::report::comment::{CommentReport, LONGEST, is_small, text};
use crate::source::FileTree;

pub(super) fn run(
    args: &CommentArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    let key = args.key.as_deref();
    if let Some(key) = key.filter(|k| !Marker::key_fits(k)) {
        return Err(CallError(format!("--key '{key}': write letters, digits, - _ and .")).into());
    }
    let variable = |name: &str| std::env::var(name).ok();
    // Before any work: a run that cannot post says so at once.
    let place = match read_place(&variable, args.pull_request) {
        Ok(place) => Some(place),
        Err(_) if args.dry_run => None,
        Err(message) => return Err(CallError(message).into()),
    };
    let head = Priced::new(Plan::new(&args.input)?);
    if !head.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let Some(gated) = judged(&head, Some(&args.base), &args.rules, err)? else {
        return Ok(Outcome::WrongInput);
    };
    let commit = place.as_ref().and_then(|p| p.commit.as_deref());
    let report = CommentReport {
        gate: gated.report(&head, Some(&args.base)),
        estimate: head.report(),
        commit,
    };
    let plan = &head.plan;
    let in_dollars =
        |amount: rust_decimal::Decimal| amount.checked_mul(plan.configured.usd_per_unit).map(Usd);
    let threshold = args
        .threshold
        .and_then(in_dollars)
        .or(plan.comment.threshold);
    let marker = Marker {
        key: key
            .or(plan.comment.key.as_deref())
            .unwrap_or("default")
            .to_owned(),
        order: place
            .as_ref()
            .and_then(|p| p.order)
            .unwrap_or_else(|| Order::Commit(commit_time(plan))),
    };
    let post = Post {
        text: text(&report, LONGEST - marker.print().len() - 1),
        marker,
        commit: commit.map(str::to_owned),
        may_create: threshold.is_none_or(|t| !is_small(&report, t)),
    };
    match place.filter(|_| !args.dry_run) {
        None => {
            writeln!(out, "{}", post.body().trim_end())?;
            if !post.may_create {
                writeln!(
                    err,
                    "note: under the threshold: it would update a comment and not be a first one"
                )?;
            }
        }
        Some(place) => {
            let done = send(&place, &post, args.max_wait)?;
            writeln!(err, "{done}")?;
        }
    }
    Ok(Outcome::Fine)
}

/// When the commit of the work tree was made; 0 where there is none.
fn commit_time(plan: &Plan) -> u64 {
    let FileTree::Folder(root) = &plan.tree else {
        return 0;
    };
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["log", "-1", "--format=%ct"])
        .output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    text.ok().and_then(|t| t.parse().ok()).unwrap_or(0)
}

#[cfg(feature = "comment")]
fn send(place: &Place, post: &Post, most: u64) -> Result<&'static str, Error> {
    use crate::forge::{Done, Forge, GitHub, GitLab, Https, Provider, SystemClock, upsert};
    let Some(token) = place.token.clone() else {
        let message = match place.provider {
            Provider::GitHub => {
                "GITHUB_TOKEN is not set; add env: GITHUB_TOKEN: ${{ github.token }} to the step"
            }
            Provider::GitLab => {
                "ISMS_COST_GITLAB_TOKEN is not set; make a project access token with the scope api, and a masked CI variable of it"
            }
        };
        return Err(CallError(message.to_owned()).into());
    };
    let authorities = std::env::var_os("SSL_CERT_FILE").map(std::path::PathBuf::from);
    let https = Https::new(authorities.as_deref()).map_err(CallError)?;
    let (api, repository, clock) = (&place.api, &place.repository, &SystemClock);
    let forge: Box<dyn Forge> = match place.provider {
        Provider::GitHub => Box::new(GitHub::new(
            &https,
            clock,
            api,
            token,
            repository,
            place.number,
        )?),
        Provider::GitLab => Box::new(GitLab::new(
            &https,
            clock,
            api,
            token,
            repository,
            place.number,
        )?),
    };
    let most = std::time::Duration::from_secs(most);
    Ok(match upsert(forge.as_ref(), post, clock, most)? {
        Done::Created => "comment created",
        Done::Updated => "comment updated",
        Done::Unchanged => "comment unchanged: it says the same already",
        Done::Newer => "nothing posted: a newer run has commented",
        Done::Outdated => "nothing posted: the branch has a newer commit, whose run comments",
        Done::Small => "nothing posted: the change is under the threshold",
    })
}

#[cfg(not(feature = "comment"))]
fn send(_: &Place, _: &Post, _: u64) -> Result<&'static str, Error> {
    let message = "this program was built without the feature comment and cannot post; --dry-run prints the comment";
    Err(CallError(message.to_owned()).into())
}
