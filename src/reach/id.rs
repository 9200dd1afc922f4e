//! Which resource a property names.

use std::sync::Arc;

use crate::model::Address;
use crate::model::{Deployment, Kind, Read, Resource, Value, Why};

/// What a property such as `SubnetId` names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// A resource of the stack tree.
    Here(Address),
    /// What AWS made together with a VPC of the stack tree: its default security group or network ACL.
    DefaultOf(Address),
    /// Something outside the stack tree, with the phrase that says so.
    Outside(Arc<str>),
    /// Nobody knows what; it may be any resource of the stack tree. With the reason.
    Any(Arc<str>),
}

impl Id {
    /// What a value names, where a resource of a type is expected.
    ///
    /// A parameter, a Systems Manager value or an import is outside the tree: AWS gives ids when it creates a resource,
    /// so nobody can have written down that of a resource which this tree creates.
    pub fn of(deployment: &Deployment, value: &Value, resource_type: &str) -> Id {
        Id::follow(deployment, value, resource_type, 8)
    }

    /// `steps`: how often an attribute may stand for another property before it counts as going in circles.
    fn follow(deployment: &Deployment, value: &Value, resource_type: &str, steps: u8) -> Id {
        match &value.kind {
            Kind::Reference(reference) => {
                let Some(target) = deployment.get(&reference.address) else {
                    return Id::Any(format!("{reference} does not exist here").into());
                };
                let attribute = reference.attribute.as_deref();
                if &*target.resource_type == resource_type {
                    Id::Here(target.address.clone())
                } else if &*target.resource_type == "AWS::EC2::VPC"
                    && matches!(
                        attribute,
                        Some("DefaultSecurityGroup" | "DefaultNetworkAcl")
                    )
                {
                    Id::DefaultOf(target.address.clone())
                } else if let Some(path) = attribute
                    && let Read::Known(next) = target.read(path)
                    && steps > 0
                {
                    // An attribute that gives back a property, such as VPCGatewayAttachment.InternetGatewayId.
                    Id::follow(deployment, next, resource_type, steps - 1)
                } else {
                    Id::Any(format!("{reference} is known only after deployment").into())
                }
            }
            Kind::Text(text) | Kind::Number(text) => {
                Id::Outside(format!("{text} is not in this stack tree").into())
            }
            Kind::Unknown(unknown) => match unknown.why {
                Why::Parameter
                | Why::SsmParameter
                | Why::DynamicReference
                | Why::Import
                | Why::Pseudo => Id::Outside(Arc::clone(&unknown.reason)),
                Why::Transform | Why::Condition | Why::Invalid | Why::Derived => {
                    Id::Any(Arc::clone(&unknown.reason))
                }
            },
            _ => Id::Any(format!("{} is known only after deployment", value.describe()).into()),
        }
    }

    /// What a property names; `None` if it is not set.
    pub fn at(
        deployment: &Deployment,
        resource: &Resource,
        path: &str,
        resource_type: &str,
    ) -> Option<Id> {
        match resource.read(path) {
            Read::Known(value) => Some(Id::of(deployment, value, resource_type)),
            Read::Absent => None,
            Read::Unknown(reason) => {
                let gap = resource.properties.get(path);
                Some(gap.map_or(Id::Any(reason), |v| Id::of(deployment, v, resource_type)))
            }
        }
    }

    /// The address of a resource of the tree.
    pub fn here(&self) -> Option<&Address> {
        match self {
            Id::Here(address) => Some(address),
            _ => None,
        }
    }

    /// Why it is not a resource of the tree.
    pub fn gap(&self) -> Option<&Arc<str>> {
        match self {
            Id::Outside(reason) | Id::Any(reason) => Some(reason),
            Id::Here(_) | Id::DefaultOf(_) => None,
        }
    }
}

/// A list of resources that a property names.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// Those named, in order.
    pub ids: Vec<Id>,
    /// Why the list itself is not known.
    pub gap: Option<Arc<str>>,
    /// Whether the property is not set at all.
    pub absent: bool,
}

impl Ids {
    /// The list at a path.
    pub fn at(
        deployment: &Deployment,
        resource: &Resource,
        path: &str,
        resource_type: &str,
    ) -> Self {
        match resource.list(path) {
            Read::Known(values) => Ids {
                ids: values
                    .iter()
                    .map(|v| Id::of(deployment, v, resource_type))
                    .collect(),
                ..Ids::default()
            },
            Read::Absent => Ids {
                absent: true,
                ..Ids::default()
            },
            Read::Unknown(reason) => Ids {
                gap: Some(reason),
                ..Ids::default()
            },
        }
    }
}

/// Why a resource may not exist.
pub(super) fn unsure(resource: &Resource) -> Option<Arc<str>> {
    resource.condition.as_ref().and_then(|c| c.unknown.clone())
}
