//! Arguments of `train` → a run. All errors in the arguments are found here, before the first step and before anything
//! is written.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::Device;

use super::args::{Chosen, Train};
use super::dataset::{self, Source};
use super::device::{self, Opened};
use super::failure::mistake;
use super::folder::{self, Folder};
use super::ranks::Ranks;
use super::{files, presets};
use crate::checkpoint::Checkpoint;
use crate::experiment::{DataKind, Experiment};
use crate::trainer::Trainer;

/// A run, ready to train.
pub struct Plan {
    /// At step 0, or at the step of the resumed checkpoint.
    pub trainer: Trainer,
    /// The folder it writes to, on the process that writes.
    pub folder: Option<Folder>,
    /// Messages to print before it starts.
    pub notices: Vec<String>,
}

/// A run before it has a folder.
struct Prepared {
    trainer: Trainer,
    opened: Opened,
    notices: Vec<String>,
}

impl Plan {
    /// The run for these arguments, which these processes train.
    ///
    /// # Errors
    /// When an argument or an input file is wrong.
    pub fn new(args: &Train, ranks: &Ranks) -> Result<Self> {
        let prepared = match &args.resume {
            Some(folder) => Prepared::resumed(args, folder),
            None => Prepared::fresh(args),
        };
        let shared = prepared.and_then(|mut prepared| {
            ranks.share(&mut prepared.trainer)?;
            Ok(prepared)
        });
        let Prepared { trainer, opened, mut notices } = ranks.agree(shared)?;
        let open = || {
            let (experiment, keep) = (trainer.whole_experiment(), usize::try_from(args.keep)?);
            match &args.resume {
                Some(path) => Folder::reopen(path, trainer.step, &experiment, keep),
                None => Folder::create(args.out.as_deref(), &experiment, keep),
            }
        };
        let folder = ranks.agree(ranks.leads().then(open).transpose())?;
        notices.extend(folder.as_ref().map(|folder| introduction(&trainer, &opened, ranks, folder)));
        Ok(Self { trainer, folder, notices })
    }
}

impl Prepared {
    fn fresh(args: &Train) -> Result<Self> {
        let mut experiment = chosen(&args.chosen, args.seed)?;
        let mut notices = Vec::new();
        let source = match dataset::training_source(&experiment, args.data.as_deref()) {
            Err(why) if !names_data(args) => {
                notices.push(format!("{why:#}"));
                notices.push("training on digits that this program draws instead".to_owned());
                experiment.set_all([("data", "digits"), ("name", "digits-dcgan")])?;
                Source::Made
            }
            found => found?,
        };
        let data = source.name_folder(source.data(&experiment))?;
        let opened = device::open(args.device)?;
        let trainer = Trainer::new(experiment, data, &opened.device)?;
        Ok(Self { trainer, opened, notices })
    }

    fn resumed(args: &Train, path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Err(mistake(format!(
                "--resume {}: there is no such folder; name the folder of a run",
                path.display()
            )));
        }
        let named = || format!("--resume {}", path.display());
        let checkpoint = folder::load(path)?;
        let (done, experiment) = (checkpoint.step(), resumed_experiment(args, path, &checkpoint.experiment)?);
        if done >= experiment.steps {
            return Err(mistake(format!(
                "{}: it has done {done} of {} steps; go beyond with --steps",
                named(),
                experiment.steps
            )));
        }
        let opened = device::open(args.device)?;
        let trainer = train_on(checkpoint, experiment, args.data.as_deref(), &opened.device).with_context(named)?;
        Ok(Self { trainer, opened, notices: Vec::new() })
    }
}

/// The run of a checkpoint with these settings, of which those differ that may change in a run.
///
/// # Errors
/// When its data are not here, or the tensors are not those of the settings.
pub fn train_on(
    mut checkpoint: Checkpoint,
    experiment: Experiment,
    data: Option<&Path>,
    device: &Device,
) -> Result<Trainer> {
    checkpoint.experiment.steps = experiment.steps;
    let source = dataset::training_source(&experiment, data)?;
    let trainer = checkpoint.resume_on(|experiment| source.data(experiment), device);
    let mut trainer = source.name_folder(trainer)?;
    if trainer.experiment() != &experiment && !trainer.revise(experiment)? {
        return Err(mistake("the changed settings need other networks; start a run of their own"));
    }
    Ok(trainer)
}

