//! What evaluations have read, kept so that a second set of files (the base of a difference) is parsed only where it
//! differs, and so that an evaluation can be done again with a part of its input changed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::{Evaluator, Inputs, params};
use crate::diag::Diagnostics;
use crate::model::{Deployment, ParameterFile};
use crate::source::{FileTree, ReadError, SourceMap};
use crate::template::Template;

/// What was read of one set of files.
#[derive(Debug, Default)]
pub struct Files {
    templates: RefCell<HashMap<String, Option<Arc<Template>>>>,
    parameters: RefCell<HashMap<String, Option<Rc<ParameterRead>>>>,
    seen: RefCell<HashMap<String, Seen>>,
    /// By environment: the paths that its evaluation asked for.
    touched: RefCell<BTreeMap<Arc<str>, BTreeSet<String>>>,
}

/// A parameter file with its entries.
pub(super) type ParameterRead = (ParameterFile, Vec<params::Entry>);

/// What was found at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Absent,
    There,
    Text(Arc<str>),
}

/// All that one environment's evaluation takes in, with nothing left to read.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Environment, region, account and root template.
    pub inputs: Inputs,
    /// The text given for each parameter of the root template, by file or command line.
    pub given: BTreeMap<Arc<str>, Arc<str>>,
    /// The templates by path.
    pub templates: BTreeMap<String, Arc<Template>>,
    /// Other files that templates include, by path.
    pub files: BTreeMap<String, Arc<str>>,
}

impl Files {
    /// Whether the environment would find in another tree exactly what it found here. An evaluation is a function
    /// of what it finds, so its result would be the same.
    pub fn same(&self, environment: &str, tree: &FileTree) -> bool {
        let touched = self.touched.borrow();
        let Some(paths) = touched.get(environment) else {
            return false;
        };
        let seen = self.seen.borrow();
        paths.iter().all(|path| match seen.get(path) {
            Some(Seen::Text(text)) => tree.read(path).is_ok_and(|other| *other == **text),
            Some(Seen::There) => tree.contains(path),
            Some(Seen::Absent) | None => !tree.contains(path),
        })
    }

    /// All paths that were asked for, each once.
    pub fn paths(&self) -> BTreeSet<String> {
        let touched = self.touched.borrow();
        touched.values().flatten().cloned().collect()
    }

    /// What the environment's evaluation took in.
    pub fn snapshot(&self, inputs: &Inputs) -> Snapshot {
        let mut snapshot = Snapshot::empty(inputs);
        let parameters = self.parameters.borrow();
        for path in &inputs.parameter_files {
            let Some(Some(read)) = parameters.get(path) else {
                continue;
            };
            for (key, _, given) in read.1.iter().filter(|(_, _, g)| !g.previous) {
                snapshot
                    .given
                    .insert(Arc::clone(key), Arc::clone(&given.value));
            }
        }
        for (key, value) in &inputs.parameters {
            snapshot
                .given
                .insert(key.as_str().into(), value.as_str().into());
        }
        let (templates, seen) = (self.templates.borrow(), self.seen.borrow());
        let touched = self.touched.borrow();
        for path in touched.get(&inputs.environment).into_iter().flatten() {
            match (templates.get(path), seen.get(path)) {
                (Some(Some(template)), _) => {
                    snapshot
                        .templates
                        .insert(path.clone(), Arc::clone(template));
                }
                _ if parameters.contains_key(path) => {}
                (_, Some(Seen::Text(text))) => {
                    snapshot.files.insert(path.clone(), Arc::clone(text));
                }
                (_, Some(Seen::There)) => {
                    snapshot.files.insert(path.clone(), Arc::from(""));
                }
                _ => {}
            }
        }
        snapshot
    }
}

