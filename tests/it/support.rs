//! What the tests share.

use std::collections::BTreeMap;
use std::sync::Arc;

use isms_cost::diag::Diagnostics;
use isms_cost::model::Deployment;
use isms_cost::resolve::{Evaluator, Inputs};
use isms_cost::source::{FileTree, SourceMap};

/// A deployment of files in memory, with everything that was said about them.
pub(crate) struct Evaluated {
    pub deployment: Option<Deployment>,
    pub sources: SourceMap,
    pub diagnostics: Diagnostics,
}

impl Evaluated {
    /// `code: message` of each diagnostic.
    pub(crate) fn said(&self) -> Vec<String> {
        self.diagnostics
            .iter()
            .map(|d| format!("{}: {}", d.code, d.message))
            .collect()
    }

    pub(crate) fn deployment(&self) -> &Deployment {
        self.deployment.as_ref().expect("a deployment")
    }
}

/// Evaluates `main.yaml` of the given files in eu-west-2, account 111122223333.
pub(crate) fn evaluate(files: &[(&str, &str)], parameters: &[(&str, &str)]) -> Evaluated {
    evaluate_in(files, parameters, "eu-west-2")
}

pub(crate) fn evaluate_in(
    files: &[(&str, &str)],
    parameters: &[(&str, &str)],
    region: &str,
) -> Evaluated {
    let files: BTreeMap<String, Vec<u8>> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect();
    let parameter_files = files
        .keys()
        .filter(|p| p.ends_with("params.json"))
        .cloned()
        .collect();
    let tree = FileTree::Memory(files);
    let sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let inputs = Inputs {
        environment: "test".into(),
        region: Arc::from(region),
        account: Some("111122223333".into()),
        template: "main.yaml".to_owned(),
        parameter_files,
        parameters: parameters
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    };
    let deployment = Evaluator::new(&sources, &tree).evaluate(&inputs, &mut diagnostics);
    Evaluated {
        deployment,
        sources,
        diagnostics,
    }
}
