//! One environment's evaluation: parameters in, conditions decided, nested stacks entered, outputs handed back.

mod cidr;
mod collect;
mod conditions;
mod files;
mod functions;
mod graph;
mod include;
mod json;
mod limits;
mod nested;
mod params;
mod pieces;
mod zones;

pub use files::{Files, Snapshot};
pub use limits::{MAX_EVALUATION_DEPTH, MAX_STACK_DEPTH, MAX_STACKS, MAX_TEXT_BYTES};

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::model::{
    Address, Deployment, Kind, ParameterFile, ParameterSource, Step, Trail, Unknown, Value, Why,
};
use crate::source::{FileTree, SourceMap, Span};
use crate::template::{Expr, Template};
use params::Given;

/// What one environment gives to its root template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// The environment's name.
    pub environment: Arc<str>,
    /// The region deployed to.
    pub region: Arc<str>,
    /// The account, if the configuration names it: `AWS::AccountId`.
    pub account: Option<Arc<str>>,
    /// The root template's path in the file tree.
    pub template: String,
    /// Parameter files' paths in the file tree, later ones win.
    pub parameter_files: Vec<String>,
    /// `--parameter KEY=VALUE`, which wins over the files.
    pub parameters: Vec<(String, String)>,
}

/// Evaluates environments over one set of files; a template is read and parsed once for all of them.
#[derive(Debug)]
pub struct Evaluator<'a> {
    sources: &'a SourceMap,
    tree: &'a FileTree,
    /// What has been read.
    files: Rc<Files>,
    /// Another set of files, whose parsed files are taken where the text is the same.
    other: Option<Rc<Files>>,
    /// Whether to leave out what is done for messages alone.
    quiet: bool,
    /// The environment under way.
    environment: RefCell<Arc<str>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator with nothing read yet.
    pub fn new(sources: &'a SourceMap, tree: &'a FileTree) -> Self {
        Evaluator {
            sources,
            tree,
            files: Rc::default(),
            other: None,
            quiet: false,
            environment: RefCell::new(Arc::from("")),
        }
    }

    /// An evaluator over other files, most of which are like those read before (with the same `sources`).
    pub fn beside(sources: &'a SourceMap, tree: &'a FileTree, other: Rc<Files>) -> Self {
        Evaluator {
            other: Some(other),
            ..Evaluator::new(sources, tree)
        }
    }

    /// What has been read; grows with every evaluation.
    pub fn files(&self) -> Rc<Files> {
        Rc::clone(&self.files)
    }

    /// Evaluates one environment. What is wrong in the files goes to `diagnostics`; `None` only if the root
    /// template could not be read at all. With errors among the diagnostics the answer is incomplete.
    pub fn evaluate(&self, inputs: &Inputs, diagnostics: &mut Diagnostics) -> Option<Deployment> {
        self.environment.replace(Arc::clone(&inputs.environment));
        let template = match self.template(&inputs.template, diagnostics) {
            Ok(template) => template?,
            Err(error) => {
                diagnostics.push(Diagnostic::general("template", format!("template {error}")));
                return None;
            }
        };
        let mut run = Run {
            evaluator: self,
            inputs,
            diagnostics,
            stacks: Vec::new(),
            depth: 0,
            stopped: false,
        };
        let (files, given) = run.given(&template);
        run.add_stack(
            Address::root(),
            None,
            inputs.template.clone(),
            template,
            given,
        );
        Some(run.finish(files))
    }
}

/// One environment under way.
struct Run<'a> {
    evaluator: &'a Evaluator<'a>,
    inputs: &'a Inputs,
    diagnostics: &'a mut Diagnostics,
    stacks: Vec<StackState>,
    depth: usize,
    /// A limit was passed: no further stack is entered.
    stopped: bool,
}

struct StackState {
    address: Address,
    parent: Option<usize>,
    /// The template's path in the file tree.
    path: String,
    template: Arc<Template>,
    parameters: BTreeMap<Arc<str>, Value>,
    conditions: HashMap<Arc<str>, Progress<Verdict>>,
    children: HashMap<Arc<str>, Progress<Option<usize>>>,
    outputs: HashMap<Arc<str>, Progress<Value>>,
    properties: HashMap<Arc<str>, Value>,
}

/// A value that is being worked out must not be asked for again: that is a cycle.
#[derive(Clone)]
enum Progress<T> {
    Started,
    Done(T),
}

/// A condition's value with what decided it; `Err` is the reason why it is not known.
#[derive(Clone)]
struct Verdict {
    value: Result<bool, Arc<str>>,
    trail: Trail,
}