impl Snapshot {
    /// Inputs with nothing read.
    pub fn empty(inputs: &Inputs) -> Snapshot {
        Snapshot {
            inputs: inputs.clone(),
            given: BTreeMap::new(),
            templates: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Evaluates. What is wrong is not said: this is for inputs that were evaluated before, or lie between two that
    /// were.
    pub fn evaluate(&self, sources: &SourceMap) -> Option<Deployment> {
        let mut files: BTreeMap<String, Vec<u8>> = self
            .files
            .iter()
            .map(|(path, text)| (path.clone(), text.as_bytes().to_vec()))
            .collect();
        // Templates are looked for, never read.
        files.extend(self.templates.keys().map(|path| (path.clone(), Vec::new())));
        let tree = FileTree::Memory(files);
        let evaluator = Evaluator {
            quiet: true,
            ..Evaluator::new(sources, &tree)
        };
        evaluator.files.templates.borrow_mut().extend(
            self.templates
                .iter()
                .map(|(path, template)| (path.clone(), Some(Arc::clone(template)))),
        );
        let inputs = Inputs {
            parameter_files: Vec::new(),
            parameters: self
                .given
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .collect(),
            ..self.inputs.clone()
        };
        evaluator.evaluate(&inputs, &mut Diagnostics::default())
    }
}

impl Evaluator<'_> {
    /// Whether a file is there.
    pub(super) fn contains(&self, path: &str) -> bool {
        self.touch(path);
        if let Some(seen) = self.files.seen.borrow().get(path) {
            return *seen != Seen::Absent;
        }
        let there = self.tree.contains(path);
        let seen = if there { Seen::There } else { Seen::Absent };
        self.files.seen.borrow_mut().insert(path.to_owned(), seen);
        there
    }

    /// Reads a file, once.
    pub(super) fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        self.touch(path);
        if let Some(Seen::Text(text)) = self.files.seen.borrow().get(path) {
            return Ok(Arc::clone(text));
        }
        let text: Arc<str> = self.tree.read(path)?.into();
        self.files
            .seen
            .borrow_mut()
            .insert(path.to_owned(), Seen::Text(Arc::clone(&text)));
        Ok(text)
    }

    fn touch(&self, path: &str) {
        let mut touched = self.files.touched.borrow_mut();
        let environment = &*self.environment.borrow();
        if let Some(own) = touched.get_mut(environment) {
            if !own.contains(path) {
                own.insert(path.to_owned());
            }
        } else {
            touched.insert(Arc::clone(environment), BTreeSet::from([path.to_owned()]));
        }
    }

    /// A parsed template; `Ok(None)` where it was read and is wrong, which `diagnostics` says once.
    pub(super) fn template(
        &self,
        path: &str,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Arc<Template>>, ReadError> {
        if let Some(known) = self.files.templates.borrow().get(path) {
            self.touch(path);
            return Ok(known.clone());
        }
        let text = self.read(path)?;
        let shared = self
            .other_with(path, &text)
            .and_then(|other| other.templates.borrow().get(path).cloned());
        let template = shared.unwrap_or_else(|| {
            let file = self.sources.add(path, Arc::clone(&text));
            crate::yaml::parse(file, &text, diagnostics)
                .and_then(|document| crate::template::lower(file, &text, document, diagnostics))
                .map(Arc::new)
        });
        self.files
            .templates
            .borrow_mut()
            .insert(path.to_owned(), template.clone());
        Ok(template)
    }

    /// A parameter file with its entries; `None` if there is nothing to use, which `diagnostics` says once.
    pub(super) fn parameter_file(
        &self,
        path: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Rc<ParameterRead>> {
        if let Some(known) = self.files.parameters.borrow().get(path) {
            self.touch(path);
            return known.clone();
        }
        let read = match self.read(path) {
            Ok(text) => {
                let shared = self
                    .other_with(path, &text)
                    .and_then(|other| other.parameters.borrow().get(path).cloned());
                shared.unwrap_or_else(|| {
                    params::read(path, text, self.sources, diagnostics).map(Rc::new)
                })
            }
            Err(error) => {
                params::unreadable(&error, diagnostics);
                None
            }
        };
        self.files
            .parameters
            .borrow_mut()
            .insert(path.to_owned(), read.clone());
        read
    }

    /// The other set of files, if it has the same text at a path.
    fn other_with(&self, path: &str, text: &str) -> Option<&Files> {
        let other = self.other.as_deref()?;
        let same = matches!(other.seen.borrow().get(path), Some(Seen::Text(t)) if **t == *text);
        same.then_some(other)
    }
}