/// The settings with which a run goes on: those of its checkpoint and what the arguments change. Another experiment,
/// named by the arguments or written into the folder since, is not trained by accident.
fn resumed_experiment(args: &Train, path: &Path, was: &Experiment) -> Result<Experiment> {
    let mut experiment = was.clone();
    experiment.set_all(args.chosen.set.iter().map(|(key, value)| (key.as_str(), value.as_str())))?;
    let (name, other) = match (&args.chosen.file, &args.chosen.preset) {
        (Some(file), _) => (file.display().to_string(), Some(from_file(file)?)),
        (None, Some(preset)) => (format!("the preset {preset}"), Some(Experiment::preset(preset)?)),
        (None, None) => (path.join(folder::EXPERIMENT).display().to_string(), folder::described(path)?),
    };
    if let Some(other) = other {
        let told = |key: &str| key == "steps" || args.chosen.set.iter().any(|(changed, _)| changed == key);
        let untold: Vec<_> = was.differences(&other).into_iter().filter(|change| !told(&change.key)).collect();
        if let Some(first) = untold.first() {
            let each: Vec<String> = untold
                .iter()
                .map(|change| format!("{} is {} there and {} in the run", change.key, change.there, change.here))
                .collect();
            return Err(mistake(format!(
                "--resume {}: {name} is another experiment: {}; leave it out or undo its changes, or make one with --set {}={}",
                path.display(),
                each.join(", "),
                first.key,
                first.there
            )));
        }
        experiment.steps = other.steps;
    }
    if let Some(steps) = args.chosen.steps {
        experiment.set("steps", &steps.to_string())?;
    }
    if let Some(fixed) = was.differences(&experiment).iter().find(|change| !change.live && change.key != "steps") {
        return Err(mistake(format!(
            "--set {}={}: it cannot change in a run; start another with it",
            fixed.key, fixed.there
        )));
    }
    Ok(experiment)
}

/// Reads an experiment's file.
///
/// # Errors
/// When it cannot be read, or is not a valid experiment.
pub fn from_file(path: &Path) -> Result<Experiment> {
    let text = files::read_text(path)?;
    Experiment::from_toml(&text).with_context(|| path.display().to_string())
}

/// The experiment that the arguments choose.
///
/// # Errors
/// When there is none, or it is not valid.
pub fn chosen(args: &Chosen, seed: Option<u64>) -> Result<Experiment> {
    let mut experiment = match (&args.file, &args.preset) {
        (Some(path), _) => from_file(path)?,
        (None, Some(name)) => Experiment::preset(name)?,
        (None, None) => Experiment::preset(presets::DEFAULT)?,
    };
    let numbers = [("steps", args.steps), ("seed", seed)]
        .into_iter()
        .filter_map(|(key, number)| Some((key.to_owned(), number?.to_string())));
    let settings: Vec<_> = args.set.iter().cloned().chain(numbers).collect();
    experiment.set_all(settings.iter().map(|(key, value)| (key.as_str(), value.as_str())))?;
    Ok(experiment)
}

/// Whether the user chose these data, also through a preset: drawn digits must not replace them then.
fn names_data(args: &Train) -> bool {
    args.chosen.file.is_some()
        || args.chosen.preset.is_some()
        || args.data.is_some()
        || args.chosen.set.iter().any(|(key, _)| key == "data")
}

fn introduction(trainer: &Trainer, opened: &Opened, ranks: &Ranks, folder: &Folder) -> String {
    let e = &trainer.whole_experiment();
    let data = match (e.data.dataset(), trainer.data().images()) {
        (Some(dataset), Some(images)) => format!("{} images of {}", images.len(), dataset.title()),
        (_, Some(images)) if e.data == DataKind::Folder => format!("{} images of a folder", images.len()),
        (_, Some(images)) => format!("{} drawn digits", images.len()),
        (_, None) => format!("{} Gaussians", e.mixture.len()),
    };
    let from = match trainer.step {
        0 => String::new(),
        step => format!(" from step {step}"),
    };
    let by = match ranks.size() {
        1 => String::new(),
        size => format!(" by {size} processes"),
    };
    format!(
        "{}: {data}, {} + {} parameters, {} steps of {}{from}{by}, on {}, to {}",
        e.name,
        trainer.gan.generator.num_params(),
        trainer.gan.discriminator.num_params(),
        e.steps,
        e.batch_size,
        opened.name,
        folder.path().display()
    )
}
