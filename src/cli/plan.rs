//! Arguments and configuration to what is really done: the rest of the program asks nothing else.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::Date;
use time::macros::format_description;

use super::args::InputArgs;
use crate::config::{self, CommentSettings, Config};
use crate::diag::suggest;
use crate::gate::{Budget, Settings};
use crate::policy::Policy;
use crate::pricing::{Currency, PriceBook, has_price_files};
use crate::resolve::Inputs;
use crate::source::{FileTree, normalize};

/// What a run works on.
#[derive(Debug)]
pub struct Plan {
    /// The files that templates may refer to.
    pub tree: FileTree,
    /// The environments, with the usage file of each.
    pub environments: Vec<(Inputs, Option<String>)>,
    /// The currency to print.
    pub currency: Currency,
    /// The prices.
    pub book: PriceBook,
    /// Whether free allowances count.
    pub free_tier: bool,
    /// Today, for the age of prices.
    pub today: Date,
    /// What the team decides about the rules.
    pub policy: Policy,
    /// What may be spent.
    pub budgets: Vec<Budget>,
    /// What else the gate says no to.
    pub gate: Settings,
    /// How the pull request is commented on.
    pub comment: CommentSettings,
    /// The configured currency, which amounts of the configuration and of the call are in.
    pub configured: Currency,
    /// The call that it was made from.
    pub input: InputArgs,
    /// The configuration's path in the tree, if it lies there.
    pub config: Option<String>,
    /// Whether all environments of the configuration are in this run.
    pub complete: bool,
    /// Warnings about the call itself.
    pub notes: Vec<String>,
}

/// The call is wrong; the text says what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CallError(pub String);

const DEFAULT_REGION: &str = "eu-west-2";

impl Plan {
    /// Works out what to do.
    ///
    /// # Errors
    /// [`CallError`]: an environment, file, rate or parameter of the call that is wrong.
    pub fn new(args: &InputArgs) -> Result<Plan, CallError> {
        let here = std::env::current_dir()
            .map_err(|e| CallError(format!("the current folder cannot be read: {e}")))?;
        let config = load_config(args, &here)?;
        let mut notes = Vec::new();
        let root = root(args, config.as_ref(), &here);
        let path = |path: &Path| in_tree(&root, &here, path);
        let selected = selected(args, config.as_ref())?;
        let environments =
            environments(args, config.as_ref(), selected, (&root, &here), &mut notes)?;
        let complete = config
            .as_ref()
            .is_none_or(|c| c.environments.len() == environments.len());
        let mut policy = config
            .as_ref()
            .map(|c| c.policy.clone())
            .unwrap_or_default();
        if let (Some(baseline), Some(config)) = (&policy.baseline, &config) {
            policy.baseline = Some(path(&config.folder.join(baseline))?);
        }
        if let Some(config) = &config {
            let files = policy
                .guard
                .iter()
                .map(|file| path(&config.folder.join(file)));
            policy.guard = files.collect::<Result<_, _>>()?;
        }
        let config_path = config.as_ref().and_then(|c| {
            let file = args.config.clone();
            let file = file.map_or(c.folder.join(config::FILE_NAME), |f| here.join(f));
            path(&file).ok().filter(|p| !Path::new(p).is_absolute())
        });
        Ok(Plan {
            policy,
            budgets: config
                .as_ref()
                .map(|c| c.budgets.clone())
                .unwrap_or_default(),
            gate: config.as_ref().map(|c| c.gate).unwrap_or_default(),
            comment: config
                .as_ref()
                .map(|c| c.comment.clone())
                .unwrap_or_default(),
            configured: config
                .as_ref()
                .map_or(Currency::usd(), |c| c.currency.clone()),
            input: args.clone(),
            config: config_path,
            complete,
            tree: FileTree::Folder(root),
            environments,
            currency: currency(args, config.as_ref())?,
            book: match book_folder(args, config.as_ref()) {
                Some(folder) => {
                    PriceBook::with_folder(&folder).map_err(|e| CallError(e.to_string()))?
                }
                None => PriceBook::embedded(),
            },
            free_tier: args.free_tier,
            today: today(args.today.as_deref())?,
            notes,
        })
    }

