//! One commit of a git repository through one `git cat-file --batch` process, without touching the work tree.
//!
//! The protocol is that of git-cat-file(1), "Batch output": a line `<object> <type> <size>`, the content, a newline.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::MAX_FILE_BYTES;

/// So many bytes fit into a pipe without anybody reading at the other end (pipe(7): 65,536 on Linux, at least 4,096).
const MAX_ASKED: usize = 4_000;

/// One commit of a repository. Clones share the process.
#[derive(Clone, Debug)]
pub struct GitTree {
    repository: PathBuf,
    revision: String,
    batch: Arc<Mutex<Batch>>,
}

/// What stands at a path of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// Nothing.
    Missing,
    /// A file.
    Blob(Arc<[u8]>),
    /// A file over the limit, with its size.
    TooLarge(u64),
    /// A folder with the names in it.
    Tree(Vec<String>),
}

impl GitTree {
    /// Starts to read; the revision, anything `git rev-parse` accepts, is looked up meanwhile.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn start(repository: &Path, revision: &str) -> io::Result<GitTree> {
        let mut child = Command::new("git")
            .arg("-C")
            .arg(repository)
            .args(["cat-file", "--batch", "--follow-symlinks"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("git has no pipes"));
        };
        let mut batch = Batch {
            child,
            input: Some(input),
            output: BufReader::new(output),
            commit: None,
            known: HashMap::new(),
        };
        // A revision of two lines is none; git is asked for what cannot exist.
        let first = if revision.contains('\n') {
            ""
        } else {
            revision
        };
        // A process that ended at once (no repository) is found out when its answer is read.
        let _ = batch.ask(&format!("{first}^{{commit}}"));
        Ok(GitTree {
            repository: repository.to_owned(),
            revision: revision.to_owned(),
            batch: Arc::new(Mutex::new(batch)),
        })
    }

    /// The commit's name, or none if the revision is no commit.
    pub fn commit(&self) -> Option<String> {
        self.lock().commit()
    }

    /// The revision as it was given.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The repository's folder.
    pub fn repository(&self) -> &Path {
        &self.repository
    }

    /// Asks for many paths at once: one wait instead of one a path. What cannot be read is asked for again, and said,
    /// when it is needed.
    pub fn prefetch(&self, paths: impl IntoIterator<Item = String>) {
        self.lock().prefetch(paths);
    }

    /// Lets the process end. What was read stays; anything else cannot be read any more.
    pub fn finish(&self) {
        self.lock().input = None;
    }

    /// What stands at a path, each path asked for once.
    pub(super) fn object(&self, path: &str) -> io::Result<Object> {
        self.lock().object(path)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Batch> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Batch {
    child: Child,
    /// `None` once the process is told to end.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Looked up at the first question.
    commit: Option<Option<String>>,
    known: HashMap<String, Object>,
}

impl Batch {
    fn ask(&mut self, object: &str) -> io::Result<()> {
        match &mut self.input {
            Some(input) => {
                input.write_all(format!("{object}\n").as_bytes())?;
                input.flush()
            }
            None => Err(io::Error::other("git has ended")),
        }
    }

    fn commit(&mut self) -> Option<String> {
        if let Some(known) = &self.commit {
            return known.clone();
        }
        let answer = self.answer(0).ok().flatten().map(|(name, _)| name);
        self.commit = Some(answer.clone());
        answer
    }

    fn prefetch(&mut self, paths: impl IntoIterator<Item = String>) {
        let Some(commit) = self.commit() else { return };
        let mut asked = Vec::new();
        let mut bytes = 0;
        for path in paths {
            bytes += commit.len() + path.len() + 2;
            let skip =
                path.contains('\n') || path.starts_with('/') || self.known.contains_key(&path);
            if skip || bytes > MAX_ASKED || self.ask(&format!("{commit}:{path}")).is_err() {
                continue;
            }
            asked.push(path);
        }
        for path in asked {
            let Ok(answer) = self.answer(commit.len() / 2) else {
                return;
            };
            let object = answer.map_or(Object::Missing, |(_, object)| object);
            self.known.insert(path, object);
        }
    }

    fn object(&mut self, path: &str) -> io::Result<Object> {
        if let Some(known) = self.known.get(path) {
            return Ok(known.clone());
        }
        let Some(commit) = self.commit() else {
            return Ok(Object::Missing);
        };
        let found = if path.contains('\n') {
            Object::Missing
        } else {
            self.ask(&format!("{commit}:{path}"))?;
            self.answer(commit.len() / 2)?
                .map_or(Object::Missing, |(_, object)| object)
        };
        self.known.insert(path.to_owned(), found.clone());
        Ok(found)
    }

    /// The next answer: the object's name and content; `None` where there is none. `hash` is the length of an
    /// object's name in a folder, in bytes.
    fn answer(&mut self, hash: usize) -> io::Result<Option<(String, Object)>> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(io::Error::other("git gave no answer"));
        }
        let line = line.trim_end_matches('\n');
        if line.ends_with(" missing") || line.ends_with(" ambiguous") {
            return Ok(None);
        }
        let words: Vec<&str> = line.split(' ').collect();
        let size = words.last().and_then(|w| w.parse::<u64>().ok());
        let Some(size) = size else {
            return Err(io::Error::other(format!("git said '{line}'")));
        };
        let kind = (words.len() == 3).then(|| words[1]);
        if kind == Some("blob") && size > MAX_FILE_BYTES {
            io::copy(&mut (&mut self.output).take(size + 1), &mut io::sink())?;
            return Ok(Some((words[0].to_owned(), Object::TooLarge(size))));
        }
        let mut content = Vec::new();
        (&mut self.output)
            .take(size + 1)
            .read_to_end(&mut content)?;
        content.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        let object = match kind {
            Some("blob") => Object::Blob(content.into()),
            Some("tree") => Object::Tree(names(&content, hash)),
            Some(_) => Object::Missing,
            // A link that leaves the commit, or leads nowhere: `symlink 12`, `dangling 9`, and so on.
            None => return Ok(None),
        };
        Ok(Some((words[0].to_owned(), object)))
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

/// The names in a tree object: `<mode> <name>\0` and the object's name in bytes, repeated.
fn names(content: &[u8], hash: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = content;
    while let Some(end) = rest.iter().position(|b| *b == 0) {
        let entry = &rest[..end];
        if let Some(space) = entry.iter().position(|b| *b == b' ') {
            found.push(String::from_utf8_lossy(&entry[space + 1..]).into_owned());
        }
        rest = rest.get(end + 1 + hash..).unwrap_or_default();
    }
    found
}
