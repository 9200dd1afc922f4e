//! Nested stacks: entered with the parent's parameters, outputs handed back, exports shared.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::{Progress, Run, Supply};
use crate::diag::{Diagnostic, suggest};
use crate::model::{Kind, Piece, Step, Value, Why};
use crate::source::{Span, normalize};
use crate::template::{Expr, ExprKind};

/// The type of a nested stack.
pub(super) const STACK: &str = "AWS::CloudFormation::Stack";

impl Run<'_> {
    /// The properties of a resource of a stack, evaluated once.
    pub(super) fn properties(&mut self, stack: usize, id: &Arc<str>) -> Value {
        if let Some(known) = self.stacks[stack].properties.get(id) {
            return known.clone();
        }
        let template = Arc::clone(&self.stacks[stack].template);
        let Some(resource) = template.resources.get(id) else {
            return Self::invalid(Span::new(template.file, 0, 0));
        };
        let value = match &resource.properties {
            Some(expr) => self.value(stack, expr),
            None => Value::new(Kind::Map(Arc::from([])), resource.key_span),
        };
        self.stacks[stack]
            .properties
            .insert(Arc::clone(id), value.clone());
        value
    }

    /// The nested stack behind a resource, entered at the first use. `None` where its template is not here.
    pub(super) fn child(&mut self, stack: usize, id: &Arc<str>, span: Span) -> Option<usize> {
        match self.stacks[stack].children.get(id) {
            Some(Progress::Done(child)) => return *child,
            Some(Progress::Started) => {
                self.diagnostics.push(
                    Diagnostic::error("stack-cycle", span, format!("nested stack {id} needs its own outputs"))
                        .help("nested stacks that need each other's outputs cannot be created; move the shared part into a third"),
                );
                return None;
            }
            None => {}
        }
        self.stacks[stack]
            .children
            .insert(Arc::clone(id), Progress::Started);
        let child = self.enter(stack, id);
        self.stacks[stack]
            .children
            .insert(Arc::clone(id), Progress::Done(child));
        child
    }

    fn enter(&mut self, stack: usize, id: &Arc<str>) -> Option<usize> {
        let template = Arc::clone(&self.stacks[stack].template);
        let resource = template.resources.get(id)?;
        if let Some((condition, at)) = &resource.condition
            && self.named_condition(stack, condition, *at).value == Ok(false)
        {
            return None;
        }
        let address = self.stacks[stack].address.join(id);
        let properties = self.properties(stack, id);
        let Some(url) = properties.get("TemplateURL").cloned() else {
            self.diagnostics.push(
                Diagnostic::error(
                    "template-url",
                    resource.key_span,
                    format!("nested stack {id} has no TemplateURL"),
                )
                .help("name the child template's file, for example ./child.yaml"),
            );
            return None;
        };
        let path = self.locate(stack, &url, id)?;
        if !self.may_enter(stack, &path, url.span) {
            return None;
        }
        let child = match self.evaluator.template(&path, self.diagnostics) {
            Ok(child) => child?,
            Err(error) => {
                self.diagnostics.push(Diagnostic::error(
                    "template-url",
                    url.span,
                    format!("nested template {error}"),
                ));
                return None;
            }
        };
        let mut given = HashMap::new();
        if let Some(entries) = properties.get("Parameters").and_then(Value::as_map) {
            for entry in entries {
                if child.parameters.contains_key(&entry.key) {
                    given.insert(Arc::clone(&entry.key), Supply::Value(entry.value.clone()));
                    continue;
                }
                let help = suggest(&entry.key, child.parameters.keys().map(|k| &**k))
                    .map(|n| format!("did you mean {n}?"));
                self.diagnostics.push(
                    Diagnostic::error(
                        "unknown-parameter",
                        entry.key_span,
                        format!("nested template {path} has no parameter {}", entry.key),
                    )
                    .maybe_help(help),
                );
            }
        }
        Some(self.add_stack(address, Some(stack), path, child, given))
    }

    /// Limits on the tree, and templates that include themselves.
    fn may_enter(&mut self, stack: usize, path: &str, span: Span) -> bool {
        let mut depth = 0;
        let mut at = Some(stack);
        while let Some(i) = at {
            depth += 1;
            if self.stacks[i].path == path {
                self.diagnostics.push(
                    Diagnostic::error(
                        "stack-cycle",
                        span,
                        format!("template {path} includes itself"),
                    )
                    .help("a nested stack's template must not lead back to its parent's"),
                );
                return false;
            }
            at = self.stacks[i].parent;
        }
        let limit = if depth > super::MAX_STACK_DEPTH {
            Some(format!(
                "nested stacks deeper than {} (limit `stack-depth`)",
                super::MAX_STACK_DEPTH
            ))
        } else if self.stacks.len() >= super::MAX_STACKS {
            Some(format!(
                "more than {} stacks in one tree (limit `stack-count`)",
                super::MAX_STACKS
            ))
        } else {
            None
        };
        if let Some(message) = limit {
            if !self.stopped {
                self.diagnostics
                    .push(Diagnostic::error("stack-limit", span, message));
            }
            self.stopped = true;
            return false;
        }
        !self.stopped
    }

    /// The file of a `TemplateURL`: a path relative to the parent's template, or the longest tail of an S3
    /// address that is a file beside it or at the root.
    fn locate(&mut self, stack: usize, url: &Value, id: &str) -> Option<String> {
        let known = match &url.kind {
            Kind::Pieces(found) => match found.last() {
                Some(Piece::Text(tail)) => Some((Arc::clone(tail), true)),
                _ => None,
            },
            _ => url.as_text().map(|text| {
                let remote = text.starts_with("https://")
                    || text.starts_with("http://")
                    || text.starts_with("s3://");
                (text, remote)
            }),
        };
        let folder = Path::new(&self.stacks[stack].path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        let Some((text, remote)) = known else {
            self.not_entered(
                id,
                url.span,
                &format!("its TemplateURL is {}", url.describe()),
            );
            return None;
        };
        if !remote {
            return match normalize(&folder.join(&*text)) {
                Some(path) => Some(path),
                None => {
                    self.diagnostics.push(
                        Diagnostic::error(
                            "template-url",
                            url.span,
                            format!("'{text}' leaves the folder of the templates (limit `tree-root`)"),
                        )
                        .help("nested templates lie below the repository's root, or below the root template's folder"),
                    );
                    None
                }
            };
        }
        let tail = text.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<&str> = tail
            .split('/')
            .filter(|s| !s.is_empty() && *s != ".." && !s.ends_with(':'))
            .collect();
        for start in 0..segments.len() {
            let tail = segments[start..].join("/");
            for base in [folder.as_path(), Path::new("")] {
                if let Some(path) = normalize(&base.join(&tail))
                    && self.evaluator.contains(&path)
                {
                    return Some(path);
                }
            }
        }
        self.not_entered(id, url.span, &format!("no file here ends like {text}"));
        None
    }

    fn not_entered(&mut self, id: &str, span: Span, why: &str) {
        self.diagnostics.push(
            Diagnostic::warning(
                "nested-template",
                span,
                format!("nested stack {id} is not entered: {why}"),
            )
            .help("what it holds is neither priced nor judged; put its template beside this one"),
        );
    }

    /// `Fn::GetAtt Nested.Outputs.Name`.
    pub(super) fn child_output(
        &mut self,
        stack: usize,
        id: &Arc<str>,
        output: &Arc<str>,
        span: Span,
    ) -> Value {
        let Some(child) = self.child(stack, id, span) else {
            return self.unknown(
                Why::Derived,
                format!("output {output} of {id}, whose template is not here"),
                span,
            );
        };
        let template = Arc::clone(&self.stacks[child].template);
        let Some(declared) = template.outputs.get(output) else {
            let help = suggest(output, template.outputs.keys().map(|k| &**k))
                .map(|n| format!("did you mean {n}?"));
            self.diagnostics.push(
                Diagnostic::error(
                    "unknown-output",
                    span,
                    format!("nested stack {id} has no output {output}"),
                )
                .maybe_help(help),
            );
            return Self::invalid(span);
        };
        if let Some((condition, at)) = &declared.condition
            && self.named_condition(child, condition, *at).value == Ok(false)
        {
            self.diagnostics.push(
                Diagnostic::error(
                    "unknown-output",
                    span,
                    format!("output {output} of {id} does not exist here"),
                )
                .related(*at, format!("its condition {condition} is false")),
            );
            return Self::invalid(span);
        }
        let value = self.output(child, output, span);
        let step = Step::Output {
            stack: self.stacks[child].address.clone(),
            name: Arc::clone(output),
            span: declared.value.span,
        };
        Value {
            kind: value.kind,
            span,
            trail: value.trail.then(step),
        }
    }

    /// An output of a stack, evaluated once.
    pub(super) fn output(&mut self, stack: usize, name: &Arc<str>, span: Span) -> Value {
        match self.stacks[stack].outputs.get(name) {
            Some(Progress::Done(value)) => return value.clone(),
            Some(Progress::Started) => {
                self.diagnostics.push(Diagnostic::error(
                    "output-cycle",
                    span,
                    format!("output {name} depends on itself"),
                ));
                return Self::invalid(span);
            }
            None => {}
        }
        let template = Arc::clone(&self.stacks[stack].template);
        let Some(declared) = template.outputs.get(name) else {
            return Self::invalid(span);
        };
        self.stacks[stack]
            .outputs
            .insert(Arc::clone(name), Progress::Started);
        let value = self.value(stack, &declared.value);
        self.stacks[stack]
            .outputs
            .insert(Arc::clone(name), Progress::Done(value.clone()));
        value
    }

    /// `Fn::ImportValue`: an export of any stack of the environment.
    pub(super) fn import(&mut self, stack: usize, name: &Expr, span: Span) -> Value {
        let name = self.value(stack, name);
        let Some(wanted) = name.as_text() else {
            let why = name
                .first_unknown()
                .map_or_else(|| name.describe(), |gap| gap.reason.to_string());
            return self.unknown(
                Why::Import,
                format!("the name of an export is not known: {why}"),
                span,
            );
        };
        if matches!(&name.kind, Kind::List(_)) {
            return Self::invalid(span);
        }
        let mut index = 0;
        // Entering a stack may add stacks, so the length is read anew each time.
        while index < self.stacks.len() {
            let template = Arc::clone(&self.stacks[index].template);
            for (id, resource) in &template.resources {
                let here = matches!(
                    self.stacks[index].children.get(id),
                    None | Some(Progress::Done(_))
                );
                if &*resource.kind == STACK && here {
                    self.child(index, id, resource.key_span);
                }
            }
            for (output, declared) in &template.outputs {
                let Some(export) = &declared.export else {
                    continue;
                };
                if matches!(
                    self.stacks[index].outputs.get(output),
                    Some(Progress::Started)
                ) {
                    continue;
                }
                if let ExprKind::Text(literal) = &export.kind
                    && *literal != wanted
                {
                    continue;
                }
                if self.value(index, export).as_text().as_ref() == Some(&wanted) {
                    let value = self.output(index, output, span);
                    let step = Step::Import { name: wanted };
                    return Value {
                        kind: value.kind,
                        span,
                        trail: value.trail.then(step),
                    };
                }
            }
            index += 1;
        }
        self.unknown(
            Why::Import,
            format!("no stack of this environment exports {wanted}"),
            span,
        )
    }
}
