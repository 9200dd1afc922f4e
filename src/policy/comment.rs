//! Waivers that stand in a template: `# isms-cost: ignore RULE reason … owner NAME until DATE`.
//!
//! On the line of a resource's logical id or type, or right above it, a comment is for the whole resource. On the line
//! of a property, or right above it, it is for what is found there and nowhere else.

use std::collections::BTreeMap;

use time::Date;

use super::{Run, Said, cover, faults, is_open, matches, parse_date, unknown_rule};
use crate::model::{Address, Deployment};
use crate::rules::{EnvironmentFindings, Finding, Suppression, SuppressionSource, policy as rules};
use crate::source::{FileId, SourceMap, Span};
use crate::template::Template;
use crate::yaml::Comment;

/// What follows `isms-cost:`, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Ignore {
    rules: Vec<String>,
    reason: String,
    owner: Option<String>,
    until: Option<Date>,
}

/// What a comment says; `None` if it does not speak to this program.
fn parse(text: &str) -> Option<Result<Ignore, String>> {
    let rest = text.trim().strip_prefix("isms-cost:")?.trim();
    let form = "write isms-cost: ignore RULE reason … owner NAME until YYYY-MM-DD";
    let Some(rest) = rest.strip_prefix("ignore ") else {
        return Some(Err(format!("the comment is not understood; {form}")));
    };
    let mut words = rest.split_whitespace().peekable();
    let rules: Vec<String> = words
        .next()
        .unwrap_or_default()
        .split(',')
        .map(str::to_owned)
        .collect();
    if let Some(problem) = rules.iter().find_map(|rule| unknown_rule(rule)) {
        return Some(Err(problem));
    }
    words.next_if(|w| w.trim_end_matches(':') == "reason");
    let (mut reason, mut owner, mut until) = (Vec::new(), None, None);
    while let Some(word) = words.next() {
        match word {
            "owner" => owner = words.next().map(str::to_owned),
            "until" => {
                let day = words.next().unwrap_or_default();
                until = parse_date(day);
                if until.is_none() {
                    return Some(Err(format!("'{day}' is no date; {form}")));
                }
            }
            word => reason.push(word),
        }
    }
    if reason.is_empty() {
        return Some(Err(format!("the comment gives no reason; {form}")));
    }
    Some(Ok(Ignore {
        rules,
        reason: reason.join(" "),
        owner,
        until,
    }))
}

/// What a comment is for.
enum Scope {
    Resource,
    /// Lines on which the finding may begin.
    Lines(usize, usize),
}

