//! What a team decides about the rules: other severities, rules that are off, faults accepted for a time.
//!
//! Applied after the rules have judged, so that what a waiver hides is still there to be counted and shown.

mod baseline;
mod comment;

use time::Date;
use time::macros::format_description;

pub use baseline::Baseline;

use crate::diag::suggest;
use crate::model::{Address, Deployment};
use crate::rules::{
    EnvironmentFindings, Finding, Judge, Rule, Severity, Status, Suppression, SuppressionSource,
    all, policy as rules,
};
use crate::source::{SourceMap, Span};

/// The `policy` of a configuration.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What is said of rules, in the order of the file; later ones win.
    pub rules: Vec<RulePolicy>,
    /// Accepted faults.
    pub waivers: Vec<Waiver>,
    /// Whether comments in templates may waive.
    pub comments: bool,
    /// The baseline file, as a path in the tree.
    pub baseline: Option<String>,
    /// Files of Guard rules, as paths in the tree.
    pub guard: Vec<String>,
    /// Environments that must not be weaker than the others; `None`: those whose name says production.
    pub strict: Option<Vec<String>>,
    /// The configuration's path and text, for places; `None` without one.
    pub file: Option<(String, String)>,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            rules: Vec::new(),
            waivers: Vec::new(),
            comments: true,
            baseline: None,
            guard: Vec::new(),
            strict: None,
            file: None,
        }
    }
}

/// Another severity for a rule, or none at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePolicy {
    /// The rule, or a family as `net.*`.
    pub rule: String,
    /// The severity; `None` leaves it.
    pub severity: Option<Severity>,
    /// Whether the rule is not asked.
    pub off: bool,
    /// Where; empty for everywhere.
    pub environments: Vec<String>,
}

/// A fault that is accepted for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The rule, or a family as `net.*`.
    pub rule: String,
    /// The resource; a `*` at the end stands for anything.
    pub address: String,
    /// Where; empty for everywhere.
    pub environments: Vec<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Its bytes in the configuration.
    pub place: (usize, usize),
}

/// A date as `YYYY-MM-DD`.
pub fn parse_date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

/// Whether a pattern with an optional `*` at its end means a text.
pub fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

/// What a pattern of rules should have been, if it means no rule; `None` if it means one.
pub fn unknown_rule(pattern: &str) -> Option<String> {
    // Rules of one's own are known once their files are read.
    if pattern.starts_with("guard.") || all().any(|rule| matches(pattern, rule.id)) {
        return None;
    }
    let nearest = suggest(pattern, all().map(|r| r.id));
    let help = nearest.map_or("isms-cost rules lists them".to_owned(), |id| {
        format!("did you mean {id}?")
    });
    Some(format!("there is no rule '{pattern}'; {help}"))
}

fn covers(environments: &[String], environment: &str) -> bool {
    environments.is_empty() || environments.iter().any(|e| e == environment)
}

/// What the policy is applied to.
#[derive(Debug)]
pub struct Run<'a> {
    /// The environments, in the order of the findings.
    pub deployments: &'a [Deployment],
    /// The sources; the configuration is added if a place in it is needed.
    pub sources: &'a SourceMap,
    /// The day that expiry is measured by.
    pub today: Date,
    /// Whether all environments of the configuration are in this run: only then is a waiver known to be unused.
    pub complete: bool,
}

impl Policy {
    /// Applies the policy to what the rules found: severities, waivers, comments, baseline. What is wrong with a
    /// waiver is a finding of its own in the first environment that it is for.
    pub fn apply(
        &self,
        results: &mut [EnvironmentFindings],
        baseline: Option<&Baseline>,
        run: &Run<'_>,
    ) {
        for result in results.iter_mut() {
            self.severities(result);
        }
        let mut said = self.waive(results, run);
        if self.comments {
            said.extend(comment::waive(results, run));
        }
        if let Some(baseline) = baseline {
            baseline.waive(results);
        }
        for (environment, rule, span, message) in said {
            let Some(result) = results.iter_mut().find(|r| *r.environment == *environment) else {
                continue;
            };
            let mut judge = Judge::new(rule);
            judge.at(Status::Fail, &Address::root(), span, message);
            result.findings.extend(judge.finish());
            self.severities(result);
        }
    }

