//! Price files on disk, replaced together or not at all.
//!
//! New files are written whole beside the old ones (`.NAME.new`), then one rename of `.commit`, which lists them,
//! makes them the book; only then they take the old ones' places. A reader that finds `.commit` takes the new files
//! it names, wherever they have got to. So a crash at any moment leaves the old book or the new one, never half of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const COMMIT: &str = ".commit";
const LOCK: &str = ".lock";

/// A price book that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct StoreError {
    /// File or folder.
    pub path: PathBuf,
    /// What went wrong.
    pub message: String,
}

fn failed(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |error| StoreError {
        path: path.to_owned(),
        message: error.to_string(),
    }
}

fn pending(name: &str) -> String {
    format!(".{name}.new")
}

/// One step on the disk.
enum Step<'a> {
    Write(String, &'a str),
    Rename(String, String),
    Remove(String),
    /// Makes what was renamed before outlast a power cut.
    Sync,
}

/// Writes files into a folder, all or none; makes the folder if need be.
///
/// # Errors
/// [`StoreError`]; the folder holds the old files, or, if only their replacement was interrupted, reads as the new ones.
pub fn write_all(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), StoreError> {
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let lock_path = folder.join(LOCK);
    let lock = File::create(&lock_path).map_err(failed(&lock_path))?;
    if lock.try_lock().is_err() {
        return Err(StoreError {
            path: folder.to_owned(),
            message: "another run is writing this price book".to_owned(),
        });
    }
    finish(folder)?;
    let list: String = files.keys().map(|name| format!("{name}\n")).collect();
    for step in steps(files, &list) {
        run(folder, &step)?;
    }
    // The lock file stays: removing it could take it from under a run that waits for it.
    drop(lock);
    Ok(())
}

fn steps<'a>(files: &'a BTreeMap<String, String>, list: &'a str) -> Vec<Step<'a>> {
    let commit = pending("commit");
    let mut steps: Vec<Step<'_>> = files
        .iter()
        .map(|(name, text)| Step::Write(pending(name), text))
        .collect();
    steps.push(Step::Write(commit.clone(), list));
    steps.push(Step::Sync);
    steps.push(Step::Rename(commit, COMMIT.to_owned()));
    steps.push(Step::Sync);
    steps.extend(
        files
            .keys()
            .map(|name| Step::Rename(pending(name), name.clone())),
    );
    steps.push(Step::Sync);
    steps.push(Step::Remove(COMMIT.to_owned()));
    steps
}

fn run(folder: &Path, step: &Step<'_>) -> Result<(), StoreError> {
    match step {
        Step::Write(name, text) => {
            let path = folder.join(name);
            let mut file = File::create(&path).map_err(failed(&path))?;
            file.write_all(text.as_bytes()).map_err(failed(&path))?;
            file.sync_all().map_err(failed(&path))
        }
        Step::Rename(from, to) => {
            let path = folder.join(to);
            fs::rename(folder.join(from), &path).map_err(failed(&path))
        }
        Step::Remove(name) => {
            let path = folder.join(name);
            fs::remove_file(&path).map_err(failed(&path))
        }
        // A folder is a file only to Unix; elsewhere a rename is as durable as the system makes it.
        Step::Sync if cfg!(unix) => File::open(folder)
            .and_then(|f| f.sync_all())
            .map_err(failed(folder)),
        Step::Sync => Ok(()),
    }
}

/// Brings an interrupted replacement to its end.
fn finish(folder: &Path) -> Result<(), StoreError> {
    let names = committed(folder)?;
    for name in &names {
        if folder.join(pending(name)).exists() {
            run(folder, &Step::Rename(pending(name), name.clone()))?;
        }
    }
    if folder.join(COMMIT).exists() {
        run(folder, &Step::Sync)?;
        run(folder, &Step::Remove(COMMIT.to_owned()))?;
    }
    Ok(())
}

/// The files that `.commit` names; none where there is no replacement under way.
fn committed(folder: &Path) -> Result<BTreeSet<String>, StoreError> {
    let path = folder.join(COMMIT);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let names: BTreeSet<String> = text.lines().map(str::to_owned).collect();
            if names.iter().any(|name| name.contains(['/', '\\'])) {
                return Err(StoreError {
                    path,
                    message: "this names a file outside the folder".to_owned(),
                });
            }
            Ok(names)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(failed(&path)(error)),
    }
}

/// Whether a folder is a price book already: it is there and holds a price file.
pub fn has_price_files(folder: &Path) -> bool {
    folder.exists() && read_all(folder).map_or(true, |files| !files.is_empty())
}

/// The `.tsv` files of a folder and their text, by name.
///
/// # Errors
/// [`StoreError`]: the folder or one of the files cannot be read.
pub(super) fn read_all(folder: &Path) -> Result<BTreeMap<String, String>, StoreError> {
    let new = committed(folder)?;
    let mut names = new.clone();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let name = entry.map_err(failed(folder))?.file_name();
        if let Some(name) = name.to_str()
            && name.ends_with(".tsv")
            && !name.starts_with('.')
        {
            names.insert(name.to_owned());
        }
    }
    let mut files = BTreeMap::new();
    for name in names {
        let path = folder.join(&name);
        let pending = folder.join(pending(&name));
        let text = if new.contains(&name) && pending.exists() {
            fs::read_to_string(&pending).map_err(failed(&pending))
        } else {
            fs::read_to_string(&path).map_err(failed(&path))
        };
        files.insert(name, text?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> BTreeMap<String, String> {
        ["eu-west-2.tsv", "global.tsv"]
            .into_iter()
            .map(|name| (name.to_owned(), format!("{name} {text}\n")))
            .collect()
    }

    /// Stops after each step, and in the middle of each write, as a killed process would.
    #[test]
    fn stopped_anywhere_the_book_is_the_old_or_the_new() {
        let (old, new) = (files("old"), files("new"));
        let list: String = new.keys().map(|name| format!("{name}\n")).collect();
        let all = steps(&new, &list);
        let mut seen_new = false;
        for done in 0..=all.len() {
            let folder = tempfile::tempdir().expect("a folder");
            write_all(folder.path(), &old).expect("written");
            for step in &all[..done] {
                run(folder.path(), step).expect("done");
            }
            if let Some(Step::Write(name, text)) = all.get(done) {
                let half = &text[..text.len() / 2];
                fs::write(folder.path().join(name), half).expect("half written");
            }
            let found = read_all(folder.path()).expect("read");
            assert!(
                found == old || found == new,
                "after {done} steps: {found:?}"
            );
            assert!(
                !seen_new || found == new,
                "the old came back after {done} steps"
            );
            seen_new = found == new;
            // The next run carries on from there.
            write_all(folder.path(), &files("newer")).expect("written");
            assert_eq!(read_all(folder.path()).expect("read"), files("newer"));
            let left: BTreeSet<_> = fs::read_dir(folder.path())
                .expect("read")
                .flatten()
                .map(|entry| entry.file_name())
                .collect();
            assert_eq!(
                left,
                [LOCK, "eu-west-2.tsv", "global.tsv"]
                    .map(std::ffi::OsString::from)
                    .into()
            );
        }
        assert!(seen_new);
    }

    #[test]
    fn one_writer_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = File::create(folder.path().join(LOCK)).expect("a file");
        lock.try_lock().expect("locked");
        let error = write_all(folder.path(), &files("x")).expect_err("locked");
        assert_eq!(error.message, "another run is writing this price book");
    }

    #[test]
    fn a_commit_cannot_name_files_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(COMMIT), "../x.tsv\n").expect("written");
        assert!(read_all(folder.path()).is_err());
    }
}
