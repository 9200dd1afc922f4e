//! Conditions and rules: true, false, or not known with the reason.

use std::sync::Arc;

use super::{Progress, Run, Verdict};
use crate::diag::{Diagnostic, suggest};
use crate::model::{Kind, Piece, Step, Trail, Value};
use crate::source::Span;
use crate::template::{Expr, ExprKind, Function};

impl Run<'_> {
    /// A condition by its name, worked out once for each stack.
    pub(super) fn named_condition(&mut self, stack: usize, name: &Arc<str>, span: Span) -> Verdict {
        let unknown = |reason: String| Verdict {
            value: Err(reason.into()),
            trail: Trail::default(),
        };
        match self.stacks[stack].conditions.get(name) {
            Some(Progress::Done(verdict)) => return verdict.clone(),
            Some(Progress::Started) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        "condition-cycle",
                        span,
                        format!("condition {name} depends on itself"),
                    )
                    .help("break the circle of conditions"),
                );
                return unknown(format!("condition {name} depends on itself"));
            }
            None => {}
        }
        let template = Arc::clone(&self.stacks[stack].template);
        let Some(condition) = template.conditions.get(name) else {
            let help = suggest(name, template.conditions.keys().map(|k| &**k))
                .map(|n| format!("did you mean {n}?"));
            self.diagnostics.push(
                Diagnostic::error(
                    "unknown-condition",
                    span,
                    format!("the template has no condition {name}"),
                )
                .maybe_help(help),
            );
            return unknown(format!("there is no condition {name}"));
        };
        self.stacks[stack]
            .conditions
            .insert(Arc::clone(name), Progress::Started);
        let verdict = self.condition(stack, &condition.expr);
        self.stacks[stack]
            .conditions
            .insert(Arc::clone(name), Progress::Done(verdict.clone()));
        verdict
    }

    fn condition(&mut self, stack: usize, expr: &Expr) -> Verdict {
        if self.depth >= super::MAX_EVALUATION_DEPTH {
            let message = format!(
                "evaluation is deeper than {} (limit `evaluation-depth`)",
                super::MAX_EVALUATION_DEPTH
            );
            self.diagnostics.push(Diagnostic::error(
                "evaluation-depth",
                expr.span,
                message.clone(),
            ));
            return Verdict {
                value: Err(message.into()),
                trail: Trail::default(),
            };
        }
        self.depth += 1;
        let verdict = self.condition_inner(stack, expr);
        self.depth -= 1;
        verdict
    }

    fn condition_inner(&mut self, stack: usize, expr: &Expr) -> Verdict {
        let gap = |reason: &str| Verdict {
            value: Err(reason.into()),
            trail: Trail::default(),
        };
        let ExprKind::Call(function) = &expr.kind else {
            return gap("the condition is wrong");
        };
        match &**function {
            Function::Equals(a, b) => {
                let (a, b) = (self.value(stack, a), self.value(stack, b));
                Verdict {
                    value: equal(&a, &b),
                    trail: a.trail.under(&b.trail),
                }
            }
            Function::Not(inner) => {
                let verdict = self.condition(stack, inner);
                Verdict {
                    value: verdict.value.map(|v| !v),
                    ..verdict
                }
            }
            Function::And(parts) => self.fold(stack, parts, false),
            Function::Or(parts) => self.fold(stack, parts, true),
            Function::Condition(name) => {
                let verdict = self.named_condition(stack, name, expr.span);
                match verdict.value {
                    Ok(value) => {
                        let at = self.stacks[stack]
                            .template
                            .conditions
                            .get(name)
                            .map_or(expr.span, |c| c.key_span);
                        let step = Step::Condition {
                            name: Arc::clone(name),
                            value,
                            span: at,
                        };
                        Verdict {
                            value: Ok(value),
                            trail: verdict.trail.then(step),
                        }
                    }
                    Err(_) => verdict,
                }
            }
            Function::Contains(list, wanted) => {
                let (list, wanted) = (self.value(stack, list), self.value(stack, wanted));
                Verdict {
                    value: contains(&list, &wanted),
                    trail: list.trail.under(&wanted.trail),
                }
            }
            Function::EachMemberEquals(list, wanted) => {
                let (list, wanted) = (self.value(stack, list), self.value(stack, wanted));
                let value = match list.as_list() {
                    Some(items) => all(items.iter().map(|i| equal(i, &wanted))),
                    None => equal(&list, &wanted),
                };
                Verdict {
                    value,
                    trail: list.trail.under(&wanted.trail),
                }
            }
            Function::EachMemberIn(list, allowed) => {
                let (list, allowed) = (self.value(stack, list), self.value(stack, allowed));
                let value = match list.as_list() {
                    Some(items) => all(items.iter().map(|i| contains(&allowed, i))),
                    None => contains(&allowed, &list),
                };
                Verdict {
                    value,
                    trail: list.trail.under(&allowed.trail),
                }
            }
            _ => gap("the condition is wrong"),
        }
    }

    /// And (`decisive` false) or Or (`decisive` true): one decisive part decides even where others are not known.
    fn fold(&mut self, stack: usize, parts: &[Expr], decisive: bool) -> Verdict {
        let mut trail = Trail::default();
        let mut value = Ok(!decisive);
        for part in parts {
            let verdict = self.condition(stack, part);
            match verdict.value {
                Ok(v) if v == decisive => {
                    return Verdict {
                        value: Ok(decisive),
                        trail: verdict.trail,
                    };
                }
                Ok(_) => {}
                Err(reason) => {
                    if value.is_ok() {
                        value = Err(reason);
                    }
                }
            }
            trail = trail.under(&verdict.trail);
        }
        Verdict { value, trail }
    }

    /// The `Rules` section: what CloudFormation asserts before it makes anything.
    pub(super) fn check_rules(&mut self, stack: usize) {
        let template = Arc::clone(&self.stacks[stack].template);
        for rule in &template.rules {
            if let Some(condition) = &rule.condition
                && self.condition(stack, condition).value != Ok(true)
            {
                continue;
            }
            for (assert, description) in &rule.assertions {
                if self.condition(stack, assert).value == Ok(false) {
                    let said = description
                        .as_ref()
                        .map_or_else(|| "an assertion is false".to_owned(), |d| d.to_string());
                    let verdict = self.condition(stack, assert);
                    let mut diagnostic = Diagnostic::error(
                        "rule-assertion",
                        assert.span,
                        format!(
                            "rule {} of environment {}: {said}",
                            rule.name, self.inputs.environment
                        ),
                    )
                    .help("CloudFormation refuses the deployment before it makes anything");
                    for step in verdict.trail.steps() {
                        if let Step::Parameter {
                            name,
                            span: Some(at),
                            ..
                        } = step
                        {
                            diagnostic = diagnostic.related(*at, format!("parameter {name}"));
                        }
                    }
                    self.diagnostics.push(diagnostic);
                }
            }
        }
    }
}

