//! [`Dataset`]: labelled images that come as files.

use super::images::Images;
use crate::error::{Error, Result};

/// One file of a dataset.
#[derive(Clone, Copy, Debug)]
pub struct DataFile {
    /// Its usual names, the first of which it is kept under; each may end in `.gz`.
    pub names: &'static [&'static str],
    /// Its hash.
    pub sha256: Sha256,
}

/// A SHA-256 in hexadecimal digits.
#[derive(Clone, Copy, Debug)]
pub enum Sha256 {
    /// Of the contents, where mirrors compress them each in its own way.
    Contents(&'static str),
    /// Of the gzipped file.
    Gzipped(&'static str),
    /// Known for the archive that holds the file.
    OfArchive,
}

/// A gzipped tar with all files of a dataset.
#[derive(Clone, Copy, Debug)]
pub struct Archive {
    /// Its name in each mirror.
    pub name: &'static str,
    /// The SHA-256 of it as it is, in hexadecimal digits.
    pub sha256: &'static str,
}

/// The part of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// For training.
    Train,
    /// For tests.
    Test,
}

/// Labelled images that come as files. Hosts find the files, and download and verify them, by what it says of them.
pub trait Dataset: Sync {
    /// The value of the setting `data`, and the name of its folder.
    fn name(&self) -> &'static str;

    /// The name in texts.
    fn title(&self) -> &'static str;

    /// Addresses of folders with its files, gzipped, or with its archive, in the order in which they are tried.
    fn mirrors(&self) -> &'static [&'static str];

    /// The archive that holds all files, where mirrors have it instead of them.
    fn archive(&self) -> Option<Archive> {
        None
    }

    /// The files of a split, in the order in which [`decode`](Self::decode) takes them.
    fn files(&self, split: Split) -> &[DataFile];

    /// The number of its classes; labels are smaller.
    fn classes(&self) -> usize;

    /// The images and labels of a split's files, gzipped or not.
    ///
    /// # Errors
    /// [`Error::Data`] when a file is damaged, of another kind, or too large.
    fn decode(&self, files: &[Vec<u8>]) -> Result<Images>;
}

/// The error where a dataset's files are missing.
pub(super) fn missing(dataset: &dyn Dataset) -> Error {
    Error::Data {
        what: dataset.title().to_owned(),
        problem: "its files were not given".to_owned(),
        remedy: format!("{}, or set data = \"digits\"", remedy(dataset, Split::Train)),
    }
}

/// How to give the files of a split, for errors.
#[must_use]
pub fn remedy(dataset: &dyn Dataset, split: Split) -> String {
    let names: Vec<_> = dataset.files(split).iter().map(|file| format!("{}(.gz)", file.names[0])).collect();
    format!("give `--data DIR`, a folder with {}", names.join(" and "))
}
