//! The way from base to head in single edits, each with what it is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Side;
use super::moved::Moves;
use crate::model::{Address, Deployment, Read, Value};
use crate::resolve::Snapshot;
use crate::source::SourceMap;
use crate::template::{Expr, ExprKind, Template};

/// What an edit is called, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) what: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// Edits that are made together, and what they are called.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) label: Label,
    edits: Vec<Edit>,
}

#[derive(Debug)]
enum Edit {
    Region(Arc<str>),
    Account(Option<Arc<str>>),
    Root(String),
    Given(Arc<str>, Arc<str>),
    File(String, Option<Arc<str>>),
    /// One part of a template, by the template's path after the change.
    Template(String, Part),
}

#[derive(Debug)]
enum Part {
    Mapping {
        map: Arc<str>,
        top: Arc<str>,
        second: Arc<str>,
        to: Option<Expr>,
    },
    Condition(Arc<str>),
    Declaration(Arc<str>),
    Resource(Arc<str>),
    ResourceCondition(Arc<str>),
    Property {
        id: Arc<str>,
        at: Vec<Arc<str>>,
        to: Option<Expr>,
    },
    Output(Arc<str>),
    Whole,
}

/// The steps from base to head, and the base prepared for them.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) steps: Vec<Step>,
    start: Snapshot,
    head: Snapshot,
}

impl Way {
    /// Finds the steps. Inputs first, then what values are looked up in, then what is new, what has changed, and at
    /// last what is gone, so that what lies between is as whole as can be.
    pub(super) fn between(
        base: &Side<'_>,
        head: &Side<'_>,
        moves: &Moves,
        sources: &SourceMap,
    ) -> Way {
        let mut builder = Builder {
            base,
            head,
            moves,
            sources,
            stages: Default::default(),
            start: base.snapshot.clone(),
            instances: BTreeMap::new(),
        };
        for (address, stack) in &head.deployment.stacks {
            let path = sources.file(stack.file).path.to_string();
            builder
                .instances
                .entry(path)
                .or_default()
                .push(address.clone());
        }
        builder.rename();
        builder.inputs();
        builder.files();
        builder.templates();
        builder.join_moves();
        let steps = builder.stages.into_iter().flatten().collect();
        Way {
            steps,
            start: builder.start,
            head: head.snapshot.clone(),
        }
    }

    /// The input after the first `count` steps.
    pub(super) fn after(&self, count: usize) -> Snapshot {
        let mut snapshot = self.start.clone();
        for edit in self.steps.iter().take(count).flat_map(|s| &s.edits) {
            self.apply(edit, &mut snapshot);
        }
        snapshot
    }

    fn apply(&self, edit: &Edit, snapshot: &mut Snapshot) {
        match edit {
            Edit::Region(region) => snapshot.inputs.region = Arc::clone(region),
            Edit::Account(account) => snapshot.inputs.account = account.clone(),
            Edit::Root(path) => snapshot.inputs.template = path.clone(),
            Edit::Given(name, text) => {
                snapshot.given.insert(Arc::clone(name), Arc::clone(text));
            }
            Edit::File(path, Some(text)) => {
                snapshot.files.insert(path.clone(), Arc::clone(text));
            }
            Edit::File(path, None) => {
                snapshot.files.remove(path);
            }
            Edit::Template(path, part) => {
                let (Some(at), Some(head)) = (
                    snapshot.templates.get_mut(path),
                    self.head.templates.get(path),
                ) else {
                    return;
                };
                match part {
                    Part::Whole => *at = Arc::clone(head),
                    part => part.apply(Arc::make_mut(at), head),
                }
            }
        }
    }
}

