//! The finished deployment out of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Progress, Run};
use crate::diag::{Diagnostic, suggest};
use crate::model::{
    Address, Deployment, OffResource, ParameterFile, Resource, ResourceCondition, Stack, Value,
};
use crate::template::{ResourceSyntax, Template};

impl Run<'_> {
    pub(super) fn finish(mut self, parameter_files: Vec<ParameterFile>) -> Deployment {
        let mut resources = BTreeMap::new();
        let mut off = Vec::new();
        let mut exports = BTreeMap::new();
        let mut stacks = BTreeMap::new();
        let mut index = 0;
        // Entering nested stacks adds to the list while it is walked.
        while index < self.stacks.len() {
            let template = Arc::clone(&self.stacks[index].template);
            self.transforms(&template);
            for (id, syntax) in &template.resources {
                self.resource(index, id, syntax, &mut resources, &mut off);
            }
            index += 1;
        }
        for index in 0..self.stacks.len() {
            let stack = self.stack(index, &mut exports);
            stacks.insert(stack.address.clone(), stack);
        }
        if !self.evaluator.quiet {
            super::graph::check_cycles(&resources, self.diagnostics);
        }
        off.sort_by(|a, b| a.address.cmp(&b.address));
        Deployment {
            environment: Arc::clone(&self.inputs.environment),
            region: Arc::clone(&self.inputs.region),
            account: self.inputs.account.clone(),
            stacks,
            resources,
            off,
            exports,
            parameter_files,
        }
    }

    fn transforms(&mut self, template: &Template) {
        for (name, span) in &template.transforms {
            if matches!(
                &**name,
                "AWS::LanguageExtensions" | "AWS::Include" | "AWS::CodeDeployBlueGreen"
            ) {
                continue;
            }
            self.diagnostics.push(
                Diagnostic::warning("transform-not-run", *span, format!("transform {name} runs in AWS only"))
                    .help("the template is read as it is written; resources that the transform makes are not seen"),
            );
        }
    }

    fn resource(
        &mut self,
        index: usize,
        id: &Arc<str>,
        syntax: &ResourceSyntax,
        resources: &mut BTreeMap<Address, Resource>,
        off: &mut Vec<OffResource>,
    ) {
        let address = self.stacks[index].address.join(id);
        let mut condition = None;
        if let Some((name, at)) = &syntax.condition {
            let verdict = self.named_condition(index, name, *at);
            match verdict.value {
                Ok(false) => {
                    off.push(OffResource {
                        address,
                        resource_type: Arc::clone(&syntax.kind),
                        condition: Arc::clone(name),
                        key_span: syntax.key_span,
                    });
                    return;
                }
                Ok(true) => {
                    condition = Some(ResourceCondition {
                        name: Arc::clone(name),
                        unknown: None,
                    })
                }
                Err(reason) => {
                    condition = Some(ResourceCondition {
                        name: Arc::clone(name),
                        unknown: Some(reason),
                    });
                }
            }
        }
        let depends_on = self.depends_on(index, syntax);
        let properties = self.properties(index, id);
        if &*syntax.kind == super::nested::STACK {
            self.child(index, id, syntax.key_span);
        }
        let mut optional =
            |expr: &Option<crate::template::Expr>| expr.as_ref().and_then(|e| self.eval(index, e));
        let resource = Resource {
            deletion_policy: optional(&syntax.deletion_policy),
            update_replace_policy: optional(&syntax.update_replace_policy),
            metadata: optional(&syntax.metadata),
            address: address.clone(),
            resource_type: Arc::clone(&syntax.kind),
            span: syntax.span,
            key_span: syntax.key_span,
            properties,
            condition,
            depends_on,
        };
        resources.insert(address, resource);
    }

    fn depends_on(&mut self, index: usize, syntax: &ResourceSyntax) -> Vec<Address> {
        let template = Arc::clone(&self.stacks[index].template);
        let mut found = Vec::new();
        for (name, span) in &syntax.depends_on {
            if template.resources.contains_key(name) {
                found.push(self.stacks[index].address.join(name));
                continue;
            }
            let help = suggest(name, template.resources.keys().map(|k| &**k))
                .map(|n| format!("did you mean {n}?"));
            self.diagnostics.push(
                Diagnostic::error(
                    "unknown-name",
                    *span,
                    format!("DependsOn names {name}, which is no resource here"),
                )
                .maybe_help(help),
            );
        }
        found
    }

    fn stack(&mut self, index: usize, exports: &mut BTreeMap<Arc<str>, Value>) -> Stack {
        let template = Arc::clone(&self.stacks[index].template);
        let mut outputs = BTreeMap::new();
        for (name, declared) in &template.outputs {
            if let Some((condition, at)) = &declared.condition
                && self.named_condition(index, condition, *at).value == Ok(false)
            {
                continue;
            }
            let value = self.output(index, name, declared.key_span);
            if let Some(export) = &declared.export
                && let Some(export) = self.value(index, export).as_text()
            {
                exports.insert(export, value.clone());
            }
            outputs.insert(Arc::clone(name), value);
        }
        for (name, condition) in &template.conditions {
            self.named_condition(index, name, condition.key_span);
        }
        let hooks = template.hooks.as_ref().map(|h| self.value(index, h));
        let state = &self.stacks[index];
        let conditions = state
            .conditions
            .iter()
            .map(|(name, progress)| {
                let value = match progress {
                    Progress::Done(verdict) => verdict.value.as_ref().ok().copied(),
                    Progress::Started => None,
                };
                (Arc::clone(name), value)
            })
            .collect();
        Stack {
            address: state.address.clone(),
            file: template.file,
            parameters: state.parameters.clone(),
            conditions,
            outputs,
            transforms: template.transforms.clone(),
            hooks,
            template,
        }
    }
}