/// What the environment, or a parent stack, gives for a parameter.
enum Supply {
    Text(Given),
    Value(Value),
}

impl Run<'_> {
    /// The environment's own parameters: files, then the command line.
    fn given(&mut self, template: &Template) -> (Vec<ParameterFile>, HashMap<Arc<str>, Supply>) {
        let mut files = Vec::new();
        let mut given = HashMap::new();
        for path in &self.inputs.parameter_files {
            let Some(read) = self.evaluator.parameter_file(path, self.diagnostics) else {
                continue;
            };
            let (file, entries) = &*read;
            files.push(file.clone());
            for (key, span, entry) in entries {
                params::unknown_keys(template, key, Some(*span), self.diagnostics);
                given.insert(Arc::clone(key), Supply::Text(entry.clone()));
            }
        }
        for (key, value) in &self.inputs.parameters {
            let key: Arc<str> = key.as_str().into();
            params::unknown_keys(template, &key, None, self.diagnostics);
            let entry = Given {
                value: value.as_str().into(),
                span: None,
                source: ParameterSource::CommandLine,
                previous: false,
            };
            given.insert(key, Supply::Text(entry));
        }
        (files, given)
    }

    /// Adds a stack with its parameters; the answer is its index.
    fn add_stack(
        &mut self,
        address: Address,
        parent: Option<usize>,
        path: String,
        template: Arc<Template>,
        mut given: HashMap<Arc<str>, Supply>,
    ) -> usize {
        let index = self.stacks.len();
        let mut parameters = BTreeMap::new();
        for (name, declared) in &template.parameters {
            let value = match given.remove(name) {
                Some(Supply::Text(given)) => self.parameter(&address, name, declared, &given),
                Some(Supply::Value(value)) => self.passed(&address, name, declared, value),
                None => match &declared.default {
                    Some((default, span)) => {
                        let given = Given {
                            value: Arc::clone(default),
                            span: Some(*span),
                            source: ParameterSource::Default,
                            previous: false,
                        };
                        self.parameter(&address, name, declared, &given)
                    }
                    None => self.missing(&address, name, declared, parent),
                },
            };
            parameters.insert(Arc::clone(name), value);
        }
        self.stacks.push(StackState {
            address,
            parent,
            path,
            template,
            parameters,
            conditions: HashMap::new(),
            children: HashMap::new(),
            outputs: HashMap::new(),
            properties: HashMap::new(),
        });
        self.unroll(index);
        if !self.evaluator.quiet {
            self.check_account(index);
            self.check_rules(index);
        }
        index
    }

    fn parameter(
        &mut self,
        stack: &Address,
        name: &Arc<str>,
        declared: &crate::template::Parameter,
        given: &Given,
    ) -> Value {
        if declared.no_echo
            && let Some(span) = given.span
        {
            self.evaluator.sources.hide(span);
        }
        let step = Step::Parameter {
            stack: stack.clone(),
            name: Arc::clone(name),
            source: given.source,
            span: given.span,
        };
        self.checked(name, declared, given, step)
    }

    fn checked(
        &mut self,
        name: &Arc<str>,
        declared: &crate::template::Parameter,
        given: &Given,
        step: Step,
    ) -> Value {
        if !self.evaluator.quiet {
            params::check(name, declared, given, self.diagnostics);
        }
        params::value(name, declared, given, step)
    }

    /// A value from the parent stack: checked where it is known text, kept whole where it is a reference.
    fn passed(
        &mut self,
        stack: &Address,
        name: &Arc<str>,
        declared: &crate::template::Parameter,
        value: Value,
    ) -> Value {
        let step = Step::Parameter {
            stack: stack.clone(),
            name: Arc::clone(name),
            source: ParameterSource::Parent,
            span: Some(value.span),
        };
        let list = &*declared.kind == "CommaDelimitedList" || declared.kind.starts_with("List<");
        let text = match &value.kind {
            Kind::Secret(text) => Some(Arc::clone(text)),
            _ => value.as_text(),
        };
        if let Some(text) = text {
            let given = Given {
                value: text,
                span: Some(value.span),
                source: ParameterSource::Parent,
                previous: false,
            };
            let mut checked = self.checked(name, declared, &given, step);
            checked.trail = value.trail.under(&checked.trail);
            return checked;
        }
        if value.as_map().is_some() || (value.as_list().is_some() && !list) {
            self.diagnostics.push(
                Diagnostic::error(
                    "nested-parameter",
                    value.span,
                    format!("parameter {name} of {stack} is given {}", value.describe()),
                )
                .help("a nested stack's parameter is one string; write a list with !Join [',', …]"),
            );
        }
        let trail = value.trail.then(step);
        let kind = match value.kind {
            Kind::Pieces(found) if list => Kind::List(
                pieces::split(&found, ",")
                    .into_iter()
                    .map(|part| Value {
                        kind: pieces::trimmed(part),
                        span: value.span,
                        trail: trail.clone(),
                    })
                    .collect(),
            ),
            Kind::Reference(_) if list => Kind::List(Arc::from([Value {
                trail: trail.clone(),
                ..value
            }])),
            other => other,
        };
        Value {
            kind,
            span: value.span,
            trail,
        }
    }

    fn missing(
        &mut self,
        stack: &Address,
        name: &Arc<str>,
        declared: &crate::template::Parameter,
        parent: Option<usize>,
    ) -> Value {
        let place = if stack.as_str().is_empty() {
            String::new()
        } else {
            format!(" of stack {stack}")
        };
        let message = format!("parameter {name}{place} has no value and no default");
        // Without any file nobody claims to be complete: the value is unknown, and all that needs it says so.
        let diagnostic = if parent.is_none() && self.inputs.parameter_files.is_empty() {
            Diagnostic::warning("missing-parameter", declared.key_span, message).help(format!(
                "give it with --parameter {name}=VALUE; what depends on it is reported as unknown"
            ))
        } else {
            Diagnostic::error("missing-parameter", declared.key_span, message).help(format!(
                "add {name} to the parameter file, or give --parameter {name}=VALUE"
            ))
        };
        self.diagnostics.push(diagnostic);
        let mut value = Value::unknown(
            Why::Parameter,
            format!("parameter {name}{place} has no value"),
            declared.key_span,
        );
        value.trail = Trail::default().then(Step::Parameter {
            stack: stack.clone(),
            name: Arc::clone(name),
            source: ParameterSource::Default,
            span: Some(declared.key_span),
        });
        value
    }

    /// Expands `Fn::ForEach` now that the stack's parameters are known.
    fn unroll(&mut self, index: usize) {
        let template = Arc::clone(&self.stacks[index].template);
        let Some(root) = &template.loops else { return };
        if !template
            .transforms
            .iter()
            .any(|(name, _)| &**name == "AWS::LanguageExtensions")
        {
            return;
        }
        let mut found = Diagnostics::default();
        let source = self.evaluator.sources.file(template.file);
        let expanded =
            crate::template::expand(root, &mut |node| self.collection(index, node), &mut found);
        let document = crate::yaml::Document {
            root: Some(expanded),
            comments: template.comments.clone(),
        };
        let lowered = crate::template::lower(template.file, &source.text, document, &mut found);
        self.diagnostics.extend(found);
        if let Some(mut lowered) = lowered {
            lowered.loops = None;
            self.stacks[index].template = Arc::new(lowered);
        }
    }

    fn collection(&mut self, index: usize, node: &crate::yaml::Node) -> Option<Vec<Arc<str>>> {
        let mut ignored = Diagnostics::default();
        let source = self.evaluator.sources.file(node.span.file);
        let expr = crate::template::lower_expr(&source.text, node, &mut ignored);
        let value = self.eval(index, &expr)?;
        value.as_list()?.iter().map(Value::as_text).collect()
    }

    /// The configured account against a parameter that plainly names one.
    fn check_account(&mut self, index: usize) {
        let (0, Some(account)) = (index, &self.inputs.account) else {
            return;
        };
        for (name, value) in &self.stacks[index].parameters {
            let folded = name.to_ascii_lowercase();
            if !matches!(&*folded, "accountid" | "awsaccountid" | "awsaccount") {
                continue;
            }
            if let Some(given) = value.as_text().filter(|given| given != account) {
                self.diagnostics.push(
                    Diagnostic::error(
                        "wrong-account",
                        value.span,
                        format!(
                            "parameter {name} is {given}, and environment {} is account {account}",
                            self.inputs.environment
                        ),
                    )
                    .help("is this another environment's parameter file?"),
                );
            }
        }
    }

    fn unknown(&self, why: Why, reason: impl Into<Arc<str>>, span: Span) -> Value {
        Value::unknown(why, reason, span)
    }

    fn invalid(span: Span) -> Value {
        Value::new(
            Kind::Unknown(Unknown::new(Why::Invalid, "the expression is wrong")),
            span,
        )
    }

    /// Evaluates an expression, or gives `null` where it is `AWS::NoValue`.
    fn value(&mut self, stack: usize, expr: &Expr) -> Value {
        self.eval(stack, expr)
            .unwrap_or_else(|| Value::new(Kind::Null, expr.span))
    }
}