impl Part {
    fn apply(&self, template: &mut Template, head: &Template) {
        match self {
            Part::Mapping {
                map,
                top,
                second,
                to,
            } => {
                let Some(mapping) = template.mappings.get_mut(map) else {
                    if let Some(mapping) = head.mappings.get(map) {
                        template.mappings.insert(Arc::clone(map), mapping.clone());
                    }
                    return;
                };
                let entries = mapping.entries.entry(Arc::clone(top)).or_default();
                match to {
                    Some(to) => {
                        entries.insert(Arc::clone(second), to.clone());
                    }
                    None => {
                        entries.shift_remove(second);
                    }
                }
            }
            Part::Condition(name) => take(&mut template.conditions, &head.conditions, name),
            Part::Declaration(name) => take(&mut template.parameters, &head.parameters, name),
            Part::Resource(id) => take(&mut template.resources, &head.resources, id),
            Part::Output(name) => take(&mut template.outputs, &head.outputs, name),
            Part::ResourceCondition(id) => {
                if let (Some(at), Some(head)) =
                    (template.resources.get_mut(id), head.resources.get(id))
                {
                    at.condition.clone_from(&head.condition);
                }
            }
            Part::Property { id, at, to } => {
                if let Some(resource) = template.resources.get_mut(id) {
                    set(&mut resource.properties, at, to.as_ref());
                }
            }
            Part::Whole => {}
        }
    }
}

/// Makes an entry what it is in the head.
fn take<T: Clone>(to: &mut IndexMap<Arc<str>, T>, head: &IndexMap<Arc<str>, T>, key: &Arc<str>) {
    match head.get(key) {
        Some(value) => {
            to.insert(Arc::clone(key), value.clone());
        }
        None => {
            to.shift_remove(key);
        }
    }
}

/// Sets or removes what stands at a path of keys and list indexes.
fn set(expr: &mut Option<Expr>, path: &[Arc<str>], to: Option<&Expr>) {
    let Some((key, rest)) = path.split_first() else {
        *expr = to.cloned();
        return;
    };
    match expr.as_mut().map(|e| &mut e.kind) {
        Some(ExprKind::List(items)) => {
            let item = key.parse::<usize>().ok().and_then(|i| items.get_mut(i));
            if let Some(item) = item {
                let mut inner = Some(item.clone());
                set(&mut inner, rest, to);
                if let Some(inner) = inner {
                    *item = inner;
                }
            }
        }
        Some(ExprKind::Map(fields)) => {
            let at = fields.iter().position(|f| f.key == *key);
            let mut inner = at.map(|i| fields[i].value.clone());
            set(&mut inner, rest, to);
            match (at, inner) {
                (Some(i), Some(value)) => fields[i].value = value,
                (Some(i), None) => {
                    fields.remove(i);
                }
                (None, Some(value)) => fields.push(crate::template::Field {
                    key: Arc::clone(key),
                    key_span: value.span,
                    value,
                }),
                (None, None) => {}
            }
        }
        _ => {}
    }
}

/// Where two expressions differ: the deepest paths of keys, and of indexes of lists of the same length.
fn differences(
    base: Option<&Expr>,
    head: Option<&Expr>,
    at: &mut Vec<Arc<str>>,
    found: &mut Vec<(Vec<Arc<str>>, Option<Expr>)>,
) {
    if base == head {
        return;
    }
    match (base.map(|e| &e.kind), head.map(|e| &e.kind)) {
        (Some(ExprKind::Map(a)), Some(ExprKind::Map(b))) => {
            let keys = a.iter().map(|f| &f.key);
            let new = b.iter().map(|f| &f.key);
            let new = new.filter(|k| a.iter().all(|f| f.key != **k));
            for key in keys.chain(new) {
                let value = |fields: &'_ [crate::template::Field]| {
                    fields.iter().position(|f| f.key == *key)
                };
                at.push(Arc::clone(key));
                let (x, y) = (value(a).map(|i| &a[i].value), value(b).map(|i| &b[i].value));
                differences(x, y, at, found);
                at.pop();
            }
        }
        (Some(ExprKind::List(a)), Some(ExprKind::List(b))) if a.len() == b.len() => {
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                at.push(i.to_string().into());
                differences(Some(x), Some(y), at, found);
                at.pop();
            }
        }
        _ => found.push((at.clone(), head.cloned())),
    }
}

/// Old and new logical ids.
type Renames = Vec<(Arc<str>, Arc<str>)>;

