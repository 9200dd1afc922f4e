//! Files written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file beside its place and renames it there: a crash leaves the old file or the new one.
///
/// # Errors
/// Those of the file system, with the path.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
    let name = path
        .file_name()
        .ok_or_else(|| named(io::Error::other("is no file name")))?;
    let beside = path.with_file_name(format!(
        ".{}.{}.new",
        name.to_string_lossy(),
        std::process::id()
    ));
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|e| {
        // What was begun is no use to anybody; the first error is the one to tell.
        let _ = fs::remove_file(&beside);
        named(e)
    })
}
