//! Which pull request a CI run is for, as GitHub Actions and GitLab CI set it.

use std::path::Path;

use serde_json::Value;

use super::marker::Order;
use super::token::Token;

/// The forges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// GitHub, and GitHub Enterprise.
    GitHub,
    /// GitLab.
    GitLab,
}

/// One pull request, and what is needed to comment on it.
#[derive(Clone, Debug)]
pub struct Place {
    /// Whose interface it is.
    pub provider: Provider,
    /// Its address.
    pub api: String,
    /// `owner/name`, or a project's number.
    pub repository: String,
    /// The pull request's number.
    pub number: u64,
    /// The token; `None` where none is given.
    pub token: Option<Token>,
    /// Which run it is; `None` where the environment does not say.
    pub order: Option<Order>,
    /// The commit of the pull request's branch that this run is of, if known.
    pub commit: Option<String>,
}

/// Reads the environment of a CI run. `number` is the pull request's where the environment does not say.
///
/// # Errors
/// What is missing, and who sets it.
pub fn read_place(
    variable: &dyn Fn(&str) -> Option<String>,
    number: Option<u64>,
) -> Result<Place, String> {
    let set = |name: &str| variable(name).filter(|v| !v.trim().is_empty());
    if set("GITHUB_REPOSITORY").is_some() {
        return github(&set, number);
    }
    if set("CI_API_V4_URL").is_some() {
        return gitlab(&set, number);
    }
    Err("this is no CI run that is known: GitHub Actions sets GITHUB_REPOSITORY, GitLab CI sets CI_API_V4_URL; --dry-run prints the comment anywhere".to_owned())
}

type Set<'a> = &'a dyn Fn(&str) -> Option<String>;

fn github(set: Set<'_>, number: Option<u64>) -> Result<Place, String> {
    let event = match set("GITHUB_EVENT_PATH") {
        Some(path) => {
            let text = std::fs::read_to_string(Path::new(&path))
                .map_err(|e| format!("GITHUB_EVENT_PATH {path}: {e}"))?;
            serde_json::from_str(&text).map_err(|e| format!("GITHUB_EVENT_PATH {path}: {e}"))?
        }
        None => Value::Null,
    };
    let from_event = event["pull_request"]["number"]
        .as_u64()
        // A comment on a pull request is one on its issue.
        .or_else(|| {
            event["issue"]["pull_request"]
                .as_object()
                .and(event["issue"]["number"].as_u64())
        })
        .or_else(|| event["workflow_run"]["pull_requests"][0]["number"].as_u64());
    let from_ref = || {
        let name = set("GITHUB_REF")?;
        name.strip_prefix("refs/pull/")?
            .split('/')
            .next()?
            .parse()
            .ok()
    };
    let number = number.or(from_event).or_else(from_ref).ok_or_else(|| {
        let event = set("GITHUB_EVENT_NAME").unwrap_or("unknown".to_owned());
        format!("the event '{event}' is of no pull request; run on pull_request, or give --pull-request NUMBER")
    })?;
    let count = |name: &str| set(name).and_then(|v| v.parse::<u64>().ok());
    Ok(Place {
        provider: Provider::GitHub,
        api: set("GITHUB_API_URL").unwrap_or("https://api.github.com".to_owned()),
        repository: set("GITHUB_REPOSITORY").unwrap_or_default(),
        number,
        token: set("GITHUB_TOKEN").and_then(|t| Token::new(&t)),
        order: count("GITHUB_RUN_ID")
            .map(|run| Order::Run(run, count("GITHUB_RUN_ATTEMPT").unwrap_or(1))),
        commit: event["pull_request"]["head"]["sha"]
            .as_str()
            .map(str::to_owned),
    })
}

fn gitlab(set: Set<'_>, number: Option<u64>) -> Result<Place, String> {
    let count = |name: &str| set(name).and_then(|v| v.parse::<u64>().ok());
    let number = number.or_else(|| count("CI_MERGE_REQUEST_IID")).ok_or(
        "CI_MERGE_REQUEST_IID is not set: this pipeline is of no merge request; run the job with rules: if: $CI_PIPELINE_SOURCE == \"merge_request_event\"",
    )?;
    let token = ["ISMS_COST_GITLAB_TOKEN", "GITLAB_TOKEN"]
        .into_iter()
        .find_map(set);
    Ok(Place {
        provider: Provider::GitLab,
        api: set("CI_API_V4_URL").unwrap_or_default(),
        repository: set("CI_PROJECT_ID").ok_or("CI_PROJECT_ID is not set; GitLab CI sets it")?,
        number,
        token: token.and_then(|t| Token::new(&t)),
        // A job that is run again has a higher number.
        order: count("CI_PIPELINE_ID").map(|run| Order::Run(run, count("CI_JOB_ID").unwrap_or(1))),
        // A pipeline of merged results is of a commit that the branch does not have.
        commit: set("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or_else(|| set("CI_COMMIT_SHA")),
    })
}
