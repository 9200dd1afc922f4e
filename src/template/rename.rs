//! Another logical id for a resource, with everything that refers to it.

use std::sync::Arc;

use super::{Expr, ExprKind, Field, Function, SubPart, Template};

impl Template {
    /// Gives a resource another logical id, here and in every reference. Nothing happens if there is no such
    /// resource, or the new id is taken.
    pub fn rename(&mut self, old: &str, new: &Arc<str>) {
        let taken = self.resources.contains_key(new) || self.parameters.contains_key(new);
        if taken || !self.resources.contains_key(old) {
            return;
        }
        let id = |name: &mut Arc<str>| {
            if **name == *old {
                *name = Arc::clone(new);
            }
        };
        self.resources = std::mem::take(&mut self.resources)
            .into_iter()
            .map(|(mut name, resource)| {
                id(&mut name);
                (name, resource)
            })
            .collect();
        for resource in self.resources.values_mut() {
            resource.depends_on.iter_mut().for_each(|(on, _)| id(on));
            let parts = [
                &mut resource.properties,
                &mut resource.deletion_policy,
                &mut resource.update_replace_policy,
                &mut resource.metadata,
            ];
            parts.into_iter().flatten().for_each(|e| expr(e, &id));
        }
        for output in self.outputs.values_mut() {
            expr(&mut output.value, &id);
            output.export.iter_mut().for_each(|e| expr(e, &id));
        }
        self.hooks.iter_mut().for_each(|e| expr(e, &id));
    }
}

fn expr(at: &mut Expr, id: &impl Fn(&mut Arc<str>)) {
    match &mut at.kind {
        ExprKind::List(items) => items.iter_mut().for_each(|e| expr(e, id)),
        ExprKind::Map(entries) => fields(entries, id),
        ExprKind::Call(call) => function(call, id),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Invalid => {}
    }
}

fn fields(entries: &mut [Field], id: &impl Fn(&mut Arc<str>)) {
    entries.iter_mut().for_each(|f| expr(&mut f.value, id));
}

fn function(call: &mut Function, id: &impl Fn(&mut Arc<str>)) {
    match call {
        Function::Ref(name) => id(name),
        Function::GetAtt {
            resource,
            attribute,
        } => {
            id(resource);
            expr(attribute, id);
        }
        Function::Sub { parts, variables } => {
            for part in parts {
                match part {
                    // A variable of the list form hides a resource of the same name.
                    SubPart::Name(name, _) if variables.iter().all(|v| v.key != *name) => id(name),
                    SubPart::Attribute(name, _, _) => id(name),
                    SubPart::Text(_) | SubPart::Name(..) => {}
                }
            }
            fields(variables, id);
        }
        Function::Join { delimiter, list } => both(delimiter, list, id),
        Function::Select { index, list } => both(index, list, id),
        Function::Split { delimiter, source } => both(delimiter, source, id),
        Function::FindInMap {
            map,
            top,
            second,
            default,
        } => {
            both(map, top, id);
            expr(second, id);
            default.iter_mut().for_each(|e| expr(e, id));
        }
        Function::If {
            then, otherwise, ..
        } => both(then, otherwise, id),
        Function::Equals(a, b)
        | Function::Contains(a, b)
        | Function::EachMemberEquals(a, b)
        | Function::EachMemberIn(a, b) => both(a, b, id),
        Function::And(parts) | Function::Or(parts) => parts.iter_mut().for_each(|e| expr(e, id)),
        Function::Cidr { block, count, bits } => {
            both(block, count, id);
            bits.iter_mut().for_each(|e| expr(e, id));
        }
        Function::Not(inner)
        | Function::Base64(inner)
        | Function::GetAzs(inner)
        | Function::ImportValue(inner)
        | Function::Length(inner)
        | Function::ToJsonString(inner) => expr(inner, id),
        Function::Transform { parameters, .. } => fields(parameters, id),
        Function::Condition(_) | Function::RefAll(_) => {}
    }
}

fn both(a: &mut Expr, b: &mut Expr, id: &impl Fn(&mut Arc<str>)) {
    expr(a, id);
    expr(b, id);
}