fn all(parts: impl Iterator<Item = Result<bool, Arc<str>>>) -> Result<bool, Arc<str>> {
    let mut value = Ok(true);
    for part in parts {
        match part {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(reason) => value = Err(reason),
        }
    }
    value
}

fn contains(list: &Value, wanted: &Value) -> Result<bool, Arc<str>> {
    let Some(items) = list.as_list() else {
        return equal(list, wanted);
    };
    all(items.iter().map(|i| equal(i, wanted).map(|same| !same))).map(|none| !none)
}

/// `Fn::Equals`: strings compare as strings. What is known only after deployment compares where its known part
/// decides: a reference is never the empty string, and is itself.
fn equal(a: &Value, b: &Value) -> Result<bool, Arc<str>> {
    let empty = |v: &Value| v.as_text().is_some_and(|t| t.is_empty());
    match (&a.kind, &b.kind) {
        (Kind::Unknown(u), _) | (_, Kind::Unknown(u)) => Err(Arc::clone(&u.reason)),
        (Kind::Secret(s), other) | (other, Kind::Secret(s)) => match other {
            Kind::Text(t) | Kind::Number(t) | Kind::Secret(t) => Ok(s == t),
            _ => Err("compared with a NoEcho value".into()),
        },
        (Kind::Reference(x), Kind::Reference(y)) if x == y => Ok(true),
        (Kind::Reference(r), _) => {
            if empty(b) {
                Ok(false)
            } else {
                Err(format!("{r} is known only after deployment").into())
            }
        }
        (_, Kind::Reference(r)) => {
            if empty(a) {
                Ok(false)
            } else {
                Err(format!("{r} is known only after deployment").into())
            }
        }
        (Kind::Pieces(p), _) if empty(b) && has_text(p) => Ok(false),
        (_, Kind::Pieces(p)) if empty(a) && has_text(p) => Ok(false),
        (Kind::Pieces(p), Kind::Pieces(q)) if p == q && !unknown_part(p) => Ok(true),
        (Kind::Pieces(_), _) => {
            Err(format!("{} is known only after deployment", a.describe()).into())
        }
        (_, Kind::Pieces(_)) => {
            Err(format!("{} is known only after deployment", b.describe()).into())
        }
        _ => match a.first_unknown().or_else(|| b.first_unknown()) {
            Some(u) => Err(Arc::clone(&u.reason)),
            None => Ok(a == b),
        },
    }
}

fn has_text(pieces: &[Piece]) -> bool {
    pieces
        .iter()
        .any(|p| matches!(p, Piece::Text(t) if !t.is_empty()))
}

fn unknown_part(pieces: &[Piece]) -> bool {
    pieces.iter().any(|p| matches!(p, Piece::Unknown(_)))
}
