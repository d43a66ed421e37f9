//! Messages between the wasm module and the page, each written once: here, or where the type has its place in the core.
//! The TypeScript types in `www/wasm.d.ts` are generated from them by a test in `messages/tests.rs`.

mod scores;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use self::scores::{ClassScores, ScoringState};

use crate::data::Split;
use crate::error::Error;
use crate::experiment::{Architecture, Experiment, Preset};
use crate::latent::image_projection::ProjectedImage;
use crate::metrics::Metric;
use crate::nets::Network;
use crate::quantity::Quantity;
use crate::snapshot::{self, Picture};
use crate::trainer::StepCost;

/// The state of a GAN after a step. Arrays are row-major; numbers that are not finite are `null`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// Generator updates so far.
    #[cfg_attr(test, ts(type = "number"))]
    pub step: u64,
    /// The last discriminator loss; `null` before the first step.
    pub d_loss: Option<f32>,
    /// The last generator loss.
    pub g_loss: Option<f32>,
    /// Mean of sigmoid(D) over the last real batch.
    pub d_real: Option<f32>,
    /// Mean of sigmoid(D) over the last fake batch.
    pub d_fake: Option<f32>,
    /// Mean logit over the last real batch: the score, where D's output is no probability.
    pub score_real: Option<f32>,
    /// Mean logit over the last fake batch.
    pub score_fake: Option<f32>,
    /// Minus the discriminator's loss, V(D, G) in the original game: over the densities of a line, else in the last step.
    /// `null` where more than the outputs decides it.
    pub value: Option<f32>,
    /// The maximum of the value over all discriminators; `null` where it is not known.
    pub value_ceiling: Option<f32>,
    /// Further terms of the losses, and the state of the objective and the regularisers.
    pub terms: Vec<Reading>,
    /// Metrics of the samples with their noise floors. Empty for images.
    pub metrics: Vec<Reading>,
    /// `null` for mixtures of more than two dimensions.
    pub picture: Option<Picture>,
}

/// A value of a quantity, with what is needed to show it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Reading {
    /// The quantity.
    #[serde(flatten)]
    #[cfg_attr(test, ts(flatten))]
    pub quantity: Quantity,
    /// `null` where it is not finite.
    pub value: Option<f64>,
    /// The mean value of ideal samplers; `null` of a term.
    pub floor: Option<f64>,
}

/// The kind of an experiment's picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Kind {
    /// A one-dimensional mixture.
    Line,
    /// A mixture in two or more dimensions.
    Plane,
    /// Images.
    Gallery,
    /// A Dirac-GAN.
    Phase,
}

/// An experiment as the page shows it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExperimentInfo {
    /// The link's text after `#`: the whole experiment.
    pub hash: String,
    /// Its name.
    pub name: String,
    /// The kind of its picture.
    pub kind: Kind,
    /// Every setting by name.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub settings: serde_json::Value,
    /// Whether the discriminator's output is a probability, trained with the cross-entropy.
    pub outputs_probability: bool,
    /// Parameters of the generator.
    #[cfg_attr(test, ts(type = "number"))]
    pub generator_parameters: usize,
    /// Parameters of the discriminator.
    #[cfg_attr(test, ts(type = "number"))]
    pub discriminator_parameters: usize,
    /// Numbers in a row of the generator's input, and after each of its matrix products and convolutions.
    #[cfg_attr(test, ts(type = "number[]"))]
    pub generator_widths: Vec<usize>,
    /// The same of the discriminator.
    #[cfg_attr(test, ts(type = "number[]"))]
    pub discriminator_widths: Vec<usize>,
    /// Multiplications in a step's matrix products and convolutions, about.
    pub step_multiplications: f64,
    /// Bytes of memory that a step needs, about.
    pub step_bytes: f64,
    /// The training files of its dataset, relative to the folder of all data; none where it needs no files.
    pub files: Vec<String>,
    /// Whether drawn digits stand in for the dataset, whose files are missing.
    pub stands_in: bool,
    /// That as a sentence, or ''.
    pub note: String,
}

/// A named experiment.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PresetInfo {
    /// Its name.
    pub name: String,
    /// A sentence about it.
    pub about: String,
    /// The kind of its picture.
    pub kind: Kind,
    /// Its link's text after `#`.
    pub hash: String,
    /// The value of its setting `data`.
    #[cfg_attr(test, ts(type = "string"))]
    pub data: serde_json::Value,
}

/// The state of a projection.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProjectionState {
    /// Updates so far.
    #[cfg_attr(test, ts(type = "number"))]
    pub step: usize,
    /// Updates in all.
    #[cfg_attr(test, ts(type = "number"))]
    pub steps: usize,
    /// The mean squared difference of known pixels, in [−1, 1].
    pub error: Option<f32>,
    /// The least such error among the latents at the start.
    pub start: Option<f32>,
    /// The generator's best image, one byte a pixel.
    #[serde(serialize_with = "crate::typed_array::bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub sample: Vec<u8>,
    /// The given image, with the best image's pixels where it is unknown.
    #[serde(serialize_with = "crate::typed_array::bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub filled: Vec<u8>,
}

/// A WebGPU adapter.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Adapter {
    /// Its vendor and architecture, as far as the browser gives them.
    pub name: String,
    /// Whether it computes on the CPU.
    pub software: bool,
    /// The size of the largest buffer.
    pub max_buffer_bytes: f64,
}

