//! What decided a value: the chain that `explain` prints and that `diff` attributes amounts to.

use std::sync::Arc;

use super::Address;
use crate::source::Span;

/// The steps that led to a value, nearest first. Cheap to clone and to extend.
#[derive(Clone, Debug, Default)]
pub struct Trail(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    step: Step,
    before: Trail,
}

/// One decision on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A parameter of a stack.
    Parameter {
        /// The stack; the root's address is empty.
        stack: Address,
        /// The parameter.
        name: Arc<str>,
        /// Where its value came from.
        source: ParameterSource,
        /// Where the value stands: the parameter file, the default, or the parent's property.
        span: Option<Span>,
    },
    /// `Fn::FindInMap`.
    Mapping {
        /// The mapping.
        map: Arc<str>,
        /// First key.
        top: Arc<str>,
        /// Second key.
        second: Arc<str>,
        /// Where the value stands in the mapping.
        span: Span,
    },
    /// A branch of `Fn::If`.
    Condition {
        /// The condition.
        name: Arc<str>,
        /// Its value.
        value: bool,
        /// Where the condition is defined.
        span: Span,
    },
    /// `Fn::GetAtt` of a nested stack's output.
    Output {
        /// The nested stack.
        stack: Address,
        /// The output.
        name: Arc<str>,
        /// Where the output's value stands.
        span: Span,
    },
    /// `Fn::ImportValue`.
    Import {
        /// The export.
        name: Arc<str>,
    },
    /// A pseudo parameter such as `AWS::Region`.
    Pseudo {
        /// The pseudo parameter.
        name: Arc<str>,
    },
}

/// Where a parameter's value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterSource {
    /// The template's own default.
    Default,
    /// The environment's parameter file.
    File,
    /// `--parameter` on the command line.
    CommandLine,
    /// The parent stack's `Parameters` property.
    Parent,
}

impl Trail {
    /// This trail with a nearer step before it.
    #[must_use]
    pub fn then(&self, step: Step) -> Trail {
        Trail(Some(Arc::new(Link {
            step,
            before: self.clone(),
        })))
    }

    /// The steps of `other` nearer than this trail's.
    #[must_use]
    pub fn under(&self, other: &Trail) -> Trail {
        let steps: Vec<Step> = other.steps().cloned().collect();
        steps
            .into_iter()
            .rev()
            .fold(self.clone(), |trail, step| trail.then(step))
    }

    /// The steps, nearest first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        let mut at = self.0.as_deref();
        std::iter::from_fn(move || {
            let link = at?;
            at = link.before.0.as_deref();
            Some(&link.step)
        })
    }

    /// Whether nothing but the template's own text decided the value.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}