/// Where a comment applies: the logical id of a resource of the template, and the part of it.
fn scope(template: &Template, comment: &Comment, sources: &SourceMap) -> Option<(String, Scope)> {
    let file = sources.file(template.file);
    let lines: Vec<&str> = file.text.lines().collect();
    let own = sources.position(comment.span);
    let code = |n: &usize| {
        lines
            .get(n - 1)
            .is_some_and(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#'))
    };
    let indent = |n: usize| {
        lines
            .get(n - 1)
            .map_or(0, |l| l.len() - l.trim_start().len())
    };
    let alone = !code(&own.line);
    let target = if alone {
        (own.line..=lines.len()).find(code)?
    } else {
        own.line
    };
    let line = |span: Span| sources.position(span).line;
    let found = template.resources.iter().find(|(_, r)| {
        let end = Span {
            start: r.span.end.saturating_sub(1).max(r.span.start),
            ..r.span
        };
        line(r.key_span) <= target && target <= line(end)
    });
    let (id, resource) = found?;
    let is_type = lines
        .get(target - 1)
        .is_some_and(|l| l.trim_start().starts_with("Type:"));
    if target == line(resource.key_span) || is_type {
        return Some((id.to_string(), Scope::Resource));
    }
    // The value of a property may begin on the next line.
    let below = (target + 1..=lines.len()).find(code).filter(|&n| {
        let item = lines
            .get(n - 1)
            .is_some_and(|l| l.trim_start().starts_with("- "));
        indent(n) > indent(target) || (item && indent(n) == indent(target))
    });
    Some((
        id.to_string(),
        Scope::Lines(target, below.unwrap_or(target)),
    ))
}

/// The stacks of each template, with their environment.
fn templates(
    deployments: &[Deployment],
) -> BTreeMap<FileId, Vec<(&Deployment, &Address, &Template)>> {
    let mut found: BTreeMap<FileId, Vec<_>> = BTreeMap::new();
    for deployment in deployments {
        for stack in deployment.stacks.values() {
            found.entry(stack.file).or_default().push((
                deployment,
                &stack.address,
                &*stack.template,
            ));
        }
    }
    found
}

/// Waives what comments name; the answer is what is wrong with the comments.
pub(super) fn waive(results: &mut [EnvironmentFindings], run: &Run<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    for stacks in templates(run.deployments).values() {
        let Some((first, _, template)) = stacks.first() else {
            continue;
        };
        for comment in &template.comments {
            let Some(parsed) = parse(&comment.text) else {
                continue;
            };
            let mut say = |rule, message: String| {
                said.push((
                    first.environment.to_string(),
                    rule,
                    Some(comment.span),
                    message,
                ));
            };
            let ignore = match parsed {
                Ok(ignore) => ignore,
                Err(problem) => {
                    say(&rules::UNUSED, problem);
                    continue;
                }
            };
            let what = format!("the comment that ignores {}", ignore.rules.join(", "));
            let expired = ignore.until.is_some_and(|until| until < run.today);
            let scope = scope(template, comment, run.sources);
            let mut used = false;
            if let Some((id, scope)) = &scope {
                let fits = |finding: &Finding, deployment: &Deployment| {
                    let stack = finding.address.stack();
                    let here = stacks.iter().any(|(d, address, _)| {
                        d.environment == deployment.environment && **address == stack
                    });
                    here && is_open(finding)
                        && finding.address.logical_id() == id
                        && ignore.rules.iter().any(|rule| matches(rule, finding.rule))
                        && match scope {
                            Scope::Resource => true,
                            Scope::Lines(a, b) => finding.span.is_some_and(|s| {
                                let line = run.sources.position(s).line;
                                s.file == template.file && (line == *a || line == *b)
                            }),
                        }
                };
                for (result, deployment) in results.iter_mut().zip(run.deployments) {
                    for finding in result.findings.iter_mut().filter(|f| fits(f, deployment)) {
                        used = true;
                        if !expired {
                            cover(finding, ignore.suppression());
                        }
                    }
                }
            }
            faults(
                &what,
                ignore.owner.as_deref(),
                ignore.until,
                run.today,
                &mut say,
            );
            if scope.is_none() {
                say(&rules::UNUSED, format!("{what} stands at no resource"));
            } else if !used && run.complete {
                say(
                    &rules::UNUSED,
                    format!("{what} covers nothing: no fault of that rule is there"),
                );
            }
        }
    }
    said
}

impl Ignore {
    fn suppression(&self) -> Suppression {
        Suppression {
            source: SuppressionSource::Comment,
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            until: self.until.map(|d| d.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_comment_apart() {
        let ignore = parse(" isms-cost: ignore logs.retention reason kept for the audit owner platform until 2027-01-31")
            .expect("ours")
            .expect("right");
        assert_eq!(ignore.rules, ["logs.retention"]);
        assert_eq!(ignore.reason, "kept for the audit");
        assert_eq!(ignore.owner.as_deref(), Some("platform"));
        assert_eq!(ignore.until, parse_date("2027-01-31"));
        assert!(parse(" a comment about isms-cost").is_none());
        for (wrong, says) in [
            ("isms-cost: ignroe logs.retention x", "not understood"),
            (
                "isms-cost: ignore logs.retenton x",
                "did you mean logs.retention?",
            ),
            ("isms-cost: ignore logs.retention", "no reason"),
            (
                "isms-cost: ignore logs.retention x until soon",
                "'soon' is no date",
            ),
        ] {
            let problem = parse(wrong).expect("ours").expect_err("wrong");
            assert!(problem.contains(says), "{problem}");
        }
    }
}
