//! GitHub: comments of a pull request are those of its issue. Source: GitHub REST API, "Issue comments".

use serde_json::{Value, json};

use super::client::{Client, Transport, gone};
use super::upsert::Clock;
use super::{Comment, Forge, ForgeError, Token};

/// One pull request at GitHub, or at a GitHub Enterprise server.
pub struct GitHub<'a> {
    client: Client<'a>,
    repository: String,
    number: u64,
}

impl<'a> GitHub<'a> {
    /// A pull request by its repository (`owner/name`) and number.
    ///
    /// # Errors
    /// [`ForgeError::Never`]: an address to which a token may not be sent, or no repository.
    pub fn new(
        transport: &'a dyn Transport,
        clock: &'a dyn Clock,
        api: &str,
        token: Token,
        repository: &str,
        number: u64,
    ) -> Result<GitHub<'a>, ForgeError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if repository.split('/').count() != 2 || !repository.chars().all(fits) {
            return Err(ForgeError::Never(format!(
                "'{repository}' is no repository; GITHUB_REPOSITORY is owner/name"
            )));
        }
        let rights = "the token needs pull-requests: write; a workflow of a fork's pull request gets a token that may only read";
        let scheme = ("authorization", "Bearer ");
        let accept = "application/vnd.github+json";
        Ok(GitHub {
            client: Client::new(transport, clock, api, token, scheme, accept, rights)?,
            repository: repository.to_owned(),
            number,
        })
    }

    fn comment(&self, id: u64) -> String {
        format!("/repos/{}/issues/comments/{id}", self.repository)
    }
}

/// Anybody may write a comment with our marker; only who may write to the repository, or an app, is believed.
fn trusted(comment: &Value) -> bool {
    let association = comment["author_association"].as_str().unwrap_or_default();
    comment["user"]["type"] == "Bot" || ["OWNER", "MEMBER", "COLLABORATOR"].contains(&association)
}

impl Forge for GitHub<'_> {
    fn comments(&self) -> Result<Vec<Comment>, ForgeError> {
        let path = format!("/repos/{}/issues/{}/comments", self.repository, self.number);
        let all = self.client.pages(&path, |answer| {
            answer
                .header("link")
                .is_some_and(|l| l.contains("rel=\"next\""))
        })?;
        let read = |comment: &Value| {
            Some(Comment {
                id: comment["id"].as_u64()?,
                body: comment["body"].as_str()?.to_owned(),
            })
        };
        Ok(all.iter().filter(|c| trusted(c)).filter_map(read).collect())
    }

    fn create(&self, body: &str) -> Result<(), ForgeError> {
        let path = format!("/repos/{}/issues/{}/comments", self.repository, self.number);
        self.client
            .send("POST", &path, Some(&json!({ "body": body })))
            .map(|_| ())
    }

    fn update(&self, id: u64, body: &str) -> Result<(), ForgeError> {
        let body = json!({ "body": body });
        gone(self.client.send("PATCH", &self.comment(id), Some(&body)))
    }

    fn delete(&self, id: u64) -> Result<(), ForgeError> {
        gone(self.client.send("DELETE", &self.comment(id), None))
    }

    fn newest_commit(&self) -> Result<Option<String>, ForgeError> {
        let pull = self
            .client
            .get(&format!("/repos/{}/pulls/{}", self.repository, self.number))?;
        Ok(pull["head"]["sha"].as_str().map(str::to_owned))
    }
}
