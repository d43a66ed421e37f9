//! The folder of a run: `experiment.toml`, the checkpoints, the reports (`metrics.jsonl`, `metrics.csv`, TensorBoard's
//! events), grids of images, and at the end their filmstrip. One process at a time writes to it.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use super::failure::mistake;
use super::records::Records;
use super::report::Report;
use super::tensorboard::Events;
use super::{files, filmstrip};
use crate::checkpoint::{self, Checkpoint};
use crate::experiment::Experiment;
use crate::metrics::Metric;
use crate::quantity::Better;
use crate::snapshot::Gallery;
use crate::trainer::Trainer;

/// The name of the checkpoint.
pub const CHECKPOINT: &str = "checkpoint.safetensors";
/// The name of the experiment's file.
pub const EXPERIMENT: &str = "experiment.toml";
const BEST: [&str; 2] = ["best.safetensors", "best.json"];
/// The name of a checkpoint that stays when newer ones come, before its step.
const EARLIER: &str = "checkpoint-";
const LOCK: &str = "run.lock";

/// The folder of one run.
pub struct Folder {
    path: PathBuf,
    /// The step of its checkpoint.
    saved: Option<u64>,
    /// The steps of the checkpoints that stay when newer ones come, the oldest first, and how many may.
    earlier: Vec<u64>,
    keep: usize,
    best: Option<Best>,
    records: Records,
    events: Events,
    /// Held while this process lives, however it ends.
    _lock: File,
}

/// The best checkpoint so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Its step.
    pub step: u64,
    /// The metric that it is best by.
    pub metric: String,
    /// Its value.
    pub value: f64,
}

impl Folder {
    /// Creates the folder of a new run: the given one, or the next free `runs/NAME-NUMBER`. The last `keep` checkpoints
    /// stay in it.
    ///
    /// # Errors
    /// When it holds a run already, or cannot be written to.
    pub fn create(asked: Option<&Path>, experiment: &Experiment, keep: usize) -> Result<Self> {
        let path = match asked {
            Some(path) => claim(path)?,
            None => next_free(Path::new("runs"), &experiment.name)?,
        };
        Self::open(path, None, experiment, keep)
    }

    /// The folder of a run that goes on after `step`.
    ///
    /// # Errors
    /// When another process trains the run, or it cannot be written to.
    pub fn reopen(path: &Path, step: u64, experiment: &Experiment, keep: usize) -> Result<Self> {
        Self::open(path.to_owned(), Some(step), experiment, keep)
    }

    fn open(path: PathBuf, saved: Option<u64>, experiment: &Experiment, keep: usize) -> Result<Self> {
        let lock = lock(&path)?;
        let step = saved.unwrap_or(0);
        describe(&path, experiment).map_err(mistake)?;
        let best = fs::read(path.join(BEST[1])).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Ok(Self {
            saved,
            earlier: files::numbered(&path, EARLIER, ".safetensors")?,
            keep,
            // A later one is of steps that come again.
            best: best.filter(|best: &Best| best.step <= step),
            records: Records::open(&path, step)?,
            events: Events::create(&path, step)?,
            path,
            _lock: lock,
        })
    }

    /// Goes on after `step`, from its checkpoint, with changed settings: what was recorded since is void.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn go_back(&mut self, step: u64, experiment: &Experiment) -> Result<()> {
        describe(&self.path, experiment)?;
        self.records = Records::open(&self.path, step)?;
        self.events = Events::create(&self.path, step)?;
        Ok(())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of its checkpoint.
    pub fn checkpoint(&self) -> PathBuf {
        self.path.join(CHECKPOINT)
    }

    /// The step of its checkpoint.
    pub fn saved(&self) -> Option<u64> {
        self.saved
    }

    /// The best checkpoint and its path, where the run has metrics.
    pub fn best(&self) -> Option<(&Best, PathBuf)> {
        self.best.as_ref().map(|best| (best, self.path.join(BEST[0])))
    }

