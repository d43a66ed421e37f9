//! `bench`: training speed, as one JSON line.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::args::Bench;
use super::progress::say;
use super::report::print_json;
use super::{device, presets};
use crate::data::TrainingData;
use crate::error::Error;
use crate::experiment::Experiment;
use crate::trainer::Trainer;

/// Timed parts, whose median is the figure.
const REPEATS: u64 = 5;

/// The benchmark cases, shared with `www/bench.html`.
const CASES: &str = include_str!("../../www/bench-cases.json");

#[derive(Deserialize)]
struct Cases {
    /// Of all cases.
    settings: BTreeMap<String, String>,
    cases: Vec<Case>,
}

/// Two networks of two equal hidden layers, and a batch size.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    name: String,
    latent: usize,
    hidden: usize,
    /// Numbers in a sample.
    data: usize,
    batch: usize,
}

#[derive(Serialize)]
struct Figures {
    preset: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    device: String,
    size: usize,
    batch: usize,
    steps: u64,
    repeats: u64,
    warmup_s: f64,
    steps_per_s: f64,
    images_per_s: f64,
    /// The slowest and the fastest part.
    images_per_s_range: [f64; 2],
    generator_parameters: usize,
    discriminator_parameters: usize,
}

/// Measures training.
///
/// # Errors
/// When the settings are wrong or the device fails.
pub fn run(args: &Bench) -> Result<ExitCode> {
    let experiment = experiment(args)?;
    let opened = device::open(args.device)?;
    let source = TrainingData::new(&experiment, None)?;
    let mut trainer = Trainer::new(experiment, source, &opened.device)?;
    say(&format!("{} on {}", trainer.experiment().name, opened.name));

    let part = args.steps / REPEATS;
    let warm_up = (args.steps / 10).max(3);
    let warmup_s = time(&mut trainer, warm_up, &opened.device)?;
    let mut rates = Vec::new();
    for _ in 0..REPEATS {
        rates.push(part as f64 / time(&mut trainer, part, &opened.device)?);
    }
    rates.sort_by(f64::total_cmp);

    let e = trainer.experiment();
    let images = |steps_per_s: f64| round(steps_per_s * e.batch_size as f64);
    let median = rates[rates.len() / 2];
    print_json(&Figures {
        preset: e.name.clone(),
        case: args.case.as_ref().map(|case| case.name.clone()),
        device: opened.name,
        size: e.image_size,
        batch: e.batch_size,
        steps: part * REPEATS,
        repeats: REPEATS,
        warmup_s: round(warmup_s),
        steps_per_s: round(median),
        images_per_s: images(median),
        images_per_s_range: [images(rates[0]), images(rates[rates.len() - 1])],
        generator_parameters: trainer.gan.generator.num_params(),
        discriminator_parameters: trainer.gan.discriminator.num_params(),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The preset, or the DCGAN that every framework is timed with: 64 pixels, batches of 128, no moving average.
fn experiment(args: &Bench) -> Result<Experiment> {
    let mut settings: Vec<(&str, String)> = Vec::new();
    let mut experiment = if let Some(name) = &args.preset {
        Experiment::preset(name)?
    } else if let Some(case) = &args.case {
        case.experiment()?
    } else {
        settings.extend([("image_size", "64".to_owned()), ("ema_decay", "0".to_owned())]);
        Experiment::preset(presets::DEFAULT)?
    };
    if experiment.data.dataset().is_some() {
        // The content of images does not change the speed, and drawn digits need no files.
        settings.extend([("data", "digits".to_owned()), ("examples_per_class", "100".to_owned())]);
    }
    settings.extend(args.size.map(|size| ("image_size", size.to_string())));
    settings.extend(args.batch.map(|batch| ("batch_size", batch.to_string())));
    settings.extend(args.set.iter().map(|(key, value)| (key.as_str(), value.clone())));
    experiment.set_all(settings.iter().map(|(key, value)| (*key, value.as_str())))?;
    Ok(experiment)
}

fn cases() -> Cases {
    serde_json::from_str(CASES).expect("a committed file")
}

/// The case of this name.
///
/// # Errors
/// Another name: which there are.
pub fn case(name: &str) -> std::result::Result<Case, String> {
    let cases = cases().cases;
    let known = cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>().join(" or ");
    cases.into_iter().find(|case| case.name == name).ok_or_else(|| format!("it should be {known}"))
}

impl Case {
    fn experiment(&self) -> Result<Experiment> {
        let Self { latent, hidden, data, batch, .. } = self;
        let mean = vec!["0.5"; *data].join(",");
        let sizes = [
            ("mixture", format!("[{{mean=[{mean}],std=0.1}}]")),
            ("latent_dim", latent.to_string()),
            ("generator_hidden", format!("[{hidden},{hidden}]")),
            ("discriminator_hidden", format!("[{hidden},{hidden}]")),
            ("batch_size", batch.to_string()),
        ];
        let mut experiment = Experiment::default();
        let settings = cases().settings;
        let settings = settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        experiment.set_all(settings.chain(sizes.iter().map(|(key, value)| (*key, value.as_str()))))?;
        Ok(experiment)
    }
}

/// Seconds that `steps` steps take, to the last result.
fn time(trainer: &mut Trainer, steps: u64, device: &Device) -> Result<f64> {
    let start = Instant::now();
    trainer.steps(usize::try_from(steps)?);
    device.sync().map_err(|error| Error::device(&error))?;
    Ok(start.elapsed().as_secs_f64())
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