/// The order of the steps.
#[derive(Clone, Copy)]
enum Stage {
    Inputs,
    Lookups,
    Added,
    Changed,
    Whole,
    Removed,
}

struct Builder<'a> {
    base: &'a Side<'a>,
    head: &'a Side<'a>,
    moves: &'a Moves,
    sources: &'a SourceMap,
    stages: [Vec<Step>; 6],
    start: Snapshot,
    /// The stacks of each template of the head, by path.
    instances: BTreeMap<String, Vec<Address>>,
}

impl Builder<'_> {
    fn step(&mut self, stage: Stage, what: String, from: String, to: String, edits: Vec<Edit>) {
        let label = Label { what, from, to };
        self.stages[stage as usize].push(Step { label, edits });
    }

    /// Gives resources that stayed in their template their new name, so that a new name alone is no step.
    fn rename(&mut self) {
        let mut wanted: BTreeMap<String, Vec<Renames>> = BTreeMap::new();
        for (address, stack) in &self.base.deployment.stacks {
            let path = self.sources.file(stack.file).path.to_string();
            let own = self.moves.iter().filter(|(old, new)| {
                old.stack() == *address
                    && new.stack() == *self.moves.after(address)
                    && old.logical_id() != new.logical_id()
            });
            let ids = own.map(|(old, new)| (old.logical_id().into(), new.logical_id().into()));
            wanted.entry(path).or_default().push(ids.collect());
        }
        for (path, instances) in wanted {
            let Some(first) = instances.first() else {
                continue;
            };
            if first.is_empty() || instances.iter().any(|i| i != first) {
                continue;
            }
            if let Some(template) = self.start.templates.get_mut(&path) {
                for (old, new) in first {
                    Arc::make_mut(template).rename(old, new);
                }
            }
        }
    }

    /// What left one stack and came to another is one step.
    fn join_moves(&mut self) {
        for (old, new) in self.moves.iter() {
            let mut take = |stage: Stage, address: &Address| {
                let steps = &mut self.stages[stage as usize];
                let wanted = format!("resource {address}");
                let at = steps.iter().position(|s| s.label.what == wanted)?;
                Some(steps.remove(at))
            };
            let (came, left) = (take(Stage::Added, new), take(Stage::Removed, old));
            let parts = [came, left].into_iter().flatten();
            let edits: Vec<Edit> = parts.flat_map(|s| s.edits).collect();
            if !edits.is_empty() {
                let (from, to) = (old.to_string(), new.to_string());
                self.step(Stage::Changed, "move of resource".into(), from, to, edits);
            }
        }
    }

    fn inputs(&mut self) {
        let (base, head) = (&self.base.snapshot.inputs, &self.head.snapshot.inputs);
        if base.region != head.region {
            let (from, to) = (base.region.to_string(), head.region.to_string());
            let edits = vec![Edit::Region(Arc::clone(&head.region))];
            self.step(Stage::Inputs, "region".into(), from, to, edits);
        }
        if base.account != head.account {
            let text = |a: &Option<Arc<str>>| a.as_deref().unwrap_or_default().to_owned();
            let (from, to) = (text(&base.account), text(&head.account));
            let edits = vec![Edit::Account(head.account.clone())];
            self.step(Stage::Inputs, "account".into(), from, to, edits);
        }
        if base.template != head.template {
            let (from, to) = (base.template.clone(), head.template.clone());
            let edits = vec![Edit::Root(to.clone())];
            self.step(Stage::Inputs, "root template".into(), from, to, edits);
        }
        self.parameters();
    }

    /// Parameters of the root template: what the files give, else the default.
    fn parameters(&mut self) {
        let (base, head) = (self.base.snapshot, self.head.snapshot);
        let (Some(before), Some(after)) = (
            base.templates.get(&base.inputs.template),
            head.templates.get(&head.inputs.template),
        ) else {
            return;
        };
        let (before, after) = (Arc::clone(before), Arc::clone(after));
        let text = |snapshot: &Snapshot, template: &Template, name: &Arc<str>| {
            let default = || {
                template
                    .parameters
                    .get(name)?
                    .default
                    .as_ref()
                    .map(|d| &d.0)
            };
            snapshot.given.get(name).or_else(default).map(Arc::clone)
        };
        let mut names: Vec<&Arc<str>> = after.parameters.keys().collect();
        names.sort();
        for name in names {
            let Some(to) = text(head, &after, name) else {
                continue;
            };
            let declared = before.parameters.get(name);
            let from = text(base, &before, name).filter(|_| declared.is_some());
            if declared.is_none() {
                // Nothing of the base uses it.
                self.start.given.insert(Arc::clone(name), to);
                continue;
            }
            if from.as_ref() == Some(&to) {
                // Given before and default now, or the other way round.
                self.start.given.insert(Arc::clone(name), to);
                continue;
            }
            let secret = after.parameters.get(name).is_some_and(|p| p.no_echo)
                || declared.is_some_and(|p| p.no_echo);
            let shown = |t: &str| if secret { "****".into() } else { t.to_owned() };
            let (from, shown_to) = (from.as_deref().map(shown), shown(&to));
            let edits = vec![Edit::Given(Arc::clone(name), to)];
            self.step(
                Stage::Inputs,
                format!("parameter {name}"),
                from.unwrap_or_default(),
                shown_to,
                edits,
            );
        }
    }

    /// Files that templates include.
    fn files(&mut self) {
        let (base, head) = (&self.base.snapshot.files, &self.head.snapshot.files);
        let mut paths: Vec<&String> = base.keys().chain(head.keys()).collect();
        paths.sort();
        paths.dedup();
        for path in paths {
            let to = head.get(path).cloned();
            if base.get(path) == to.as_ref() {
                continue;
            }
            if base.get(path).is_none() {
                self.start
                    .files
                    .insert(path.clone(), to.unwrap_or_else(|| Arc::from("")));
                continue;
            }
            let edits = vec![Edit::File(path.clone(), to)];
            let what = format!("file {path}");
            self.step(Stage::Lookups, what, String::new(), String::new(), edits);
        }
    }

    fn templates(&mut self) {
        let moved = self.moved_files();
        for (path, head) in &self.head.snapshot.templates {
            let at = moved.get(path).unwrap_or(path);
            let Some(base) = self.start.templates.get(at).cloned() else {
                self.start.templates.insert(path.clone(), Arc::clone(head));
                continue;
            };
            if Arc::ptr_eq(&base, head) {
                continue;
            }
            let names = |t: &Template| -> Vec<Arc<str>> {
                t.transforms.iter().map(|(n, _)| Arc::clone(n)).collect()
            };
            if base.loops.is_some() || head.loops.is_some() || names(&base) != names(head) {
                // Loops are unrolled while parameters are known: there are no single resources to change here.
                self.start.templates.insert(path.clone(), base);
                let edits = vec![Edit::Template(path.clone(), Part::Whole)];
                let what = format!("template {path}");
                self.step(Stage::Whole, what, String::new(), String::new(), edits);
                continue;
            }
            let mut start = Template::clone(&base);
            start.rules.clear();
            for (name, parameter) in &head.parameters {
                let entry = start.parameters.entry(Arc::clone(name));
                entry.or_insert_with(|| parameter.clone());
            }
            for (name, condition) in &head.conditions {
                let entry = start.conditions.entry(Arc::clone(name));
                entry.or_insert_with(|| condition.clone());
            }
            for (name, output) in &head.outputs {
                let entry = start.outputs.entry(Arc::clone(name));
                entry.or_insert_with(|| output.clone());
            }
            self.start.templates.insert(path.clone(), Arc::new(start));
            self.mappings(path, &base, head);
            self.declarations(path, &base, head);
            self.resources(path, &base, head);
            for (name, output) in &head.outputs {
                if base.outputs.get(name).is_some_and(|o| {
                    o.value != output.value
                        || condition(&o.condition) != condition(&output.condition)
                }) {
                    let edits = vec![self.part(path, Part::Output(Arc::clone(name)))];
                    let what = format!("output {name} of {path}");
                    self.step(Stage::Changed, what, String::new(), String::new(), edits);
                }
            }
        }
    }

    /// Templates of stacks that take another file now, by the new path.
    fn moved_files(&self) -> BTreeMap<String, String> {
        let path = |file| self.sources.file(file).path.to_string();
        let mut moved = BTreeMap::new();
        for (address, stack) in &self.head.deployment.stacks {
            let Some(before) = self.base.deployment.stacks.get(self.moves.before(address)) else {
                continue;
            };
            let (from, to) = (path(before.file), path(stack.file));
            if from != to && !self.base.snapshot.templates.contains_key(&to) {
                moved.insert(to, from);
            }
        }
        moved
    }

    fn part(&self, path: &str, part: Part) -> Edit {
        Edit::Template(path.to_owned(), part)
    }

    fn mappings(&mut self, path: &str, base: &Template, head: &Template) {
        let entries = |t: &Template| -> Vec<[Arc<str>; 3]> {
            let mut all = Vec::new();
            for (map, mapping) in &t.mappings {
                for (top, seconds) in &mapping.entries {
                    let keys = seconds.keys();
                    all.extend(keys.map(|s| [Arc::clone(map), Arc::clone(top), Arc::clone(s)]));
                }
            }
            all
        };
        let get = |t: &Template, [map, top, second]: &[Arc<str>; 3]| -> Option<Expr> {
            t.mappings.get(map)?.entries.get(top)?.get(second).cloned()
        };
        let mut all = entries(base);
        all.extend(entries(head));
        all.sort();
        all.dedup();
        for key in all {
            let (from, to) = (get(base, &key), get(head, &key));
            if from == to {
                continue;
            }
            let stage = if to.is_some() {
                Stage::Lookups
            } else {
                Stage::Removed
            };
            let shown = |e: &Option<Expr>| e.as_ref().map(|e| self.written(e)).unwrap_or_default();
            let (shown_from, shown_to) = (shown(&from), shown(&to));
            let [map, top, second] = key;
            let what = format!("mapping {map}.{top}.{second}");
            let part = Part::Mapping {
                map,
                top,
                second,
                to,
            };
            let edits = vec![self.part(path, part)];
            self.step(stage, what, shown_from, shown_to, edits);
        }
    }

    /// Conditions and parameters that are declared otherwise.
    fn declarations(&mut self, path: &str, base: &Template, head: &Template) {
        let root = path == self.head.snapshot.inputs.template;
        for (name, after) in &head.parameters {
            let Some(before) = base.parameters.get(name) else {
                continue;
            };
            let default =
                |p: &crate::template::Parameter| p.default.as_ref().map(|d| Arc::clone(&d.0));
            let same_default = root || default(before) == default(after);
            if same_default && before.kind == after.kind {
                continue;
            }
            let secret = before.no_echo || after.no_echo;
            let shown = |p| match default(p) {
                Some(_) if secret => "****".to_owned(),
                text => text.map(|t| t.to_string()).unwrap_or_default(),
            };
            let (what, from, to) = if same_default {
                let what = format!("type of parameter {}", self.named(path, name));
                (what, before.kind.to_string(), after.kind.to_string())
            } else {
                let what = format!("default of parameter {}", self.named(path, name));
                (what, shown(before), shown(after))
            };
            let edits = vec![self.part(path, Part::Declaration(Arc::clone(name)))];
            self.step(Stage::Lookups, what, from, to, edits);
        }
        for (name, after) in &head.conditions {
            let Some(before) = base.conditions.get(name) else {
                continue;
            };
            if before.expr == after.expr {
                continue;
            }
            let (from, to) = (self.written(&before.expr), self.written(&after.expr));
            let what = format!("condition {}", self.named(path, name));
            let edits = vec![self.part(path, Part::Condition(Arc::clone(name)))];
            self.step(Stage::Lookups, what, from, to, edits);
        }
    }

    fn resources(&mut self, path: &str, base: &Template, head: &Template) {
        for (id, after) in &head.resources {
            let address = self.named(path, id);
            let whole = vec![self.part(path, Part::Resource(Arc::clone(id)))];
            let Some(before) = base.resources.get(id) else {
                let what = format!("resource {address}");
                let to = after.kind.to_string();
                self.step(Stage::Added, what, String::new(), to, whole);
                continue;
            };
            if before.kind != after.kind {
                let what = format!("type of resource {address}");
                let (from, to) = (before.kind.to_string(), after.kind.to_string());
                self.step(Stage::Changed, what, from, to, whole);
                continue;
            }
            if condition(&before.condition) != condition(&after.condition) {
                let text = |c: &Option<(Arc<str>, _)>| {
                    condition(c).cloned().unwrap_or_default().to_string()
                };
                let what = format!("condition of resource {address}");
                let (from, to) = (text(&before.condition), text(&after.condition));
                let edits = vec![self.part(path, Part::ResourceCondition(Arc::clone(id)))];
                self.step(Stage::Changed, what, from, to, edits);
            }
            let mut found = Vec::new();
            differences(
                before.properties.as_ref(),
                after.properties.as_ref(),
                &mut Vec::new(),
                &mut found,
            );
            for (at, to) in found {
                let dotted = at.join(".");
                let what = format!("property {address} {dotted}");
                let own = Address::from(address.as_str());
                let (shown_from, shown_to) = (
                    self.evaluated(self.base.deployment, self.moves.before(&own), &dotted),
                    self.evaluated(self.head.deployment, &own, &dotted),
                );
                // Another file for the same stack comes first: the steps in that file are its own.
                let stage = match &*dotted {
                    "TemplateURL" => Stage::Inputs,
                    _ => Stage::Changed,
                };
                let id = Arc::clone(id);
                let edits = vec![self.part(path, Part::Property { id, at, to })];
                self.step(
                    stage,
                    what.trim_end().to_owned(),
                    shown_from,
                    shown_to,
                    edits,
                );
            }
        }
        for (id, before) in &base.resources {
            if !head.resources.contains_key(id) {
                let what = format!("resource {}", self.named(path, id));
                let from = before.kind.to_string();
                let edits = vec![self.part(path, Part::Resource(Arc::clone(id)))];
                self.step(Stage::Removed, what, from, String::new(), edits);
            }
        }
    }

    /// A name of a template as an address: in the first stack that has the template.
    fn named(&self, path: &str, name: &str) -> String {
        let stack = self.instances.get(path).and_then(|all| all.first());
        stack.map_or_else(|| name.to_owned(), |s| s.join(name).to_string())
    }

    /// A property's value in an environment.
    fn evaluated(&self, deployment: &Deployment, address: &Address, path: &str) -> String {
        let Some(resource) = deployment.get(address) else {
            return String::new();
        };
        let value = match path {
            "" => Read::Known(&resource.properties),
            path => resource.read(path),
        };
        match value {
            Read::Known(value) => shown(value),
            Read::Absent => String::new(),
            Read::Unknown(reason) => format!("not known ({reason})"),
        }
    }

    /// An expression as it is written, in one line.
    fn written(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Text(text) | ExprKind::Number(text) => text.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            _ => {
                let text = self.sources.shown(expr.span.file);
                let range = expr.span.start as usize..expr.span.end as usize;
                let words = text.get(range).unwrap_or_default().split_whitespace();
                shortened(&words.collect::<Vec<_>>().join(" "))
            }
        }
    }
}

fn condition<T>(condition: &Option<(Arc<str>, T)>) -> Option<&Arc<str>> {
    condition.as_ref().map(|(name, _)| name)
}

/// A value in one line; never a secret.
fn shown(value: &Value) -> String {
    match value.as_list() {
        Some(items) if items.iter().all(|i| i.pattern().is_some()) => {
            let texts: Vec<String> = items.iter().filter_map(Value::pattern).collect();
            shortened(&texts.join(","))
        }
        _ => shortened(&value.pattern().unwrap_or_else(|| value.describe())),
    }
}

const LONGEST: usize = 80;

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}
