//! The one comment of a pull request: found, created, updated, at a forge (GitHub, GitLab). What it says is made by
//! [`crate::report::comment`].

mod client;
mod github;
mod gitlab;
#[cfg(feature = "comment")]
mod http;
mod marker;
mod place;
mod token;
mod upsert;

pub use client::{Client, Request, Response, Transport};
pub use github::GitHub;
pub use gitlab::GitLab;
#[cfg(feature = "comment")]
pub use http::Https;
pub use marker::{Marker, Order};
pub use place::{Place, Provider, read_place};
pub use token::Token;
pub use upsert::{Clock, Done, Post, Step, SystemClock, next, upsert};

use std::time::Duration;

/// A place where pull requests are discussed.
pub trait Forge {
    /// All comments of the pull request that someone trusted wrote, in any order.
    ///
    /// # Errors
    /// [`ForgeError`].
    fn comments(&self) -> Result<Vec<Comment>, ForgeError>;

    /// Writes a new comment.
    ///
    /// # Errors
    /// [`ForgeError`].
    fn create(&self, body: &str) -> Result<(), ForgeError>;

    /// Replaces a comment's text. One that is gone is no error: the next look says so.
    ///
    /// # Errors
    /// [`ForgeError`].
    fn update(&self, id: u64, body: &str) -> Result<(), ForgeError>;

    /// Removes a comment. One that is gone is no error.
    ///
    /// # Errors
    /// [`ForgeError`].
    fn delete(&self, id: u64) -> Result<(), ForgeError>;

    /// The newest commit of the pull request's branch, if the forge says so.
    ///
    /// # Errors
    /// [`ForgeError`].
    fn newest_commit(&self) -> Result<Option<String>, ForgeError>;
}

/// One comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its number; later ones are higher.
    pub id: u64,
    /// Its text.
    pub body: String,
}

/// Why a forge did not do what it was asked. Never holds a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    /// Later it may: not reached, overloaded, or too many requests.
    #[error("{message}")]
    Later {
        /// What happened.
        message: String,
        /// How long the forge asks to wait.
        wait: Option<Duration>,
    },
    /// What was asked for is not there, or the token may not see it.
    #[error("{0}")]
    Missing(String),
    /// It will not: the text says what would be right.
    #[error("{0}")]
    Never(String),
}
