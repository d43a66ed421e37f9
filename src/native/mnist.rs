//! MNIST: `--data`, then `$COUNTERFEIT_DATA`, then the user's cache, else downloaded there.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::failure::mistake;
use super::{download, files};
use crate::data::{Images, MnistFiles, TrainingData, idx};
use crate::experiment::{DataKind, Experiment};

/// One of MNIST's files.
pub struct Part {
    /// Its usual name, and the name that some archives give it; either may end in `.gz`.
    pub names: [&'static str; 2],
    /// Of what is in it, uncompressed: the compressed bytes differ from mirror to mirror.
    pub sha256: &'static str,
}

/// The two files of one of MNIST's sets.
pub struct Set {
    name: &'static str,
    images: Part,
    labels: Part,
}

/// What is learned from.
const TRAINING: Set = Set {
    name: "MNIST's training set",
    images: Part {
        names: ["train-images-idx3-ubyte", "train-images.idx3-ubyte"],
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    labels: Part {
        names: ["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"],
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
};
/// What a classifier is tested on.
const TEST: Set = Set {
    name: "MNIST's test set",
    images: Part {
        names: ["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"],
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    labels: Part {
        names: ["t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"],
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
};

const VARIABLE: &str = "COUNTERFEIT_DATA";
/// The most that an IDX file may have; the library has its own, lower limit on pixels.
const IDX_LIMIT: u64 = 600 << 20;

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
    find(&TRAINING, data, ", or train on `--set data=digits`").map(Some)
}

/// The images of both sets: those to learn from, and those to be tested on.
///
/// # Errors
/// When they are not to be had, or damaged.
pub fn both_sets(data: Option<&Path>) -> Result<[Images; 2]> {
    let read = |set: &Set| {
        let mnist = find(set, data, "")?;
        idx::images(mnist.files()).with_context(|| format!("{}, {}", mnist.folder.display(), set.name))
    };
    Ok([read(&TRAINING)?, read(&TEST)?])
}

/// A set's files, wherever they are; `otherwise` is what else can be done.
fn find(set: &Set, data: Option<&Path>, otherwise: &str) -> Result<Mnist> {
    match on_this_machine(set, data)? {
        Some(mnist) => Ok(mnist),
        None => fetched(set, otherwise),
    }
}

impl Set {
    fn remedy(&self) -> String {
        let [images, labels] = [&self.images, &self.labels].map(|part| part.names[0]);
        format!("give `--data DIR`, a folder with {images}(.gz) and {labels}(.gz)")
    }
}

/// The experiment's data.
///
/// # Errors
/// When they are damaged, or the settings leave none.
pub fn training_data(experiment: &Experiment, mnist: Option<&Mnist>) -> Result<TrainingData> {
    blame(TrainingData::new(experiment, mnist.map(Mnist::files)), experiment, mnist)
}

/// Says which folder the files are from, where reading them failed.
pub fn blame<T>(result: crate::Result<T>, experiment: &Experiment, mnist: Option<&Mnist>) -> Result<T> {
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
fn on_this_machine(set: &Set, data: Option<&Path>) -> Result<Option<Mnist>> {
    if let Some(folder) = data {
        // Whoever names a folder means that one, and should hear of a slip.
        let found = in_folder(set, folder)?;
        return found.map(Some).ok_or_else(|| {
            mistake(format!("--data {}: {} is not there; {}", folder.display(), set.name, set.remedy()))
        });
    }
    for folder in named_by_variable().into_iter().chain(cache()) {
        if let Some(mnist) = in_folder(set, &folder)? {
            return Ok(Some(mnist));
        }
    }
    Ok(None)
}

/// From the net, into the cache.
fn fetched(set: &Set, otherwise: &str) -> Result<Mnist> {
    let places: Vec<String> =
        named_by_variable().into_iter().chain(cache()).map(|folder| folder.display().to_string()).collect();
    let absent = |why: &str| {
        let places = places.join(" or ");
        mistake(format!(
            "{} is not in {places}, and could not be downloaded ({why}); {}{otherwise}",
            set.name,
            set.remedy()
        ))
    };
    let folder = cache().ok_or_else(|| absent("this user has no cache folder to put it in"))?;
    let fetch = |part: &Part| download::fetch(part, &folder).map_err(|why| absent(&format!("{why:#}")));
    let files = MnistFiles { images: fetch(&set.images)?, labels: fetch(&set.labels)? };
    Ok(Mnist { files, folder })
}

fn named_by_variable() -> Option<PathBuf> {
    env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn cache() -> Option<PathBuf> {
    files::cache().map(|cache| cache.join("mnist"))
}

/// Both files, if both are there.
fn in_folder(set: &Set, folder: &Path) -> Result<Option<Mnist>> {
    let (Some(images), Some(labels)) = (locate(&set.images, folder), locate(&set.labels, folder)) else {
        return Ok(None);
    };
    let files = MnistFiles { images: files::read(&images, IDX_LIMIT)?, labels: files::read(&labels, IDX_LIMIT)? };
    Ok(Some(Mnist { files, folder: folder.to_owned() }))
}

fn locate(part: &Part, folder: &Path) -> Option<PathBuf> {
    part.names
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("{name}.gz")])
        .map(|name| folder.join(name))
        .find(|path| path.exists())
}
