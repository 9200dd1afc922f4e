//! The one name of a resource everywhere.

use std::fmt;
use std::sync::Arc;

/// Logical ids from the root stack joined by `/`, for example `Database/AuroraCluster`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<str>);

impl Address {
    /// The address of the root stack itself: empty.
    pub fn root() -> Self {
        Address(Arc::from(""))
    }

    /// The address of `logical_id` in this stack.
    #[must_use]
    pub fn join(&self, logical_id: &str) -> Self {
        if self.0.is_empty() {
            Address(Arc::from(logical_id))
        } else {
            Address(format!("{}/{logical_id}", self.0).into())
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn logical_id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The stack that holds the resource; the root's is the root.
    #[must_use]
    pub fn stack(&self) -> Address {
        match self.0.rsplit_once('/') {
            Some((stack, _)) => Address(stack.into()),
            None => Address::root(),
        }
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Address(text.into())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
