//! GitLab: notes of a merge request. Source: GitLab API, "Notes" and "Merge requests".

use std::cell::OnceCell;

use serde_json::{Value, json};

use super::client::{Client, Transport, gone};
use super::upsert::Clock;
use super::{Comment, Forge, ForgeError, Token};

/// One merge request.
pub struct GitLab<'a> {
    client: Client<'a>,
    project: String,
    number: u64,
    own: OnceCell<u64>,
}

impl<'a> GitLab<'a> {
    /// A merge request by its project's number (or `group/name`) and its own number in it.
    ///
    /// # Errors
    /// [`ForgeError::Never`]: an address to which a token may not be sent, or no project.
    pub fn new(
        transport: &'a dyn Transport,
        clock: &'a dyn Clock,
        api: &str,
        token: Token,
        project: &str,
        number: u64,
    ) -> Result<GitLab<'a>, ForgeError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if project.is_empty() || !project.chars().all(fits) {
            return Err(ForgeError::Never(format!(
                "'{project}' is no project; CI_PROJECT_ID is a number"
            )));
        }
        let rights = "the token needs the scope api and the role Reporter or above; CI_JOB_TOKEN may not write notes";
        let scheme = ("private-token", "");
        Ok(GitLab {
            client: Client::new(
                transport,
                clock,
                api,
                token,
                scheme,
                "application/json",
                rights,
            )?,
            project: project.replace('/', "%2F"),
            number,
            own: OnceCell::new(),
        })
    }

    fn request(&self) -> String {
        format!("/projects/{}/merge_requests/{}", self.project, self.number)
    }

    /// Who the token belongs to.
    fn own(&self) -> Result<u64, ForgeError> {
        if let Some(id) = self.own.get() {
            return Ok(*id);
        }
        let user = self.client.get("/user")?;
        let id = user["id"].as_u64();
        let id = id.ok_or_else(|| ForgeError::Never("GET /user names nobody".to_owned()))?;
        Ok(*self.own.get_or_init(|| id))
    }
}

impl Forge for GitLab<'_> {
    fn comments(&self) -> Result<Vec<Comment>, ForgeError> {
        // Anybody may write a note with our marker; only our own are believed.
        let own = self.own()?;
        let path = format!("{}/notes", self.request());
        let all = self.client.pages(&path, |answer| {
            answer
                .header("x-next-page")
                .is_some_and(|p| !p.trim().is_empty())
        })?;
        let read = |note: &Value| {
            Some(Comment {
                id: note["id"].as_u64()?,
                body: note["body"].as_str()?.to_owned(),
            })
        };
        let ours = all
            .iter()
            .filter(|n| n["author"]["id"].as_u64() == Some(own));
        Ok(ours.filter_map(read).collect())
    }

    fn create(&self, body: &str) -> Result<(), ForgeError> {
        let path = format!("{}/notes", self.request());
        self.client
            .send("POST", &path, Some(&json!({ "body": body })))
            .map(|_| ())
    }

    fn update(&self, id: u64, body: &str) -> Result<(), ForgeError> {
        let path = format!("{}/notes/{id}", self.request());
        gone(
            self.client
                .send("PUT", &path, Some(&json!({ "body": body }))),
        )
    }

    fn delete(&self, id: u64) -> Result<(), ForgeError> {
        let path = format!("{}/notes/{id}", self.request());
        gone(self.client.send("DELETE", &path, None))
    }

    fn newest_commit(&self) -> Result<Option<String>, ForgeError> {
        let request = self.client.get(&self.request())?;
        Ok(request["sha"].as_str().map(str::to_owned))
    }
}
