//! The command line.

mod runs;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use self::runs::{Chosen, Compare, Import, OnDivergence, Sweep, Train};
use self::values::{rectangle, setting, sum, threshold, way};
use super::bench;
use super::device::Choice;
use super::protocol;
use super::settings;
use crate::latent::arithmetic::Expression;
use crate::latent::inpainting::Rectangle;
use crate::latent::path::Path;
use crate::latent::projection::Settings;

/// Trains generative adversarial networks.
///
/// Without arguments it trains a DCGAN on MNIST, or on drawn digits where MNIST is neither here nor downloadable.
///
/// Exit codes: 0 done, or interrupted and saved; 2 a usage or input error; 1 anything else.
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print each report as a line, in a terminal too
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a preset, an experiment from a file, or a run that was interrupted
    #[command(
        after_help = "Example:\n  counterfeit train --preset ring --set batch_size=128 --steps 4000 --out runs/ring"
    )]
    Train(Train),
    /// Draw samples from a checkpoint: a PNG of images, or a CSV of points
    #[command(after_help = "Example:\n  counterfeit sample runs/mine --count 16 --out samples.png")]
    Sample(Sample),
    /// Draw samples on the way from one latent to the next: rows of images, an animation, or a CSV of points
    #[command(after_help = "Examples:\n  counterfeit interpolate runs/mine --rows 4 --out rows.png\n  counterfeit \
        interpolate runs/mine --rows 6 --out walk.gif")]
    Interpolate(Interpolate),
    /// Find the latents of images by gradient descent (GAN inversion)
    #[command(
        after_help = "Example:\n  counterfeit project runs/mine digit.png --out projection.png",
        mut_arg("mask", |mask| mask.hide(true))
    )]
    Project(Project),
    /// Complete images: find the latents that fit their known part, and fill the rest with the generator's pixels
    #[command(
        after_help = "Example:\n  counterfeit inpaint runs/mine digit.png --mask 10,8,8,12 --out inpainted.png",
        mut_arg("mask", |mask| mask.required(true))
    )]
    Inpaint(Project),
    /// Evaluate a checkpoint: each metric with its noise floor
    #[command(after_help = "Example:\n  counterfeit evaluate runs/mine --json")]
    Evaluate(Evaluate),
    /// Train the MNIST classifier that `evaluate` scores images with
    #[command(after_help = "Example:\n  counterfeit classifier --epochs 10")]
    Classifier(Classifier),
    /// Run a published protocol over many seeds: a table with the published figures
    #[command(after_help = "Example:\n  counterfeit reproduce ring --seeds 3 --out ring.md")]
    Reproduce(Reproduce),
    /// Train an experiment with varied settings, several runs at a time: a table and a picture of all
    #[command(
        after_help = "Examples:\n  counterfeit sweep --preset ring --vary n_critic=1,5 --vary generator_lr=1e-4,1e-3 \
        --seeds 3 --jobs 2\n  counterfeit sweep --preset ring --vary generator_lr=1e-5..1e-2 --random 20\n  \
        counterfeit sweep --resume sweeps/ring-001"
    )]
    Sweep(Sweep),
    /// Write a network for PyTorch (.safetensors) or as an ONNX graph (.onnx)
    #[command(after_help = "Examples:\n  counterfeit export runs/mine generator.onnx\n  counterfeit export runs/mine \
        discriminator.safetensors --network discriminator\n\nIn PyTorch: model.load_state_dict(safetensors.torch.load_file(\"generator.safetensors\")), where model \
        is a torch.nn.Sequential\nof the same layers, activations counted; of a DCGAN the generator or discriminator of PyTorch's own \
        example, whose Sequential is named main.")]
    Export(Export),
    /// Start a run from networks that PyTorch saved (.pth or .safetensors), with the names that `export` gives them
    #[command(
        after_help = "Example:\n  counterfeit import --preset mnist-dcgan --generator generator.pth --discriminator \
        discriminator.pth --out runs/imported"
    )]
    Import(Import),
    /// Compare runs: the settings in which they differ, their last reports, and the course of each number
    #[command(after_help = "Example:\n  counterfeit compare runs/ring-001 runs/ring-002")]
    Compare(Compare),
    /// List the presets
    #[command(after_long_help = format!("Example:\n  counterfeit presets --toml ring > ring.toml\n\n{}", settings::help()))]
    Presets(Presets),
    /// Print the JSON Schema of an experiment's file, with which editors complete and check it
    #[command(after_help = "Example:\n  counterfeit schema > experiment.schema.json")]
    Schema,
    /// Measure training speed
    #[command(after_help = "Example:\n  counterfeit bench --preset mnist-dcgan --batch 64 --steps 50")]
    Bench(Bench),
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  counterfeit completions bash > ~/.local/share/bash-completion/completions/counterfeit"
    )]
    Completions(Completions),
    /// Write the manual pages
    #[command(after_help = "Example:\n  counterfeit man ~/.local/share/man/man1")]
    Man(Man),
}

