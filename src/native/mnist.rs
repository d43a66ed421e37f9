//! MNIST: `--data`, then `$COUNTERFEIT_DATA`, then the user's cache, else downloaded there.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::failure::mistake;
use super::{download, files};
use crate::data::{MnistFiles, Source};
use crate::experiment::{DataKind, Experiment};

/// One of MNIST's files.
pub struct Part {
    /// Its usual name, and the name that some archives give it; either may end in `.gz`.
    pub names: [&'static str; 2],
    /// Of what is in it, uncompressed: the compressed bytes differ from mirror to mirror.
    pub sha256: &'static str,
}

/// The training images.
pub const IMAGES: Part = Part {
    names: ["train-images-idx3-ubyte", "train-images.idx3-ubyte"],
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
};
/// Their labels.
pub const LABELS: Part = Part {
    names: ["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"],
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
};

const VARIABLE: &str = "COUNTERFEIT_DATA";
/// The most that an IDX file may have; the library has its own, lower limit on pixels.
const IDX_LIMIT: u64 = 600 << 20;
const REMEDY: &str = "give `--data DIR`, a folder with train-images-idx3-ubyte(.gz) and train-labels-idx1-ubyte(.gz)";

/// MNIST's files, and where they came from.
pub struct Mnist {
    files: MnistFiles,
    folder: PathBuf,
}

/// The files where the experiment needs them.
///
/// # Errors
/// When it does and they are not to be had.
pub fn needed_by(experiment: &Experiment, data: Option<&Path>) -> Result<Option<Mnist>> {
    if experiment.data != DataKind::Mnist {
        return Ok(None);
    }
    match on_this_machine(data)? {
        Some(mnist) => Ok(Some(mnist)),
        None => fetched().map(Some),
    }
}

/// The experiment's data.
///
/// # Errors
/// When they are damaged, or the settings leave none.
pub fn source(experiment: &Experiment, mnist: Option<&Mnist>) -> Result<Source> {
    blame(
        Source::new(experiment, mnist.map(Mnist::files)),
        experiment,
        mnist,
    )
}

/// Says which folder the files are from, where reading them failed.
pub fn blame<T>(
    result: crate::Result<T>,
    experiment: &Experiment,
    mnist: Option<&Mnist>,
) -> Result<T> {
    let folder = mnist.filter(|_| experiment.data == DataKind::Mnist);
    match (result, folder) {
        (Err(error @ crate::Error::Data { .. }), Some(mnist)) => {
            Err(error).with_context(|| mnist.folder.display().to_string())
        }
        (result, _) => Ok(result?),
    }
}

impl Mnist {
    /// As the library takes them.
    pub fn files(&self) -> &MnistFiles {
        &self.files
    }
}

/// From the folders in which they may lie.
fn on_this_machine(data: Option<&Path>) -> Result<Option<Mnist>> {
    if let Some(folder) = data {
        // Whoever names a folder means that one, and should hear of a slip.
        let found = in_folder(folder)?;
        return found.map(Some).ok_or_else(|| {
            mistake(format!(
                "--data {}: MNIST is not there; {REMEDY}",
                folder.display()
            ))
        });
    }
    for folder in named_by_variable().into_iter().chain(cache()) {
        if let Some(mnist) = in_folder(&folder)? {
            return Ok(Some(mnist));
        }
    }
    Ok(None)
}

/// From the net, into the cache.
fn fetched() -> Result<Mnist> {
    let places: Vec<String> = named_by_variable()
        .into_iter()
        .chain(cache())
        .map(|folder| folder.display().to_string())
        .collect();
    let absent = |why: &str| {
        let places = places.join(" or ");
        mistake(format!(
            "MNIST is not in {places}, and could not be downloaded ({why}); {REMEDY}, or train on `--set data=digits`"
        ))
    };
    let folder = cache().ok_or_else(|| absent("this user has no cache folder to put it in"))?;
    let fetch =
        |part: &Part| download::fetch(part, &folder).map_err(|why| absent(&format!("{why:#}")));
    let files = MnistFiles {
        images: fetch(&IMAGES)?,
        labels: fetch(&LABELS)?,
    };
    Ok(Mnist { files, folder })
}

fn named_by_variable() -> Option<PathBuf> {
    env::var_os(VARIABLE)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

fn cache() -> Option<PathBuf> {
    dirs::cache_dir().map(|cache| cache.join("counterfeit").join("mnist"))
}

/// Both files, if both are there.
fn in_folder(folder: &Path) -> Result<Option<Mnist>> {
    let (Some(images), Some(labels)) = (locate(&IMAGES, folder), locate(&LABELS, folder)) else {
        return Ok(None);
    };
    let files = MnistFiles {
        images: files::read(&images, IDX_LIMIT)?,
        labels: files::read(&labels, IDX_LIMIT)?,
    };
    Ok(Some(Mnist {
        files,
        folder: folder.to_owned(),
    }))
}

fn locate(part: &Part, folder: &Path) -> Option<PathBuf> {
    part.names
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("{name}.gz")])
        .map(|name| folder.join(name))
        .find(|path| path.exists())
}