    /// Other severities, and rules that are off.
    fn severities(&self, result: &mut EnvironmentFindings) {
        for said in self
            .rules
            .iter()
            .filter(|r| covers(&r.environments, &result.environment))
        {
            if said.off {
                result.findings.retain(|f| !matches(&said.rule, f.rule));
            }
            if let Some(severity) = said.severity {
                for finding in result
                    .findings
                    .iter_mut()
                    .filter(|f| matches(&said.rule, f.rule))
                {
                    finding.severity = severity;
                }
            }
        }
    }

    fn waive(&self, results: &mut [EnvironmentFindings], run: &Run<'_>) -> Vec<Said> {
        let mut said = Vec::new();
        let mut file = None;
        for waiver in &self.waivers {
            let mut own = results
                .iter_mut()
                .filter(|r| covers(&waiver.environments, &r.environment))
                .peekable();
            let Some(first) = own.peek().map(|r| r.environment.to_string()) else {
                continue;
            };
            let expired = waiver.until.is_some_and(|until| until < run.today);
            let mut used = false;
            for result in own {
                let hit = |f: &&mut Finding| {
                    matches(&waiver.rule, f.rule)
                        && matches(&waiver.address, f.address.as_str())
                        && is_open(f)
                };
                for finding in result.findings.iter_mut().filter(hit) {
                    used = true;
                    if !expired {
                        cover(finding, waiver.suppression());
                    }
                }
            }
            let mut say = |rule, message: String| {
                let span = self.file.as_ref().map(|(path, text)| {
                    let file =
                        *file.get_or_insert_with(|| run.sources.add(path.as_str(), text.as_str()));
                    Span::new(file, waiver.place.0, waiver.place.1)
                });
                said.push((first.clone(), rule, span, message));
            };
            let what = format!("the waiver of {} for {}", waiver.rule, waiver.address);
            faults(
                &what,
                waiver.owner.as_deref(),
                waiver.until,
                run.today,
                &mut say,
            );
            let everywhere = run.complete || !waiver.environments.is_empty();
            if !used && everywhere {
                say(
                    &rules::UNUSED,
                    format!("{what} covers nothing: no fault of that rule is there"),
                );
            }
        }
        said
    }
}

impl Waiver {
    fn suppression(&self) -> Suppression {
        Suppression {
            source: SuppressionSource::Policy,
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            until: self.until.map(|d| d.to_string()),
        }
    }
}

/// A finding about the policy itself: environment, rule, place, message.
type Said = (String, &'static Rule, Option<Span>, String);

/// What is wrong with any waiver, wherever it is written.
fn faults(
    what: &str,
    owner: Option<&str>,
    until: Option<Date>,
    today: Date,
    say: &mut impl FnMut(&'static Rule, String),
) {
    match until {
        Some(until) if until < today => say(
            &rules::EXPIRED,
            format!("{what} ended on {until}; it covers nothing now"),
        ),
        Some(_) => {}
        None => say(&rules::ENDLESS, format!("{what} has no last day")),
    }
    if owner.is_none_or(|o| o.trim().is_empty()) {
        say(&rules::OWNERLESS, format!("{what} has no owner"));
    }
}

/// Whether a finding can be waived: the policy's own cannot.
fn is_open(finding: &Finding) -> bool {
    matches!(finding.status, Status::Fail | Status::Unknown) && !finding.rule.starts_with("policy.")
}

fn cover(finding: &mut Finding, suppression: Suppression) {
    finding.status = Status::Waived;
    finding.suppression = Some(suppression);
}

/// Severities that a configuration may name.
pub fn parse_severity(text: &str) -> Option<Severity> {
    [
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ]
    .into_iter()
    .find(|s| s.as_str() == text)
}
