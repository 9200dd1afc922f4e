//! `Fn::Transform` with `AWS::Include`: a fragment from a file. Other macros run in AWS only.

use std::path::Path;
use std::sync::Arc;

use super::Run;
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::{Entry, Kind, Value, Why};
use crate::source::{Span, normalize};
use crate::template::{Expr, ExprKind, Field};

impl Run<'_> {
    pub(super) fn transform(
        &mut self,
        stack: usize,
        name: &str,
        parameters: &[Field],
        span: Span,
    ) -> Option<Value> {
        if name != "AWS::Include" {
            return Some(self.unknown(
                Why::Transform,
                format!("macro {name} runs in AWS only"),
                span,
            ));
        }
        let location = parameters
            .iter()
            .find(|p| &*p.key == "Location")
            .map(|p| self.value(stack, &p.value));
        let Some(text) = location.as_ref().and_then(|l| l.pattern()) else {
            self.diagnostics.push(
                Diagnostic::error("include", span, "AWS::Include has no Location")
                    .help("add Parameters: {Location: s3://…}"),
            );
            return Some(Self::invalid(span));
        };
        let folder = Path::new(&self.stacks[stack].path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        let segments: Vec<&str> = text
            .split('/')
            .filter(|s| !s.is_empty() && *s != "..")
            .collect();
        let found = (0..segments.len()).find_map(|start| {
            let tail = segments[start..].join("/");
            [folder.as_path(), Path::new("")]
                .into_iter()
                .find_map(|base| {
                    normalize(&base.join(&tail)).filter(|path| self.evaluator.contains(path))
                })
        });
        let Some(path) = found else {
            return Some(self.unknown(
                Why::Transform,
                format!("AWS::Include of {text}, which is not here"),
                span,
            ));
        };
        let expr = self.fragment(&path, span)?;
        self.eval(stack, &expr)
    }

    /// The entries that a `Fn::Transform` key among others stands for.
    pub(super) fn include_fields(&mut self, stack: usize, argument: &Expr) -> Option<Vec<Entry>> {
        let ExprKind::Map(fields) = &argument.kind else {
            return None;
        };
        let name = fields
            .iter()
            .find(|f| &*f.key == "Name")
            .map(|f| self.value(stack, &f.value))?
            .as_text()?;
        let parameters = fields
            .iter()
            .find(|f| &*f.key == "Parameters")
            .map(|f| &f.value);
        let parameters = match parameters.map(|p| &p.kind) {
            Some(ExprKind::Map(fields)) => fields.as_slice(),
            _ => &[],
        };
        match self
            .transform(stack, &name, parameters, argument.span)?
            .kind
        {
            Kind::Map(entries) => Some(entries.to_vec()),
            _ => None,
        }
    }

    fn fragment(&mut self, path: &str, span: Span) -> Option<Expr> {
        let text = match self.evaluator.read(path) {
            Ok(text) => text,
            Err(error) => {
                self.diagnostics.push(Diagnostic::error(
                    "include",
                    span,
                    format!("AWS::Include {error}"),
                ));
                return None;
            }
        };
        let file = self.evaluator.sources.add(path, Arc::clone(&text));
        let mut found = Diagnostics::default();
        let document = crate::yaml::parse(file, &text, &mut found);
        let root = document.and_then(|d| d.root);
        let expr = root.map(|root| crate::template::lower_expr(&text, &root, &mut found));
        self.diagnostics.extend(found);
        expr
    }
}
