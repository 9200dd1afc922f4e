//! From any state of the comments to one comment, the newest run's, while other runs do the same.
//!
//! No forge offers "replace if unchanged", so that a run looks, does one thing, waits, and looks again until there is
//! nothing to do. Every step is safe to repeat: an answer that got lost is found by the next look.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::marker::{Marker, Order};
use super::{Comment, Forge, ForgeError};

/// What a run wants to say.
#[derive(Clone, Debug)]
pub struct Post {
    /// Whose comment it is, and of which run.
    pub marker: Marker,
    /// Its text without the marker.
    pub text: String,
    /// The commit of the pull request's branch that it is of: where the branch has gone on, it is not posted.
    pub commit: Option<String>,
    /// Whether it may be the first: a change under the threshold only updates.
    pub may_create: bool,
}

impl Post {
    /// The whole comment.
    pub fn body(&self) -> String {
        format!("{}\n{}", self.marker.print(), self.text)
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// There was none; there is one now.
    Created,
    /// It says something else now.
    Updated,
    /// It said the same already.
    Unchanged,
    /// A newer run's comment stays.
    Newer,
    /// The branch has a newer commit, whose run comments.
    Outdated,
    /// There is none, and the change is too small for one.
    Small,
}

/// The next thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Write a comment with this body.
    Create(String),
    /// Replace a comment's body.
    Update(u64, String),
    /// Remove a comment.
    Delete(u64),
    /// Nothing more.
    Rest(Done),
}

/// What to do next, from all comments of the pull request. The oldest comment of the key is the one that stays: it is
/// only ever updated, and all others are only ever removed, so that no two runs remove each other's.
pub fn next(comments: &[Comment], post: &Post) -> Step {
    let mut own: Vec<(u64, Order, &str, &Comment)> = comments
        .iter()
        .filter_map(|c| Marker::read(&c.body).map(|(marker, text)| (c, marker, text)))
        .filter(|(_, marker, _)| marker.key == post.marker.key)
        .map(|(c, marker, text)| (c.id, marker.order, text, c))
        .collect();
    own.sort_by_key(|(id, ..)| *id);
    let Some((id, order, text, _)) = own.first() else {
        return match post.may_create {
            true => Step::Create(post.body()),
            false => Step::Rest(Done::Small),
        };
    };
    // A duplicate of a newer run: its text moves to the comment that stays.
    let newer = own
        .iter()
        .skip(1)
        .filter(|other| post.marker.order.is_older(other.1));
    let newest = newer.fold(
        None,
        |best: Option<&(u64, Order, &str, &Comment)>, other| match best {
            Some(b) if !b.1.is_older(other.1) => Some(b),
            _ => Some(other),
        },
    );
    if let Some(other) = newest.filter(|other| order.is_older(other.1)) {
        return Step::Update(*id, other.3.body.clone());
    }
    let stale = post.marker.order.is_older(*order);
    if !stale && normal(text) != normal(&post.text) {
        return Step::Update(*id, post.body());
    }
    match own.last() {
        Some((other, ..)) if other != id => Step::Delete(*other),
        _ if stale => Step::Rest(Done::Newer),
        _ => Step::Rest(Done::Unchanged),
    }
}

/// What forges do not change: line ends and white space around the text.
fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// Time, real or of a test.
pub trait Clock {
    /// Seconds since 1970.
    fn now(&self) -> u64;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// The machine's time.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |d| d.as_secs())
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

fn outdated(forge: &dyn Forge, post: &Post) -> Result<bool, ForgeError> {
    let Some(own) = &post.commit else {
        return Ok(false);
    };
    Ok(forge.newest_commit()?.is_some_and(|newest| newest != *own))
}

/// Tries after a failure that may pass.
const TRIES: u32 = 6;
/// Things done in one run: with more, something undoes them.
const STEPS: u32 = 20;
/// How long after a write another run's request may still be under way.
const SETTLE: Duration = Duration::from_secs(2);

/// Brings the pull request to one comment, the newest run's. `most` is the longest time to wait for a forge in all.
///
/// # Errors
/// [`ForgeError::Never`] where it cannot be done; a failure that may pass has been tried again.
pub fn upsert(
    forge: &dyn Forge,
    post: &Post,
    clock: &dyn Clock,
    most: Duration,
) -> Result<Done, ForgeError> {
    let (mut failed, mut waited, mut done) = (0, Duration::ZERO, None);
    for _ in 0..STEPS {
        let result = forge.comments().and_then(|comments| {
            let step = next(&comments, post);
            let writes = matches!(step, Step::Create(_) | Step::Update(..));
            if writes && outdated(forge, post)? {
                return Ok(Step::Rest(Done::Outdated));
            }
            match &step {
                Step::Create(body) => forge.create(body)?,
                Step::Update(id, body) => forge.update(*id, body)?,
                Step::Delete(id) => forge.delete(*id)?,
                Step::Rest(_) => {}
            }
            Ok(step)
        });
        match result {
            Ok(Step::Rest(rest)) => {
                // What this run did itself is not "the same as before".
                return Ok(match rest {
                    Done::Unchanged => done.unwrap_or(rest),
                    other => other,
                });
            }
            Ok(step) => {
                if let Step::Create(_) = step {
                    done = Some(Done::Created);
                } else if !matches!(step, Step::Delete(_)) {
                    done = done.or(Some(Done::Updated));
                }
                failed = 0;
                clock.sleep(SETTLE);
            }
            Err(error @ (ForgeError::Never(_) | ForgeError::Missing(_))) => return Err(error),
            Err(ForgeError::Later { message, wait }) => {
                failed += 1;
                // 1, 2, 4, 8, 16 seconds, unless the forge says more.
                let wait = wait.unwrap_or(Duration::from_secs(1 << (failed - 1).min(5)));
                if failed >= TRIES {
                    return Err(ForgeError::Never(format!(
                        "{message}; given up after {TRIES} tries"
                    )));
                }
                if waited + wait > most {
                    return Err(ForgeError::Never(format!(
                        "{message}; the wait of {} s is longer than what is left of {} s",
                        wait.as_secs(),
                        most.as_secs()
                    )));
                }
                waited += wait;
                clock.sleep(wait);
            }
        }
    }
    Err(ForgeError::Never(format!(
        "the comment is still not alone after {STEPS} steps: something else changes it"
    )))
}