    /// Adds a report to the records.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn record(&mut self, report: &Report) -> Result<()> {
        self.records.add(report)?;
        for (tag, value) in report.scalars() {
            self.events.scalar(&tag, value);
        }
        self.events.end(report.step)
    }

    /// Writes a grid of images.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn keep_grid(&mut self, step: u64, gallery: &Gallery) -> Result<()> {
        let png = super::grid::png(&gallery.generated, gallery.size, gallery.channels)?;
        files::write(&self.path.join(filmstrip::grid_name(step)), &png)?;
        self.events.image("samples", &png, gallery.channels)?;
        self.events.end(step)
    }

    /// Saves the run over the old checkpoint; where this one is better by the first of these metrics, also as the best.
    ///
    /// # Errors
    /// When the device or the disk fails, or the weights are no longer finite; the old checkpoint stays then.
    pub fn save(&mut self, trainer: &Trainer, metrics: &[Metric]) -> Result<()> {
        let bytes = pollster::block_on(checkpoint::save(trainer))?;
        // A loss can be finite where weights are not: a bad checkpoint must not replace a good one.
        Checkpoint::parse(&bytes).map_err(|error| anyhow!("training diverged at step {}: {error}", trainer.step))?;
        let step = trainer.step;
        files::write(&self.checkpoint(), &bytes)?;
        self.saved = Some(step);
        if self.keep > 1 {
            self.keep_earlier(step, &bytes)?;
        }
        if let Some(metric) = metrics.first()
            && self.best.as_ref().is_none_or(|best| is_better(metric, best.value))
        {
            let best = Best { step, metric: metric.quantity.name.to_owned(), value: metric.value };
            files::write(&self.path.join(BEST[0]), &bytes)?;
            files::write(&self.path.join(BEST[1]), serde_json::to_string(&best)?.as_bytes())?;
            self.best = Some(best);
        }
        self.weigh(step, &bytes)
    }

    /// Keeps this checkpoint under the name of its step, and removes the oldest beyond those that stay.
    fn keep_earlier(&mut self, step: u64, bytes: &[u8]) -> Result<()> {
        files::write(&self.path.join(name_of(step)), bytes)?;
        self.earlier.retain(|&earlier| earlier < step);
        self.earlier.push(step);
        while self.earlier.len() > self.keep {
            let path = self.path.join(name_of(self.earlier.remove(0)));
            fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }

    /// The distribution of each matrix of weights, as TensorBoard shows it.
    fn weigh(&mut self, step: u64, bytes: &[u8]) -> Result<()> {
        let file = SafeTensors::deserialize(bytes).context("the checkpoint")?;
        for (name, view) in file.iter().filter(|(name, _)| name.ends_with("weight")) {
            let of_player = name.starts_with("generator.") || name.starts_with("discriminator.");
            if of_player {
                self.events.histogram(&name.replacen('.', "/", 1), &bytemuck::pod_collect_to_vec(view.data()));
            }
        }
        self.events.end(step)
    }

    /// Draws the filmstrip of a run on images.
    ///
    /// # Errors
    /// When a grid is damaged, or the disk fails.
    pub fn end(&self, trainer: &Trainer) -> Result<()> {
        filmstrip::write(&self.path, trainer.step, trainer.experiment().image_size)
    }
}

fn is_better(metric: &Metric, than: f64) -> bool {
    match metric.quantity.better {
        Better::Lower => metric.value < than,
        Better::Higher => metric.value > than,
        Better::Neither => false,
    }
}

/// The name of a checkpoint that stays when newer ones come.
fn name_of(step: u64) -> String {
    format!("{EARLIER}{step:06}.safetensors")
}

/// Holds the folder for this process.
fn lock(path: &Path) -> Result<File> {
    let refuse = |why: &dyn std::fmt::Display| mistake(format!("{}: {why}", path.display()));
    let file = File::create(path.join(LOCK)).map_err(|error| refuse(&error))?;
    match file.try_lock() {
        // Some network file systems have no locks.
        Ok(()) => Ok(file),
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(refuse(&"another process trains this run; wait for its end, or start a run of its own with --out"))
        }
        Err(TryLockError::Error(error)) => Err(refuse(&error)),
    }
}

/// Writes the experiment into a run's folder.
fn describe(folder: &Path, experiment: &Experiment) -> Result<()> {
    files::write(&folder.join(EXPERIMENT), experiment.to_toml().as_bytes())
}

/// The experiment in a run's folder, where it is there.
///
/// # Errors
/// When it cannot be read.
pub fn described(folder: &Path) -> Result<Option<Experiment>> {
    let path = folder.join(EXPERIMENT);
    if !path.exists() {
        return Ok(None);
    }
    let text = files::read_text(&path)?;
    Experiment::from_toml(&text).with_context(|| path.display().to_string()).map(Some)
}

/// Reads a checkpoint: the file itself, or the one in a run's folder.
///
/// # Errors
/// When there is none, or it cannot be used.
pub fn load(path: &Path) -> Result<Checkpoint> {
    let file = if path.is_dir() { path.join(CHECKPOINT) } else { path.to_owned() };
    let bytes = files::read(&file, checkpoint::SIZE_LIMIT as u64)?;
    Checkpoint::parse(&bytes).with_context(|| file.display().to_string())
}

/// Creates the folder, unless it exists and holds no run.
fn claim(path: &Path) -> Result<PathBuf> {
    if [CHECKPOINT, EXPERIMENT].iter().any(|name| path.join(name).exists()) {
        return Err(mistake(format!(
            "--out {0}: it holds a run already; go on with it by --resume {0}, or name another folder",
            path.display()
        )));
    }
    fs::create_dir_all(path).map_err(|error| mistake(format!("--out {}: {error}", path.display())))?;
    Ok(path.to_owned())
}

/// Creates `NAME-001` in `runs`, or the next free number.
pub fn next_free(runs: &Path, name: &str) -> Result<PathBuf> {
    let safe = |c: char| {
        if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' }
    };
    let name: String = name.chars().map(safe).collect();
    let refuse =
        |path: &Path, error| mistake(format!("{} cannot be made: {error}; name a folder with --out", path.display()));
    fs::create_dir_all(runs).map_err(|error| refuse(runs, error))?;
    let mut number = 1;
    loop {
        let path = runs.join(format!("{name}-{number:03}"));
        // Creating the folder also reserves its number against a run that starts at the same time.
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(refuse(&path, error)),
        }
    }
}
