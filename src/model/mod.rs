//! One environment's whole stack tree, evaluated: what every cost model and every rule reads.

mod address;
mod trail;
mod value;

pub use address::Address;
pub use trail::{ParameterSource, Step, Trail};
pub use value::{Entry, HOLDS_SECRET, Kind, Piece, Read, Reference, Unknown, Value, Why};

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::source::{FileId, Span};

/// One environment's stack tree: nested stacks entered, conditions decided, references resolved across stacks.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The environment's name.
    pub environment: Arc<str>,
    /// The region deployed to, for example `eu-west-2`.
    pub region: Arc<str>,
    /// The account, where the configuration names it.
    pub account: Option<Arc<str>>,
    /// The stacks by address; the root's address is empty.
    pub stacks: BTreeMap<Address, Stack>,
    /// The resources that exist (or may exist), by address. A nested stack is a resource too.
    pub resources: BTreeMap<Address, Resource>,
    /// Resources whose condition is false in this environment.
    pub off: Vec<OffResource>,
    /// Exports by name.
    pub exports: BTreeMap<Arc<str>, Value>,
    /// The parameter files in use.
    pub parameter_files: Vec<ParameterFile>,
}

/// A parameter file as it was written.
#[derive(Clone, Debug)]
pub struct ParameterFile {
    /// The file.
    pub file: FileId,
    /// Its content.
    pub span: Span,
    /// Its form.
    pub form: ParameterFileForm,
    /// Values that are no JSON strings; the AWS CLI refuses them.
    pub not_text: Vec<(Arc<str>, Span)>,
}

/// The four forms in use. The AWS CLI version 2 takes the first three with `deploy --parameter-overrides`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterFileForm {
    /// `{"Parameters": {…}}`.
    CodePipeline,
    /// `[{"ParameterKey": …, "ParameterValue": …}]`.
    CloudFormation,
    /// `["Key=Value"]`.
    KeyEqualsValue,
    /// `{"Key": "Value"}`, which the AWS CLI refuses.
    PlainObject,
}

/// One stack of the tree.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its address.
    pub address: Address,
    /// The template's file.
    pub file: FileId,
    /// Every parameter with the value in use.
    pub parameters: BTreeMap<Arc<str>, Value>,
    /// Every condition; `None` where it is not known.
    pub conditions: BTreeMap<Arc<str>, Option<bool>>,
    /// Every output.
    pub outputs: BTreeMap<Arc<str>, Value>,
    /// Names in the template's `Transform` section, and where they stand.
    pub transforms: Vec<(Arc<str>, Span)>,
    /// The evaluated `Hooks` section, if there is one.
    pub hooks: Option<Value>,
    /// The template itself, for rules that judge how something is written.
    pub template: Arc<crate::template::Template>,
}

/// One resource that exists in the environment.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its address.
    pub address: Address,
    /// Its type, for example `AWS::ECS::Service`.
    pub resource_type: Arc<str>,
    /// The whole entry in the template, key included.
    pub span: Span,
    /// The logical id in the template.
    pub key_span: Span,
    /// The evaluated `Properties`: a mapping, or a gap.
    pub properties: Value,
    /// The condition on it that is true, or that is not known.
    pub condition: Option<ResourceCondition>,
    /// Addresses that it names in `DependsOn`.
    pub depends_on: Vec<Address>,
    /// `DeletionPolicy`, if set.
    pub deletion_policy: Option<Value>,
    /// `UpdateReplacePolicy`, if set.
    pub update_replace_policy: Option<Value>,
    /// `Metadata`, if set.
    pub metadata: Option<Value>,
}

/// The `Condition` of a resource.
#[derive(Clone, Debug)]
pub struct ResourceCondition {
    /// Its name.
    pub name: Arc<str>,
    /// Why it is not known; `None` if it is true.
    pub unknown: Option<Arc<str>>,
}

/// A resource that does not exist in this environment.
#[derive(Clone, Debug)]
pub struct OffResource {
    /// Its address.
    pub address: Address,
    /// Its type.
    pub resource_type: Arc<str>,
    /// The condition that is false.
    pub condition: Arc<str>,
    /// Its logical id in the template.
    pub key_span: Span,
}

impl Deployment {
    /// The resource of an address.
    pub fn get(&self, address: &Address) -> Option<&Resource> {
        self.resources.get(address)
    }

    /// All resources of a type, by address.
    pub fn of_type<'a>(&'a self, resource_type: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .values()
            .filter(move |r| &*r.resource_type == resource_type)
    }

    /// The resource that a value refers to, whichever attribute it takes.
    pub fn target(&self, value: &Value) -> Option<&Resource> {
        self.get(&value.as_reference()?.address)
    }

    /// The resource of a type that a value means: by reference, or by a known name that equals the
    /// resource's own name property.
    pub fn find(
        &self,
        value: &Value,
        resource_type: &str,
        name_property: &str,
    ) -> Option<&Resource> {
        if let Some(target) = self.target(value) {
            return (&*target.resource_type == resource_type).then_some(target);
        }
        let name = value.as_text()?;
        self.resources
            .values()
            .filter(|r| &*r.resource_type == resource_type)
            .find(|r| r.text(name_property).known().as_ref() == Some(&name))
    }

    /// The address that a property of a resource refers to.
    pub fn find_by_property<'a>(
        &self,
        resource: &'a Resource,
        property: &str,
    ) -> Option<&'a Address> {
        match resource.read(property) {
            Read::Known(value) => value.as_reference().map(|r| &r.address),
            Read::Absent | Read::Unknown(_) => None,
        }
    }

    /// Whether a reference is to a resource that a false condition removed.
    pub fn is_off(&self, address: &Address) -> bool {
        self.off.iter().any(|o| o.address == *address)
    }
}

impl Resource {
    /// The value at a dotted path below `Properties`.
    pub fn read(&self, path: &str) -> Read<&Value> {
        self.properties.read(path)
    }

    /// A string property.
    pub fn text(&self, path: &str) -> Read<Arc<str>> {
        self.properties.read_text(path)
    }

    /// A number property.
    pub fn number(&self, path: &str) -> Read<Decimal> {
        self.properties.read_number(path)
    }

    /// A boolean property.
    pub fn flag(&self, path: &str) -> Read<bool> {
        self.properties.read_bool(path)
    }

    /// A list property; a single value stands for a list of one.
    pub fn list(&self, path: &str) -> Read<&[Value]> {
        self.properties.read_list(path)
    }

    /// Where a property is written, else the nearest mapping or the logical id: the place a finding points at.
    pub fn place(&self, path: &str) -> Span {
        let mut at = &self.properties;
        let mut place = self.key_span;
        for key in path.split('.') {
            let item = || key.parse::<usize>().ok().and_then(|i| at.as_list()?.get(i));
            match at.get(key).or_else(item) {
                Some(next) => {
                    at = next;
                    place = next.span;
                }
                None => break,
            }
        }
        place
    }
}