    /// The same question to other files: the base of a difference. The environments of its own configuration count where it
    /// has one, with this run's policy, currency, prices and day. Environments whose root template is not there are left out.
    ///
    /// # Errors
    /// [`CallError`]: the configuration there is wrong.
    pub fn over(&self, tree: FileTree) -> Result<Plan, CallError> {
        let args = &self.input;
        let text = self
            .config
            .as_deref()
            .filter(|path| tree.contains(path))
            .map(|path| (path, tree.read(path)));
        let mut environments = match text {
            Some((path, text)) => {
                let wrong = |e: String| CallError(format!("the base's configuration: {e}"));
                let text = text.map_err(|e| wrong(e.to_string()))?;
                let FileTree::Folder(root) = &self.tree else {
                    return Err(wrong("it lies in no folder".to_owned()));
                };
                let folder = root.join(path).parent().map(Path::to_path_buf);
                let config = config::parse(path, &text, folder.unwrap_or_default())
                    .map_err(|e| wrong(e.to_string()))?;
                let all = config.environments.iter();
                let selected = all
                    .filter(|(name, _)| {
                        args.environments.is_empty() || args.environments.contains(name)
                    })
                    .map(|(name, e)| (name.clone(), Some(e.clone())))
                    .collect();
                let here = std::env::current_dir().unwrap_or_else(|_| root.clone());
                environments(
                    args,
                    Some(&config),
                    selected,
                    (root, &here),
                    &mut Vec::new(),
                )?
            }
            None => self.environments.clone(),
        };
        environments.retain(|(inputs, _)| tree.contains(&inputs.template));
        Ok(Plan {
            tree,
            environments,
            currency: self.currency.clone(),
            book: self.book.clone(),
            free_tier: self.free_tier,
            today: self.today,
            policy: self.policy.clone(),
            budgets: self.budgets.clone(),
            gate: self.gate,
            comment: self.comment.clone(),
            configured: self.configured.clone(),
            input: args.clone(),
            config: self.config.clone(),
            complete: self.complete,
            notes: Vec::new(),
        })
    }
}

/// What each environment is evaluated with. `places` are the root and the current folder.
fn environments(
    args: &InputArgs,
    config: Option<&Config>,
    selected: Vec<(String, Option<config::Environment>)>,
    (root, here): (&Path, &Path),
    notes: &mut Vec<String>,
) -> Result<Vec<(Inputs, Option<String>)>, CallError> {
    let path = |path: &Path| in_tree(root, here, path);
    let mut environments = Vec::new();
    for (name, environment) in selected {
        let from_config =
            |text: &str| path(&config.map_or(here, |c| c.folder.as_path()).join(text));
        let template = match (&args.template, &environment) {
            (Some(template), _) => path(template)?,
            (None, Some(environment)) => from_config(&environment.template)?,
            (None, None) => return Err(nothing_to_do()),
        };
        let parameter_files = match &environment {
            Some(environment) if args.parameters.is_empty() => environment
                .parameters
                .iter()
                .map(|p| from_config(p))
                .collect::<Result<_, _>>()?,
            _ => args
                .parameters
                .iter()
                .map(|p| path(p))
                .collect::<Result<_, _>>()?,
        };
        let usage = match (
            &args.usage,
            environment.as_ref().and_then(|e| e.usage.as_ref()),
        ) {
            (Some(usage), _) => Some(path(usage)?),
            (None, Some(usage)) => Some(from_config(usage)?),
            (None, None) => None,
        };
        let region = args
            .region
            .clone()
            .or_else(|| environment.as_ref().and_then(|e| e.region.clone()));
        let region = region.unwrap_or_else(|| region_of_machine(notes));
        let inputs = Inputs {
            environment: Arc::from(name),
            region: region.into(),
            account: environment
                .as_ref()
                .and_then(|e| e.account.as_deref())
                .map(Arc::from),
            template,
            parameter_files,
            parameters: parameters(&args.parameter)?,
        };
        environments.push((inputs, usage));
    }
    Ok(environments)
}

/// The folder of prices that the call or the configuration names. One that the configuration names and that is not there
/// yet is made by the first refresh; till then the embedded prices count.
fn book_folder(args: &InputArgs, config: Option<&Config>) -> Option<PathBuf> {
    args.price_book.clone().or_else(|| {
        let config = config?;
        let folder = config.folder.join(config.price_book.as_ref()?);
        has_price_files(&folder).then_some(folder)
    })
}

/// The folder of prices that the configuration here names, whether it is there or not.
pub(super) fn configured_book() -> Result<Option<PathBuf>, CallError> {
    let here = std::env::current_dir()
        .map_err(|e| CallError(format!("the current folder cannot be read: {e}")))?;
    let config = load_config(&InputArgs::default(), &here)?;
    Ok(config.and_then(|c| Some(c.folder.join(c.price_book?))))
}

fn nothing_to_do() -> CallError {
    CallError(format!(
        "there is no {} here or above it up to the repository's top; give --template FILE",
        config::FILE_NAME
    ))
}

fn load_config(args: &InputArgs, here: &Path) -> Result<Option<Config>, CallError> {
    let file = match &args.config {
        Some(file) => Some(file.clone()),
        // A template by itself is somebody's own question; the environments are asked for with --env.
        None if args.template.is_some() && args.environments.is_empty() => None,
        None => config::discover(here),
    };
    let Some(file) = file else { return Ok(None) };
    let mut config = config::load(&file).map_err(|e| CallError(e.to_string()))?;
    config.folder = here.join(&config.folder);
    Ok(Some(config))
}

