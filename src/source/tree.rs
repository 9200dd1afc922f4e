//! Where files come from: a folder on disk, one commit of a git repository, or memory.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::git::{GitTree, Object};

/// A file larger than this is refused. CloudFormation's own limit for a template in S3 is 1 MB
/// (CreateStack, TemplateURL); this leaves room for a usage file or a bundle and no more.
pub const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// A set of files under one root that a template may refer to. Paths never leave the root.
#[derive(Clone, Debug)]
pub enum FileTree {
    /// A folder on disk.
    Folder(PathBuf),
    /// One commit of a git repository, read without touching the work tree.
    Git(GitTree),
    /// Files in memory, by path with `/`.
    Memory(BTreeMap<String, Vec<u8>>),
}

/// Why a file could not be read. The message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("{path}: no such file{}", hint.as_deref().map(|h| format!("; {h}")).unwrap_or_default())]
    Missing {
        /// The path asked for.
        path: String,
        /// What may have been meant.
        hint: Option<String>,
    },
    /// The path is a folder or a device.
    #[error("{path}: is a {what}, not a file")]
    NotAFile {
        /// The path asked for.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("{path}: {bytes} bytes; the limit is {MAX_FILE_BYTES} (limit `file-size`)")]
    TooLarge {
        /// The path asked for.
        path: String,
        /// Its size.
        bytes: u64,
    },
    /// The file is not UTF-8 text.
    #[error("{path}:{line}:{column}: not UTF-8 text (byte {byte:#04x}); save the file as UTF-8")]
    NotUtf8 {
        /// The path asked for.
        path: String,
        /// Line of the first wrong byte, from 1.
        line: usize,
        /// Column of the first wrong byte, from 1.
        column: usize,
        /// The byte.
        byte: u8,
    },
    /// The path leaves the tree.
    #[error(
        "{path}: leaves the folder {root}; templates may refer to files below it only (limit `tree-root`)"
    )]
    OutsideTree {
        /// The path asked for.
        path: String,
        /// The root.
        root: String,
    },
    /// The operating system or git said no.
    #[error("{path}: {message}")]
    Io {
        /// The path asked for.
        path: String,
        /// What was said.
        message: String,
    },
}

/// A path inside a tree with `.` and `..` folded away; `None` if it climbs above the root or is absolute.
pub fn normalize(path: &Path) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::Normal(part) => parts.push(part.to_str()?.to_owned()),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

impl FileTree {
    /// Reads a file as UTF-8 text; a leading byte-order mark is dropped.
    ///
    /// `path` is relative to the root, with `/`.
    ///
    /// # Errors
    /// [`ReadError`], which names the file and, for wrong bytes, the place.
    pub fn read(&self, path: &str) -> Result<String, ReadError> {
        let bytes = self.bytes(path)?;
        let text = String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            let good = &e.as_bytes()[..at];
            let line_start = good.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            ReadError::NotUtf8 {
                path: path.to_owned(),
                line: good.iter().filter(|b| **b == b'\n').count() + 1,
                column: String::from_utf8_lossy(&good[line_start..]).chars().count() + 1,
                byte: e.as_bytes().get(at).copied().unwrap_or_default(),
            }
        })?;
        Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
    }

    /// The files of a folder with an ending, sorted; none where there is no such folder. One level only.
    pub fn list(&self, folder: &str, ending: &str) -> Vec<String> {
        let fits = |path: &str| Path::new(path).extension().is_some_and(|e| e == ending);
        let mut found: Vec<String> = match self {
            FileTree::Folder(root) => std::fs::read_dir(root.join(folder))
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .map(|name| format!("{folder}/{name}"))
                .collect(),
            FileTree::Git(tree) => match tree.object(folder) {
                Ok(Object::Tree(names)) => names
                    .into_iter()
                    .map(|name| format!("{folder}/{name}"))
                    .collect(),
                _ => Vec::new(),
            },
            FileTree::Memory(files) => files
                .keys()
                .filter(|path| path.rsplit_once('/').is_some_and(|(f, _)| f == folder))
                .cloned()
                .collect(),
        };
        found.retain(|path| fits(path));
        found.sort();
        found
    }

    /// Whether a file of this path is there.
    pub fn contains(&self, path: &str) -> bool {
        match self {
            FileTree::Folder(root) => root.join(path).is_file(),
            FileTree::Git(_) => self.bytes(path).is_ok(),
            FileTree::Memory(files) => files.contains_key(path),
        }
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self {
            FileTree::Folder(root) => read_disk(root, path),
            // What the user names outside the repository is the same before and after.
            FileTree::Git(_) if Path::new(path).is_absolute() => read_disk(Path::new("/"), path),
            FileTree::Git(tree) => read_git(tree, path),
            FileTree::Memory(files) => files.get(path).cloned().ok_or_else(|| ReadError::Missing {
                path: path.to_owned(),
                hint: None,
            }),
        }
    }
}

fn read_disk(root: &Path, path: &str) -> Result<Vec<u8>, ReadError> {
    let full = root.join(path);
    let io = |e: std::io::Error| ReadError::Io {
        path: path.to_owned(),
        message: e.to_string(),
    };
    let meta = match std::fs::metadata(&full) {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(ReadError::Missing {
                path: path.to_owned(),
                hint: nearest(&full),
            });
        }
        Err(e) => return Err(io(e)),
    };
    if !meta.is_file() {
        let what = if meta.is_dir() { "folder" } else { "device" };
        return Err(ReadError::NotAFile {
            path: path.to_owned(),
            what,
        });
    }
    if meta.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge {
            path: path.to_owned(),
            bytes: meta.len(),
        });
    }
    // A symbolic link may point out of the tree: what a template names must really lie below the root.
    if std::fs::symlink_metadata(&full).is_ok_and(|m| m.file_type().is_symlink()) {
        let inside = full
            .canonicalize()
            .and_then(|f| Ok(f.starts_with(root.canonicalize()?)));
        if !inside.map_err(io)? {
            return Err(ReadError::OutsideTree {
                path: path.to_owned(),
                root: root.display().to_string(),
            });
        }
    }
    std::fs::read(&full).map_err(io)
}

/// The name in the same folder that is most like the missing one.
fn nearest(full: &Path) -> Option<String> {
    let wanted = full.file_name()?.to_str()?;
    let names: Vec<String> = std::fs::read_dir(full.parent()?)
        .ok()?
        .flatten()
        .filter_map(|e| e.file_name().into_string().ok())
        .collect();
    crate::diag::suggest(wanted, names.iter().map(String::as_str))
        .map(|name| format!("did you mean {name}?"))
}

fn read_git(tree: &GitTree, path: &str) -> Result<Vec<u8>, ReadError> {
    let shown = || format!("{}:{path}", tree.revision());
    match tree.object(path) {
        Ok(Object::Blob(content)) => Ok(content.to_vec()),
        Ok(Object::Missing) => Err(ReadError::Missing {
            path: shown(),
            hint: None,
        }),
        Ok(Object::Tree(_)) => Err(ReadError::NotAFile {
            path: shown(),
            what: "folder",
        }),
        Ok(Object::TooLarge(bytes)) => Err(ReadError::TooLarge {
            path: shown(),
            bytes,
        }),
        Err(e) => Err(ReadError::Io {
            path: shown(),
            message: e.to_string(),
        }),
    }
}