/// The cause of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ErrorKind {
    /// A malformed link or experiment.
    Link,
    /// A setting, a preset's name, or another argument.
    Setting,
    /// Data files.
    Data,
    /// A checkpoint or a classifier.
    Checkpoint,
    /// Losses that are not finite.
    Diverged,
    /// The device.
    Device,
}

/// An error of the wasm module; its functions throw it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Failure {
    /// Its cause.
    pub kind: ErrorKind,
    /// One line: what, where, and what would be right.
    pub message: String,
    /// The setting at fault.
    pub field: Option<String>,
}

impl From<&snapshot::Snapshot> for Snapshot {
    fn from(snapshot: &snapshot::Snapshot) -> Self {
        let stats = snapshot.stats.as_ref();
        let scores = snapshot.scores;
        let metrics = snapshot.metrics.iter();
        let terms = stats.into_iter().flat_map(|stats| &stats.terms);
        Self {
            step: snapshot.step,
            d_loss: stats.map(|stats| stats.d_loss),
            g_loss: stats.map(|stats| stats.g_loss),
            d_real: stats.map(|stats| stats.d_real),
            d_fake: stats.map(|stats| stats.d_fake),
            score_real: scores.map(|scores| scores.real),
            score_fake: scores.map(|scores| scores.fake),
            value: snapshot.value.map(|value| value.reached),
            value_ceiling: snapshot.value.and_then(|value| value.ceiling),
            terms: terms
                .map(|&(quantity, value)| Reading { quantity, value: finite(value.into()), floor: None })
                .collect(),
            metrics: metrics.map(Reading::from).collect(),
            picture: snapshot.picture.clone(),
        }
    }
}

impl From<&Metric> for Reading {
    fn from(&Metric { quantity, value, floor }: &Metric) -> Self {
        Self { quantity, value: finite(value), floor: finite(floor) }
    }
}

impl Kind {
    /// The picture of this experiment.
    #[must_use]
    pub fn of(e: &Experiment) -> Self {
        if e.architecture == Architecture::Dirac {
            return Self::Phase;
        }
        match (e.has_images(), e.data_dim()) {
            (true, _) => Self::Gallery,
            (false, 1) => Self::Line,
            (false, _) => Self::Plane,
        }
    }
}

impl ExperimentInfo {
    /// Of this experiment; with `stands_in` it trains on drawn digits in place of its dataset.
    #[must_use]
    pub fn new(e: &Experiment, stands_in: bool) -> Self {
        let dataset = e.data.dataset();
        let missing = dataset
            .map_or("The images of this run are not here; drop their folder on the page".to_owned(), |dataset| {
                format!("{} is not on this server", dataset.title())
            });
        let note = format!("{missing}: this run trains on digits that the program draws.");
        let files = dataset.into_iter().flat_map(|dataset| {
            let files = dataset.files(Split::Train).iter();
            files.map(|file| format!("{}/{}.gz", dataset.name(), file.names[0]))
        });
        let [generator, discriminator] = [Network::generator(e), Network::discriminator(e)];
        let StepCost { multiplications, bytes } = StepCost::of(e, [&generator, &discriminator]);
        Self {
            step_multiplications: multiplications,
            step_bytes: bytes,
            hash: e.to_hash(),
            name: e.name.clone(),
            kind: Kind::of(e),
            settings: e.to_json(),
            outputs_probability: e.objective.game().outputs_probability(),
            generator_parameters: generator.num_params(),
            discriminator_parameters: discriminator.num_params(),
            generator_widths: generator.widths(e.trained_inputs()),
            discriminator_widths: discriminator.widths(e.discriminator_inputs()),
            files: files.collect(),
            stands_in,
            note: if stands_in { note } else { String::new() },
        }
    }
}

impl PresetInfo {
    /// Of this preset.
    #[must_use]
    pub fn new(preset: &Preset) -> Self {
        let e = &preset.experiment;
        Self {
            name: e.name.clone(),
            about: preset.about.clone(),
            kind: Kind::of(e),
            hash: e.to_hash(),
            data: e.to_json()["data"].take(),
        }
    }
}

impl ProjectionState {
    /// Of a projection of `steps` steps.
    #[must_use]
    pub fn new(found: ProjectedImage, steps: usize) -> Self {
        let finite = |x: f32| Some(x).filter(|x| x.is_finite());
        Self {
            step: found.step,
            steps,
            error: finite(found.error),
            start: finite(found.start),
            sample: found.sample,
            filled: found.filled,
        }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let (kind, field) = match error {
            Error::Syntax(_) => (ErrorKind::Link, None),
            Error::Setting { field, .. } => (ErrorKind::Setting, Some(field)),
            Error::UnknownSetting { name, .. } => (ErrorKind::Setting, Some(name)),
            Error::UnknownPreset { .. } => (ErrorKind::Setting, None),
            Error::Data { .. } => (ErrorKind::Data, None),
            Error::Checkpoint(_) | Error::Classifier(_) => (ErrorKind::Checkpoint, None),
            Error::Device(_) => (ErrorKind::Device, None),
            Error::Diverged { .. } => (ErrorKind::Diverged, None),
        };
        Self { kind, message: error.to_string(), field: field.cloned() }
    }
}

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}
