//! The folder of a run: `experiment.toml`, `checkpoint.safetensors`, and grids of images.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use super::failure::mistake;
use super::files;
use crate::checkpoint::{self, Checkpoint};
use crate::experiment::Experiment;
use crate::trainer::Trainer;

const CHECKPOINT: &str = "checkpoint.safetensors";
const EXPERIMENT: &str = "experiment.toml";

/// The folder of one run.
pub struct Folder {
    path: PathBuf,
    /// The step of its checkpoint.
    saved: Option<u64>,
}

impl Folder {
    /// Creates the folder of a new run: the given one, or the next free `runs/NAME-NUMBER`.
    ///
    /// # Errors
    /// When it holds a run already, or cannot be written to.
    pub fn create(asked: Option<&Path>, experiment: &Experiment) -> Result<Self> {
        let path = match asked {
            Some(path) => claim(path)?,
            None => next_free(Path::new("runs"), &experiment.name)?,
        };
        let folder = Self { path, saved: None };
        folder.describe(experiment)?;
        Ok(folder)
    }

    /// The folder of a run that is resumed.
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn reopen(path: &Path, step: u64, experiment: &Experiment) -> Result<Self> {
        let folder = Self { path: path.to_owned(), saved: Some(step) };
        folder.describe(experiment)?;
        Ok(folder)
    }

    fn describe(&self, experiment: &Experiment) -> Result<()> {
        let path = self.path.join(EXPERIMENT);
        files::write(&path, experiment.to_toml().as_bytes()).map_err(mistake)
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

    /// Saves the run over the old checkpoint.
    ///
    /// # Errors
    /// When the device or the disk fails, or the weights are no longer finite; the old checkpoint stays then.
    pub fn save(&mut self, trainer: &Trainer) -> Result<()> {
        let bytes = pollster::block_on(checkpoint::save(trainer))?;
        // A loss can be finite where weights are not: a bad checkpoint must not replace a good one.
        Checkpoint::parse(&bytes).map_err(|error| anyhow!("training diverged at step {}: {error}", trainer.step))?;
        files::write(&self.checkpoint(), &bytes)?;
        self.saved = Some(trainer.step);
        Ok(())
    }

    /// Writes a grid of images.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn keep_grid(&self, step: u64, png: &[u8]) -> Result<()> {
        files::write(&self.path.join(format!("samples-{step:06}.png")), png)
    }
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
fn next_free(runs: &Path, name: &str) -> Result<PathBuf> {
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