impl Default for Command {
    fn default() -> Self {
        Self::Train(Train::default())
    }
}

#[derive(Debug, clap::Args)]
pub struct Sample {
    /// A checkpoint, or the folder of a run
    pub checkpoint: PathBuf,
    /// The number of samples
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub count: u64,
    /// The seed of the latents [default: the run's, whose latents are those of its grids]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Truncate latents to ±T: less diverse samples, with low contrast where T is small
    #[arg(long, value_name = "T", value_parser = threshold, allow_hyphen_values = true)]
    pub truncation: Option<f32>,
    /// The former name of `counterfeit interpolate`
    #[arg(long, value_name = "lerp|slerp", value_parser = way, hide = true)]
    pub interpolate: Option<Path>,
    /// Add and subtract latents, such as 12-3+40 or (1,2,3)-(4,5,6)+(7,8,9): indices of the grid's samples from 0, row
    /// by row, and means of them. Writes each term, then the sum
    #[arg(long, value_name = "SUM", value_parser = sum, allow_hyphen_values = true, conflicts_with_all = ["interpolate", "count"])]
    pub arithmetic: Option<Expression>,
    /// The file to write [default: samples.png or samples.csv]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The device
    #[arg(long, value_enum, default_value_t = Choice::Cpu)]
    pub device: Choice,
}

#[derive(Debug, clap::Args)]
pub struct Interpolate {
    /// A checkpoint, or the folder of a run
    pub checkpoint: PathBuf,
    /// The number of ways, each from one sample of the run's grid to the next, in eight samples
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub rows: u64,
    /// The way: linear, or spherical along a great circle [default: slerp for normal latents, lerp for uniform ones]
    #[arg(long, value_name = "lerp|slerp", value_parser = way)]
    pub way: Option<Path>,
    /// The seed of the latents [default: the run's, whose latents are those of its grids]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Truncate latents to ±T
    #[arg(long, value_name = "T", value_parser = threshold, allow_hyphen_values = true)]
    pub truncation: Option<f32>,
    /// The file to write: a .png of rows, or a .gif that goes through all samples and back [default: interpolation.png,
    /// or interpolation.csv of points]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The device
    #[arg(long, value_enum, default_value_t = Choice::Cpu)]
    pub device: Choice,
}

#[derive(Debug, clap::Args)]
pub struct Project {
    /// A checkpoint, or the folder of a run
    pub checkpoint: PathBuf,
    /// Images, light on dark as the training data: PNG, JPEG or WebP files
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<PathBuf>,
    /// Fill this rectangle, in pixels from the top left corner
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", value_parser = rectangle)]
    pub mask: Option<Rectangle>,
    /// Optimiser steps on each latent
    #[arg(long, default_value_t = Settings::default().steps as u64, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub steps: u64,
    /// Starting latents per image, of which the best result is kept
    #[arg(long, default_value_t = Settings::default().restarts as u64, value_parser = clap::value_parser!(u64).range(1..=250))]
    pub restarts: u64,
    /// The seed of the starting latents [default: the run's]
    #[arg(long)]
    pub seed: Option<u64>,
    /// The file to write: one row per image with the image, its projection and, with `--mask`, the inpainted image
    #[arg(long, value_name = "FILE.png", default_value = "projection.png")]
    pub out: PathBuf,
    /// The device
    #[arg(long, value_enum, default_value_t = Choice::Cpu)]
    pub device: Choice,
    /// Report on standard output, one JSON object per line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Export {
    /// A checkpoint, or the folder of a run
    pub checkpoint: PathBuf,
    /// The file to write: its end says the form
    #[arg(value_name = "FILE.safetensors|FILE.onnx")]
    pub file: PathBuf,
    /// The network; of a generator whose weights are averaged the averages
    #[arg(long, value_enum, default_value_t)]
    pub network: Which,
}

