//! A dataset's files: in `--data`, then `$COUNTERFEIT_DATA`, then the user's cache, else downloaded there.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::failure::mistake;
use super::progress::say;
use super::{download, files, image_folder};
use crate::data::dataset::remedy;
use crate::data::{DataFile, Dataset, Images, Split, TrainingData};
use crate::experiment::{DataKind, Experiment};

const VARIABLE: &str = "COUNTERFEIT_DATA";
/// The size limit of a file; the decoders have their own, lower limit on pixels.
const SIZE_LIMIT: u64 = 600 << 20;

/// A split's files and their folder.
pub struct FoundFiles {
    contents: Vec<Vec<u8>>,
    folder: PathBuf,
}

impl FoundFiles {
    /// The contents, in the order of the dataset's files.
    pub fn contents(&self) -> &[Vec<u8>] {
        &self.contents
    }
}

/// Where the training data of an experiment come from.
pub enum Source {
    /// From the experiment alone.
    Made,
    /// From the files of a dataset.
    Files(FoundFiles),
    /// From the images of a folder.
    Folder(Images),
}

/// The source of an experiment's training data, whose files are read.
///
/// # Errors
/// When they are neither on this machine nor can be downloaded.
pub fn training_source(experiment: &Experiment, data: Option<&Path>) -> Result<Source> {
    if experiment.data == DataKind::Folder {
        let folder = data.ok_or_else(|| mistake("data = folder: name the folder of the images with --data DIR"))?;
        let found = image_folder::read(folder, experiment)?;
        if let Some(left_out) = found.left_out {
            say(&left_out);
        }
        return Ok(Source::Folder(found.images));
    }
    match experiment.data.dataset() {
        None => Ok(Source::Made),
        Some(dataset) => find(dataset, Split::Train, data, ", or train on `--set data=digits`").map(Source::Files),
    }
}

impl Source {
    /// The experiment's data.
    ///
    /// # Errors
    /// When they are damaged, or the settings leave none.
    pub fn data(&self, experiment: &Experiment) -> crate::Result<TrainingData> {
        match self {
            Self::Made => TrainingData::new(experiment, None),
            Self::Files(files) => TrainingData::new(experiment, Some(files.contents())),
            Self::Folder(images) => TrainingData::of_folder(experiment, images.clone()),
        }
    }

    /// Adds the folder of the files to an error about them.
    ///
    /// # Errors
    /// That error.
    pub fn name_folder<T>(&self, result: crate::Result<T>) -> Result<T> {
        match (result, self) {
            (Err(error @ crate::Error::Data { .. }), Self::Files(files)) => {
                Err(error).with_context(|| files.folder.display().to_string())
            }
            (result, _) => Ok(result?),
        }
    }
}

/// Real images that a run has not trained on, to compare its own with: all of its dataset's test images, or digits drawn
/// anew.
///
/// # Errors
/// When they are neither on this machine nor can be downloaded, or are damaged.
pub fn held_out(experiment: &Experiment, data: Option<&Path>) -> Result<TrainingData> {
    let mut e = experiment.clone();
    let source = match e.data.dataset() {
        None => {
            e.seed = e.seed.wrapping_add(1);
            Source::Made
        }
        Some(dataset) => {
            e.examples_per_class = 0;
            Source::Files(find(dataset, Split::Test, data, "")?)
        }
    };
    source.name_folder(source.data(&e))
}

/// The images of both splits, training first.
///
/// # Errors
/// When their files are missing or damaged.
pub fn both_splits(dataset: &'static dyn Dataset, data: Option<&Path>) -> Result<[Images; 2]> {
    let read = |split| {
        let files = find(dataset, split, data, "")?;
        dataset.decode(files.contents()).with_context(|| format!("{}, {}", files.folder.display(), set(dataset, split)))
    };
    Ok([read(Split::Train)?, read(Split::Test)?])
}

/// A split's files, wherever they are; `otherwise` names another remedy.
fn find(dataset: &'static dyn Dataset, split: Split, data: Option<&Path>, otherwise: &str) -> Result<FoundFiles> {
    match on_this_machine(dataset, split, data)? {
        Some(files) => Ok(files),
        None => downloaded(dataset, split, otherwise),
    }
}

/// MNIST's training set
fn set(dataset: &dyn Dataset, split: Split) -> String {
    let split = match split {
        Split::Train => "training",
        Split::Test => "test",
    };
    format!("{}'s {split} set", dataset.title())
}

/// The split from the first folder that holds it, without a download.
fn on_this_machine(dataset: &'static dyn Dataset, split: Split, data: Option<&Path>) -> Result<Option<FoundFiles>> {
    if let Some(folder) = data {
        // A folder that the user names is the only one searched.
        let found = in_folder(dataset, split, folder)?;
        return found.map(Some).ok_or_else(|| {
            let (set, remedy) = (set(dataset, split), remedy(dataset, split));
            mistake(format!("--data {}: {set} is not there; {remedy}", folder.display()))
        });
    }
    for folder in named_by_variable().into_iter().chain(cache(dataset)) {
        if let Some(files) = in_folder(dataset, split, &folder)? {
            return Ok(Some(files));
        }
    }
    Ok(None)
}

/// The split from the mirrors, kept in the cache.
fn downloaded(dataset: &'static dyn Dataset, split: Split, otherwise: &str) -> Result<FoundFiles> {
    let folders: Vec<String> =
        named_by_variable().into_iter().chain(cache(dataset)).map(|folder| folder.display().to_string()).collect();
    let absent = |why: &str| {
        let (set, folders, remedy) = (set(dataset, split), folders.join(" or "), remedy(dataset, split));
        mistake(format!("{set} is not in {folders}, and could not be downloaded ({why}); {remedy}{otherwise}"))
    };
    let folder = cache(dataset).ok_or_else(|| absent("this user has no cache folder to put it in"))?;
    if let Some(archive) = dataset.archive() {
        download::unpack(dataset, archive, &folder).map_err(|why| absent(&format!("{why:#}")))?;
        return in_folder(dataset, split, &folder)?.ok_or_else(|| absent("its files are not in the archive"));
    }
    let files = dataset.files(split).iter();
    let contents = files
        .map(|file| download::fetch(dataset, file, &folder).map_err(|why| absent(&format!("{why:#}"))))
        .collect::<Result<_>>()?;
    Ok(FoundFiles { contents, folder })
}

fn named_by_variable() -> Option<PathBuf> {
    env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn cache(dataset: &dyn Dataset) -> Option<PathBuf> {
    files::cache().map(|cache| cache.join(dataset.name()))
}

/// All files of a split; `None` where one is missing.
fn in_folder(dataset: &'static dyn Dataset, split: Split, folder: &Path) -> Result<Option<FoundFiles>> {
    let paths: Option<Vec<PathBuf>> = dataset.files(split).iter().map(|file| locate(file, folder)).collect();
    let Some(paths) = paths else {
        return Ok(None);
    };
    let contents = paths.iter().map(|path| files::read(path, SIZE_LIMIT)).collect::<Result<_>>()?;
    Ok(Some(FoundFiles { contents, folder: folder.to_owned() }))
}

fn locate(file: &DataFile, folder: &Path) -> Option<PathBuf> {
    let names = file.names.iter().flat_map(|name| [(*name).to_owned(), format!("{name}.gz")]);
    names.map(|name| folder.join(name)).find(|path| path.exists())
}
