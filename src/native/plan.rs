//! Arguments of `train` → a run. All errors in the arguments are found here, before the first step and before anything
//! is written.

use std::path::Path;

use anyhow::{Context, Result};

use super::args::Train;
use super::dataset::{self, FoundFiles};
use super::device::{self, Opened};
use super::failure::mistake;
use super::folder::{self, Folder};
use super::{files, presets};
use crate::experiment::Experiment;
use crate::trainer::Trainer;

/// A run, ready to train.
pub struct Plan {
    /// At step 0, or at the step of the resumed checkpoint.
    pub trainer: Trainer,
    /// The folder it writes to.
    pub folder: Folder,
    /// Messages to print before it starts.
    pub notices: Vec<String>,
}

impl Plan {
    /// The run for these arguments.
    ///
    /// # Errors
    /// When an argument or an input file is wrong.
    pub fn new(args: &Train) -> Result<Self> {
        match &args.resume {
            Some(folder) => Self::resumed(args, folder),
            None => Self::fresh(args),
        }
    }

    fn fresh(args: &Train) -> Result<Self> {
        let mut experiment = chosen(args)?;
        let mut notices = Vec::new();
        let files = match dataset::training_files(&experiment, args.data.as_deref()) {
            Err(why) if !names_data(args) => {
                notices.push(format!("{why:#}"));
                notices.push("training on digits that this program draws instead".to_owned());
                experiment.set_all([("data", "digits"), ("name", "digits-dcgan")])?;
                None
            }
            found => found?,
        };
        let source = dataset::training_data(&experiment, files.as_ref())?;
        let opened = device::open(args.device)?;
        let trainer = Trainer::new(experiment, source, &opened.device)?;
        let folder = Folder::create(args.out.as_deref(), trainer.experiment())?;
        notices.push(introduction(&trainer, &opened, &folder));
        Ok(Self { trainer, folder, notices })
    }

    fn resumed(args: &Train, path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Err(mistake(format!(
                "--resume {}: there is no such folder; name the folder of a run",
                path.display()
            )));
        }
        let mut checkpoint = folder::load(path)?;
        let done = checkpoint.step();
        if let Some(steps) = args.steps {
            checkpoint.experiment.set("steps", &steps.to_string())?;
        }
        let experiment = checkpoint.experiment.clone();
        if done >= experiment.steps {
            return Err(mistake(format!(
                "--resume {}: it has done {done} of {} steps; go beyond with --steps",
                path.display(),
                experiment.steps
            )));
        }
        let files = dataset::training_files(&experiment, args.data.as_deref())?;
        let opened = device::open(args.device)?;
        let trainer = checkpoint.resume(files.as_ref().map(FoundFiles::contents), &opened.device);
        let trainer = dataset::name_folder(trainer, &experiment, files.as_ref())
            .with_context(|| format!("--resume {}", path.display()))?;
        let folder = Folder::reopen(path, done, &experiment)?;
        let notices = vec![introduction(&trainer, &opened, &folder)];
        Ok(Self { trainer, folder, notices })
    }
}

/// Reads an experiment's file.
///
/// # Errors
/// When it cannot be read, or is not a valid experiment.
pub fn from_file(path: &Path) -> Result<Experiment> {
    let text = files::read_text(path)?;
    Experiment::from_toml(&text).with_context(|| path.display().to_string())
}

fn chosen(args: &Train) -> Result<Experiment> {
    let mut experiment = match (&args.file, &args.preset) {
        (Some(path), _) => from_file(path)?,
        (None, Some(name)) => Experiment::preset(name)?,
        (None, None) => Experiment::preset(presets::DEFAULT)?,
    };
    let numbers = [("steps", args.steps), ("seed", args.seed)]
        .into_iter()
        .filter_map(|(key, number)| Some((key.to_owned(), number?.to_string())));
    let settings: Vec<_> = args.set.iter().cloned().chain(numbers).collect();
    experiment.set_all(settings.iter().map(|(key, value)| (key.as_str(), value.as_str())))?;
    Ok(experiment)
}

/// Whether the user chose these data, also through a preset: drawn digits must not replace them then.
fn names_data(args: &Train) -> bool {
    args.file.is_some() || args.preset.is_some() || args.data.is_some() || args.set.iter().any(|(key, _)| key == "data")
}

fn introduction(trainer: &Trainer, opened: &Opened, folder: &Folder) -> String {
    let e = trainer.experiment();
    let data = match (e.data.dataset(), trainer.data().images()) {
        (Some(dataset), Some(images)) => format!("{} images of {}", images.len(), dataset.title()),
        (_, Some(images)) => format!("{} drawn digits", images.len()),
        (_, None) => format!("{} Gaussians", e.mixture.len()),
    };
    let from = match trainer.step {
        0 => String::new(),
        step => format!(" from step {step}"),
    };
    format!(
        "{}: {data}, {} + {} parameters, {} steps of {}{from}, on {}, to {}",
        e.name,
        trainer.gan.generator.num_params(),
        trainer.gan.discriminator.num_params(),
        e.steps,
        e.batch_size,
        opened.name,
        folder.path().display()
    )
}