/// One of both networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Which {
    /// Latents to samples.
    #[default]
    Generator,
    /// Samples to logits.
    Discriminator,
}

impl Which {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Generator => "generator",
            Self::Discriminator => "discriminator",
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct Evaluate {
    /// A checkpoint, or the folder of a run
    pub checkpoint: PathBuf,
    /// The folder with MNIST's files, for a run on MNIST
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The file of the classifier that scores images [default: where `counterfeit classifier` writes it]
    #[arg(long, value_name = "FILE")]
    pub classifier: Option<PathBuf>,
    /// The file of a grid of images [default: evaluation.png next to the checkpoint]
    #[arg(long, value_name = "FILE.png")]
    pub out: Option<PathBuf>,
    /// The device
    #[arg(long, value_enum, default_value_t = Choice::Cpu)]
    pub device: Choice,
    /// Print a JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Classifier {
    /// The folder with MNIST's four files [else `$COUNTERFEIT_DATA`, else the user's cache, else downloaded]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The file to write [default: classifier.safetensors in the user's cache]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Epochs
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub epochs: u64,
    /// The seed of all random numbers
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The device
    #[arg(long, value_enum, default_value_t)]
    pub device: Choice,
    /// Print a JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Reproduce {
    /// The protocol
    #[arg(value_enum)]
    pub protocol: protocol::Name,
    /// The number of seeds, counted from 0
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// These seeds instead
    #[arg(long, value_name = "SEED,…", value_delimiter = ',', conflicts_with = "seeds")]
    pub seed_list: Vec<u64>,
    /// The Markdown file to write, which is not there yet [default: reproduce-PROTOCOL.md]
    #[arg(long, value_name = "FILE.md")]
    pub out: Option<PathBuf>,
    /// The device
    #[arg(long, value_enum, default_value_t)]
    pub device: Choice,
    /// The folder with MNIST's files, for the protocols on MNIST
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The classifier's file, for the same [default: the one in the user's cache]
    #[arg(long, value_name = "FILE")]
    pub classifier: Option<PathBuf>,
    /// Report on standard output, a JSON object a run
    #[arg(long)]
    pub json: bool,
    /// Cut every run short, for a quick look: the table then says so
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub struct Presets {
    /// Print this preset whole
    #[arg(long, value_name = "NAME")]
    pub toml: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Bench {
    /// What to train [default: the reference DCGAN, at 64 pixels]
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Train a network of www/bench.html: mixture or images
    #[arg(long, value_name = "NAME", value_parser = bench::case, conflicts_with_all = ["preset", "size"])]
    pub case: Option<bench::Case>,
    /// Change a setting; can be given again
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
    /// Height and width of images: 28, 32 or 64
    #[arg(long)]
    pub size: Option<usize>,
    /// Real samples in a step
    #[arg(long)]
    pub batch: Option<usize>,
    /// Steps that are timed, in five parts
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(5..=1_000_000))]
    pub steps: u64,
    /// The device
    #[arg(long, value_enum, default_value_t)]
    pub device: Choice,
}

#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub struct Man {
    /// The folder to write to
    #[arg(value_name = "DIR", default_value = "man")]
    pub folder: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound_and_defaults_agree() {
        Args::command().debug_assert();
        let parsed = Args::try_parse_from(["counterfeit", "train"]).unwrap();
        assert_eq!(format!("{:?}", parsed.command), format!("{:?}", Some(Command::default())));
    }

    #[test]
    fn every_command_has_an_example_that_it_takes() {
        for command in Args::command().get_subcommands_mut() {
            let help = command.render_long_help().to_string();
            let examples: Vec<&str> = help.lines().filter(|line| line.starts_with("  counterfeit ")).collect();
            assert!(!examples.is_empty(), "{help}");
            for example in examples {
                let words = shlex::split(example.split(" > ").next().unwrap()).unwrap();
                assert_eq!(words[1], command.get_name());
                Args::try_parse_from(words).unwrap_or_else(|error| panic!("{example}: {error}"));
            }
        }
    }
}