fn selected(
    args: &InputArgs,
    config: Option<&Config>,
) -> Result<Vec<(String, Option<config::Environment>)>, CallError> {
    let Some(config) = config else {
        return match args.environments.as_slice() {
            [] if args.template.is_none() => Err(nothing_to_do()),
            [] => Ok(vec![("default".to_owned(), None)]),
            names if args.template.is_some() => {
                Ok(names.iter().map(|n| (n.clone(), None)).collect())
            }
            _ => Err(nothing_to_do()),
        };
    };
    if args.environments.is_empty() {
        return Ok(config
            .environments
            .iter()
            .map(|(n, e)| (n.clone(), Some(e.clone())))
            .collect());
    }
    let mut found: Vec<(String, Option<config::Environment>)> = Vec::new();
    for name in &args.environments {
        let Some(environment) = config.environments.get(name) else {
            let known: Vec<&str> = config.environments.keys().map(String::as_str).collect();
            let nearest = suggest(name, known.iter().copied())
                .map(|n| format!("did you mean {n}? "))
                .unwrap_or_default();
            return Err(CallError(format!(
                "there is no environment '{name}'; {nearest}There are {}",
                known.join(", ")
            )));
        };
        if !found.iter().any(|(n, _)| n == name) {
            found.push((name.clone(), Some(environment.clone())));
        }
    }
    Ok(found)
}

/// The folder that templates may not leave: the repository's top, else the folder of the configuration or template.
fn root(args: &InputArgs, config: Option<&Config>, here: &Path) -> PathBuf {
    let start = match (&args.template, config) {
        (Some(template), _) => {
            let full = here.join(template);
            full.parent().map(Path::to_path_buf).unwrap_or_default()
        }
        (None, Some(config)) => config.folder.clone(),
        (None, None) => here.to_path_buf(),
    };
    let start = start.canonicalize().unwrap_or(start);
    let repository = start
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    match repository {
        Some(folder) => folder.to_path_buf(),
        None if start.starts_with(here) => here.to_path_buf(),
        None => start,
    }
}

/// A path of the call or configuration as a path in the tree.
fn in_tree(root: &Path, here: &Path, path: &Path) -> Result<String, CallError> {
    let full = here.join(path);
    // The folder is resolved, the file's name is kept: it may not exist, and the message names it as given.
    let folder = full
        .parent()
        .map(|f| f.canonicalize().unwrap_or(f.to_path_buf()))
        .unwrap_or_default();
    let full = folder.join(full.file_name().unwrap_or_default());
    match full.strip_prefix(root).ok().and_then(normalize) {
        Some(inside) => Ok(inside),
        None if full.file_name().is_none() => Err(CallError(format!(
            "{} is a folder, not a file",
            path.display()
        ))),
        // Parameter and usage files may lie anywhere: they are named by the user, not by a template.
        None => Ok(full.display().to_string()),
    }
}

fn region_of_machine(notes: &mut Vec<String>) -> String {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Ok(region) = std::env::var(name)
            && !region.is_empty()
        {
            return region;
        }
    }
    let note = format!(
        "no region is given: prices are those of {DEFAULT_REGION}; say --region to change that"
    );
    if !notes.contains(&note) {
        notes.push(note);
    }
    DEFAULT_REGION.to_owned()
}

fn parameters(given: &[String]) -> Result<Vec<(String, String)>, CallError> {
    given
        .iter()
        .map(|text| match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(CallError(format!("--parameter '{text}' is no KEY=VALUE"))),
        })
        .collect()
}

fn currency(args: &InputArgs, config: Option<&Config>) -> Result<Currency, CallError> {
    let given = args
        .fx
        .as_deref()
        .map(Currency::parse)
        .transpose()
        .map_err(|e| CallError(format!("--fx {e}")))?;
    let code = match (&args.currency, &given, config) {
        (Some(code), ..) => code.to_ascii_uppercase(),
        (None, Some(given), _) => given.code.clone(),
        (None, None, Some(config)) => return Ok(config.currency.clone()),
        (None, None, None) => return Ok(Currency::usd()),
    };
    if code == "USD" {
        return Ok(Currency::usd());
    }
    if let Some(given) = given.filter(|g| g.code == code) {
        return Ok(given);
    }
    config.and_then(|c| c.fx.get(&code).cloned()).ok_or_else(|| {
        CallError(format!("there is no rate for {code}; give --fx {code}=USD_PER_UNIT@YYYY-MM-DD, or add it to fx in {}", config::FILE_NAME))
    })
}

fn today(given: Option<&str>) -> Result<Date, CallError> {
    match given {
        Some(text) => Date::parse(text, format_description!("[year]-[month]-[day]"))
            .map_err(|_| CallError(format!("--today '{text}' is no YYYY-MM-DD"))),
        None => Ok(time::OffsetDateTime::now_utc().date()),
    }
}
