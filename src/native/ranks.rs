//! The processes that `mpirun` or `srun` starts together. They train one run, each on its part of every batch, or share
//! out the runs of `sweep` and `reproduce`.

#[cfg(feature = "mpi")]
mod mpi;

use std::env;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use anyhow::Result;

use super::failure::{self, Elsewhere};
use super::interrupt;
use super::progress::{self, Level};
use crate::trainer::{Communicator, RngState, Trainer};

/// Where launchers say how many processes they start: Open MPI, MPICH, Slurm.
const SIZES: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"];
/// How variables of launchers begin, which make a process think that it is one of several.
const PREFIXES: [&str; 5] = ["OMPI_", "PMIX_", "PMI_", "PRTE_", "SLURM_STEP_"];

/// The processes that were started together with this one.
#[derive(Clone)]
pub struct Ranks(Option<Rc<dyn Processes>>);

/// A connection of processes that gathers bytes, too, and ends all of them.
#[cfg_attr(not(feature = "mpi"), allow(dead_code, reason = "a build without MPI has no such connection"))]
trait Processes: Communicator {
    /// The bytes that each process gives, by rank.
    fn gather(&self, bytes: &[u8]) -> Vec<Vec<u8>>;

    /// Whether one of the processes was asked to stop, as of the last mean: the same answer on all of them.
    fn asked_to_stop(&self) -> bool;

    /// The words with which this process ends when another is lost.
    fn set_last_words(&self, words: String);

    /// Ends all processes.
    fn abort(&self, code: u8) -> !;
}

impl Ranks {
    /// Meets the processes that were started together with this one, if any. All but the first say nothing but errors
    /// from here on.
    ///
    /// # Errors
    /// When there are some, and this build has no MPI or MPI fails.
    pub fn join() -> Result<Self> {
        let size = |name| env::var(name).ok().and_then(|size| size.parse().ok());
        let size: usize = SIZES.into_iter().find_map(size).unwrap_or(1);
        if size <= 1 {
            return Ok(Self(None));
        }
        let processes = connect(size)?;
        if processes.rank() > 0 {
            progress::set_level(Level::Quiet);
        }
        Ok(Self(Some(processes)))
    }

    /// The number of processes.
    pub fn size(&self) -> usize {
        self.0.as_ref().map_or(1, |processes| processes.size())
    }

    /// The number of this process, from 0.
    pub fn rank(&self) -> usize {
        self.0.as_ref().map_or(0, |processes| processes.rank())
    }

    /// Whether this process writes and reports for all.
    pub fn leads(&self) -> bool {
        self.rank() == 0
    }

    /// Trains the run with the others.
    ///
    /// # Errors
    /// When its batch cannot be split.
    pub fn share(&self, trainer: &mut Trainer) -> Result<()> {
        match &self.0 {
            Some(processes) => Ok(trainer.share(processes.clone())?),
            None => Ok(()),
        }
    }

    /// The result, where it is good on every process. Otherwise an error on all, which the first that has one prints.
    ///
    /// # Errors
    /// When the result is an error on some process.
    pub fn agree<T>(&self, result: Result<T>) -> Result<T> {
        let Some(processes) = &self.0 else {
            return result;
        };
        let code = result.as_ref().err().map_or(0, failure::code);
        let codes = processes.gather(&[code]).concat();
        let Some(first) = codes.iter().position(|&code| code != 0) else {
            return result;
        };
        if let Err(error) = &result
            && first == processes.rank()
        {
            failure::print(error);
        }
        // The launcher ends all processes once one of them has failed: none may before the error is printed.
        processes.gather(&[0]);
        Err(Elsewhere(codes[first]).into())
    }

    /// The bytes that each process gives, by rank.
    pub fn gather(&self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        match &self.0 {
            Some(processes) => processes.gather(&bytes),
            None => vec![bytes],
        }
    }

    /// Collects the positions of the random streams of all processes, for a checkpoint.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn collect_positions(&self, trainer: &mut Trainer) -> Result<()> {
        if let Some(processes) = &self.0 {
            let positions = processes.gather(&serde_json::to_vec(&trainer.rng_state())?);
            let others = positions.iter().skip(1).map(|bytes| serde_json::from_slice(bytes));
            trainer.note_others(others.collect::<serde_json::Result<Vec<RngState>>>()?);
        }
        Ok(())
    }

    /// Whether the run should stop: on all processes after the same step.
    pub fn asked_to_stop(&self) -> bool {
        self.0.as_ref().map_or_else(interrupt::asked, |processes| processes.asked_to_stop())
    }

    /// Prepares for the loss of another process, with which this one ends: `run` is the folder of the run and the step of its
    /// checkpoint, where this process leads.
    pub fn prepare_for_loss(&self, run: Option<(&Path, Option<u64>)>) {
        if let Some(processes) = &self.0 {
            processes.set_last_words(match run {
                Some((folder, saved)) => self.last_words(folder, saved),
                None => format!("process {}: another process of this run has ended", processes.rank()),
            });
        }
    }

    /// The words of a process whose run has lost another.
    fn last_words(&self, folder: &Path, saved: Option<u64>) -> String {
        let saved = saved.map_or_else(
            || "no checkpoint had been saved yet".to_owned(),
            |step| {
                format!(
                    "the last good checkpoint is of step {step}; go on with: {}counterfeit train --resume {}",
                    self.launcher(),
                    folder.display()
                )
            },
        );
        format!("another process of this run has ended, and so does the run; {saved}")
    }

    /// The beginning of a command that starts as many processes; nothing for one.
    pub fn launcher(&self) -> String {
        match self.size() {
            1 => String::new(),
            size => format!("mpirun -n {size} "),
        }
    }

    /// The result. An error of one of several processes is printed, and ends all of them: the others would wait for this
    /// one.
    ///
    /// # Errors
    /// When the result is an error.
    pub fn end_all_on_error<T>(&self, result: Result<T>) -> Result<T> {
        match (&self.0, result) {
            (Some(processes), Err(error)) if !error.is::<Elsewhere>() => {
                failure::print(&error);
                processes.abort(failure::code(&error))
            }
            (_, result) => result,
        }
    }
}

/// Makes a command's process one that was started alone.
pub fn alone(command: &mut Command) -> &mut Command {
    let of_launcher = |name: &String| PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in names.filter(of_launcher) {
        command.env_remove(name);
    }
    command
}

#[cfg(feature = "mpi")]
fn connect(_: usize) -> Result<Rc<dyn Processes>> {
    let mpi = mpi::Mpi::connect().ok_or_else(|| anyhow::anyhow!("MPI could not be started"))?;
    Ok(Rc::new(mpi))
}

#[cfg(not(feature = "mpi"))]
fn connect(size: usize) -> Result<Rc<dyn Processes>> {
    Err(failure::mistake(format!(
        "{size} processes were started together, and this build has no MPI: build it with `cargo build --release --features mpi`"
    )))
}
