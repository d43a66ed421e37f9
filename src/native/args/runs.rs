//! The arguments of the commands that train and compare runs.

use std::path::PathBuf;

use super::values::{jobs, setting};
use crate::native::device::Choice;
use crate::native::sweep::Variation;

/// The choice of an experiment.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Chosen {
    /// An experiment, as `presets --toml` prints them
    #[arg(value_name = "FILE.toml", conflicts_with = "preset")]
    pub file: Option<PathBuf>,
    /// A named experiment; `counterfeit presets` lists them
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Change a setting, such as `batch_size=64`; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
    /// Stop a run at this step, counted from its first
    #[arg(long)]
    pub steps: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub struct Train {
    #[command(flatten)]
    pub chosen: Chosen,
    /// The seed of all random numbers
    #[arg(long)]
    pub seed: Option<u64>,
    /// The device
    #[arg(long, value_enum, default_value_t)]
    pub device: Choice,
    /// The folder with MNIST's files [else `$COUNTERFEIT_DATA`, else the user's cache, else downloaded]; with `data =
    /// folder` that of the images, or of a folder of images for each class
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The folder to write to, in which there is no run yet [default: runs/NAME-NUMBER]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Resume the run in this folder. With `--set` its settings change from here on, those that leave the networks as
    /// they are
    #[arg(long, value_name = "DIR", conflicts_with_all = ["seed", "out"])]
    pub resume: Option<PathBuf>,
    /// Report on standard output, one JSON object per line
    #[arg(long)]
    pub json: bool,
    /// Steps between reports [default: 20 for images, 100 for mixtures]
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u64).range(1..))]
    pub report_every: Option<u64>,
    /// Steps between grids of images
    #[arg(long, value_name = "STEPS", default_value_t = 250, value_parser = clap::value_parser!(u64).range(1..))]
    pub sample_every: u64,
    /// Steps between checkpoints
    #[arg(long, value_name = "STEPS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    pub checkpoint_every: u64,
    /// Keep so many of the last checkpoints, each under the number of its step
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub keep: u64,
    /// Once a loss is no longer finite, the discriminator is saturated, or modes have collapsed: stop, or go back to the
    /// best checkpoint (the last, where a run has no metrics) and train on with half of both learning rates [default:
    /// stop at a loss that is not finite, and tell of the others]
    #[arg(long, value_enum)]
    pub on_divergence: Option<OnDivergence>,
}

/// How a run goes on that has a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OnDivergence {
    /// It ends.
    Stop,
    /// From its best checkpoint, with half of both learning rates.
    Rollback,
}

impl Default for Train {
    fn default() -> Self {
        Self {
            chosen: Chosen::default(),
            seed: None,
            device: Choice::default(),
            data: None,
            out: None,
            resume: None,
            json: false,
            report_every: None,
            sample_every: 250,
            checkpoint_every: 500,
            keep: 1,
            on_divergence: None,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct Sweep {
    #[command(flatten)]
    pub chosen: Chosen,
    /// Give a setting each of these values, such as `n_critic=1,5`, or with --random values of a range, such as
    /// `generator_lr=1e-5..1e-2`; repeatable
    #[arg(long, value_name = "KEY=VALUES", required_unless_present = "resume")]
    pub vary: Vec<Variation>,
    /// So many random combinations of the values, in place of all
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub random: Option<u64>,
    /// The seed of the random combinations
    #[arg(long, default_value_t = 0)]
    pub random_seed: u64,
    /// Runs of each combination, with the seeds from 0 on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Runs at a time
    #[arg(long, default_value_t = 1, value_parser = jobs)]
    pub jobs: usize,
    /// The device
    #[arg(long, value_enum, default_value_t)]
    pub device: Choice,
    /// The folder with MNIST's files
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The folder to write to, in which there is no sweep yet [default: sweeps/NAME-NUMBER]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on with the sweep in this folder: its runs that are not done
    #[arg(long, value_name = "DIR", conflicts_with_all = ["file", "preset", "vary", "random", "random_seed", "seeds", "set", "steps", "out"])]
    pub resume: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Compare {
    /// The folders of the runs
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Print a JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Import {
    #[command(flatten)]
    pub chosen: Chosen,
    /// The seed of the run, and of the networks that are not given
    #[arg(long)]
    pub seed: Option<u64>,
    /// The state dict of the generator
    #[arg(long, value_name = "FILE", required_unless_present = "discriminator")]
    pub generator: Option<PathBuf>,
    /// The state dict of the discriminator
    #[arg(long, value_name = "FILE")]
    pub discriminator: Option<PathBuf>,
    /// The folder to write to, in which there is no run yet [default: runs/NAME-NUMBER]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
