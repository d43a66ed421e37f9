//! Files: read with a size limit, and written atomically: a kill at any moment leaves the whole old or new file.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::Builder;

use super::failure::mistake;

/// The size limit of an experiment's text, in bytes.
const TEXT_LIMIT: u64 = 1 << 20;

/// The program's folder in the user's cache directory, where the system has one.
pub fn cache() -> Option<PathBuf> {
    dirs::cache_dir().map(|cache| cache.join("counterfeit"))
}

/// The bytes of a file of at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, or is larger.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let refuse = |why: &dyn std::fmt::Display| mistake(format!("{} cannot be read: {why}", path.display()));
    let file = File::open(path).map_err(|error| refuse(&error))?;
    let mut bytes = Vec::new();
    // The limit is not checked by the file's size: a device or a pipe has none.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| refuse(&error))?;
    if bytes.len() as u64 > limit {
        return Err(refuse(&format!("it has more than {} MiB, the most that such a file may have", limit >> 20)));
    }
    Ok(bytes)
}

/// Reads a text of at most [`TEXT_LIMIT`] bytes.
///
/// # Errors
/// As [`read`], and when it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read(path, TEXT_LIMIT)?)
        .map_err(|_| mistake(format!("{} is not a text file: it should be TOML in UTF-8", path.display())))
}

/// Writes `bytes` to `path` atomically, over any file that is there.
///
/// # Errors
/// When the folder cannot be written to, or the disk is full; the old file stays then.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // In the same folder: a rename is atomic only within a file system. With the permissions of any other file.
    let mut part = Builder::new().suffix(".part").make_in(folder, |part| File::create_new(part))?;
    part.as_file_mut().write_all(bytes)?;
    // The bytes must reach the disk before the rename does.
    part.as_file().sync_all()?;
    part.persist(path)?;
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows cannot open a folder, and journals renames.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The numbers in the names of the files of a folder, between `before` and `after`, in ascending order.
///
/// # Errors
/// When the folder cannot be read.
pub fn numbered(folder: &Path, before: &str, after: &str) -> Result<Vec<u64>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let numbers = names.filter_map(|name| name.strip_prefix(before)?.strip_suffix(after)?.parse().ok());
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path, 3).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(read(&path, 2).is_err(), "larger than the limit");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_is_written_as_they_may_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [ours, usual] = ["ours", "usual"].map(|name| folder.path().join(name));
        write(&ours, b"one").unwrap();
        fs::write(&usual, b"one").unwrap();
        let [ours, usual] = [ours, usual].map(|path| fs::metadata(path).unwrap().permissions());
        assert_eq!(ours.mode(), usual.mode());
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write(&path, b"one").is_err(), "a folder is in the way");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
