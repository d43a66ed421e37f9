//! What a picture or a progress line needs to know of a run, as plain numbers, read in one transaction.

use burn::tensor::{Tensor, TensorData, Transaction};

use crate::data::mixture::Mixture;
use crate::data::{Feed, Source};
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::metrics::{Evaluator, Metric, density};
use crate::nets::matrix;
use crate::objective::{self, Objective};
use crate::rng::{Rng, Stream};
use crate::trainer::{StepReport, Trainer};

/// Samples that every metric is computed from; VEEGAN's number.
pub const METRIC_SAMPLES: usize = 2500;
/// Points along the axis of a [`Line`].
const LINE_POINTS: usize = 256;
/// Cells on each side of a [`Plane`]'s lattice.
const PLANE_CELLS: usize = 48;
/// Dots of each colour that are drawn.
const DOTS: usize = 1000;

/// Where the two sides stand after a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Game {
    /// The discriminator's last loss.
    pub d_loss: f32,
    /// The generator's last loss.
    pub g_loss: f32,
    /// Mean of sigmoid(D) over the last real batch.
    pub d_real: f32,
    /// Mean of sigmoid(D) over the last fake batch.
    pub d_fake: f32,
    /// What else the experiment's regularisers measured in the step, by name.
    pub extras: Vec<(&'static str, f32)>,
}

/// The state of a run: the game, the metrics, and a picture.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Generator updates so far.
    pub step: u64,
    /// Losses and verdicts of the last step; `None` before the first, and right after a checkpoint was loaded.
    pub game: Option<Game>,
    /// Metrics with their noise floors; none for images.
    pub metrics: Vec<Metric>,
    /// What to draw; `None` where the data can be drawn neither on a line nor on a plane nor as images.
    pub picture: Option<Picture>,
}

/// What to draw.
#[derive(Clone, Debug)]
pub enum Picture {
    /// A one-dimensional mixture.
    Line(Line),
    /// A two-dimensional one.
    Plane(Plane),
    /// Images.
    Gallery(Gallery),
}

/// Densities and D(x) over one axis, at equally spaced points from `low` to `high`.
#[derive(Clone, Debug)]
pub struct Line {
    /// The axis' left end.
    pub low: f32,
    /// The axis' right end.
    pub high: f32,
    /// The target's density.
    pub real: Vec<f32>,
    /// The generator's density, estimated from its samples.
    pub generated: Vec<f32>,
    /// sigmoid(D(x)).
    pub discriminator: Vec<f32>,
    /// `p_real / (p_real + p_generated)`: the best answer to these two densities.
    pub optimal: Vec<f32>,
    /// Some of the generator's samples.
    pub samples: Vec<f32>,
}

/// Samples and sigmoid(D) over a square.
#[derive(Clone, Debug)]
pub struct Plane {
    /// Both axes' low end.
    pub low: f32,
    /// Both axes' high end.
    pub high: f32,
    /// x, y of some real samples.
    pub real: Vec<f32>,
    /// x, y of some generated ones.
    pub generated: Vec<f32>,
    /// Cells on a side of the lattice.
    pub cells: usize,
    /// sigmoid(D) at the lattice's points, rows from the low y to the high one.
    pub discriminator: Vec<f32>,
}

/// Images, one after another, a byte a pixel: 0 black, 255 white.
#[derive(Clone, Debug)]
pub struct Gallery {
    /// Pixels on a side.
    pub size: usize,
    /// How many of each.
    pub count: usize,
    /// From latents that stay the same throughout the run.
    pub generated: Vec<u8>,
    /// Real ones.
    pub real: Vec<u8>,
}

/// Looks at a run without touching it: its latents and its real samples are its own, and the same at every look.
pub struct Observer {
    inputs: Tensor<2>,
    scene: Scene,
}

enum Scene {
    Line {
        evaluator: Box<Evaluator>,
        low: f32,
        high: f32,
        real: Vec<f32>,
        points: Points,
    },
    Plane {
        evaluator: Box<Evaluator>,
        low: f32,
        high: f32,
        real: Vec<f32>,
        points: Points,
    },
    Points {
        evaluator: Box<Evaluator>,
    },
    Gallery {
        size: usize,
        count: usize,
        real: Vec<u8>,
    },
}

/// Places whose logits are asked for.
struct Points {
    /// Where the discriminator judges several samples together, each place is followed by real samples to go with it.
    samples: Tensor<2>,
    /// A place is judged as one of the nearest mode.
    labels: Vec<u8>,
}

impl Points {
    fn new(places: Vec<f32>, mixture: &Mixture, trainer: &Trainer) -> Self {
        let e = &trainer.experiment;
        let dim = mixture.dim();
        let mut rng = Rng::new(e.seed, Stream::Metrics);
        let mut samples = Vec::new();
        let mut labels = Vec::new();
        for place in places.chunks_exact(dim) {
            let mates = mixture.sample(e.pack - 1, &mut rng);
            samples.extend_from_slice(place);
            labels.push(mixture.nearest(place).0 as u8);
            samples.extend(mates.values);
            labels.extend(mates.labels);
        }
        Self {
            samples: matrix(samples, [labels.len(), dim], trainer.device()),
            labels,
        }
    }
}

/// Reads what a step reported.
///
/// # Errors
/// When the device fails, or a loss is no longer finite.
pub async fn read_game(trainer: &Trainer, report: StepReport) -> Result<Game> {
    let names = report.extras.iter().map(|(name, _)| *name).collect();
    let data = read(register_report(Transaction::default(), report)).await?;
    game(&trainer.experiment, trainer.step, &data, names)
}

impl Observer {
    /// An observer that shows `images` images, where the data are images.
    #[must_use]
    pub fn new(trainer: &Trainer, images: usize) -> Self {
        let e = &trainer.experiment;
        let device = trainer.device();
        let (scene, count) = match trainer.source() {
            Source::Images(source) => {
                let real = Feed::new(Source::Images(source.clone()), e.seed)
                    .next_batch(images)
                    .values;
                let real = real.into_iter().map(to_byte).collect();
                (
                    Scene::Gallery {
                        size: e.image_size,
                        count: images,
                        real,
                    },
                    images,
                )
            }
            Source::Mixture(mixture) => {
                (Scene::of_mixture(mixture, e.seed, trainer), METRIC_SAMPLES)
            }
        };
        Self {
            inputs: matrix(
                e.fixed_inputs(count, e.seed),
                [count, e.generator_inputs()],
                device,
            ),
            scene,
        }
    }

    /// Reads the state of the run, whose last step, if it has been taken, gave `report`.
    ///
    /// # Errors
    /// When the device fails, or a loss is no longer finite.
    pub async fn look(&self, trainer: &Trainer, report: Option<StepReport>) -> Result<Snapshot> {
        let mut transaction = Transaction::default().register(trainer.sample(self.inputs.clone()));
        let mut seen = 1;
        if let Scene::Line { points, .. } | Scene::Plane { points, .. } = &self.scene {
            let logits = trainer.logits(points.samples.clone(), &points.labels);
            transaction = transaction.register(logits);
            seen += 1;
        }
        let names = report.as_ref().map(|report| {
            let names = report.extras.iter().map(|(name, _)| *name);
            names.collect::<Vec<_>>()
        });
        if let Some(report) = report {
            transaction = register_report(transaction, report);
        }
        let data = read(transaction).await?;
        let game = names
            .map(|names| game(&trainer.experiment, trainer.step, &data[seen..], names))
            .transpose()?;
        let samples = floats(&data[0])?;
        let field = match seen {
            2 => floats(&data[1])?.into_iter().map(sigmoid).collect(),
            _ => Vec::new(),
        };
        let (metrics, picture) = self.scene.picture(samples, field);
        Ok(Snapshot {
            step: trainer.step,
            game,
            metrics,
            picture,
        })
    }
}

impl Scene {
    fn of_mixture(mixture: &Mixture, seed: u64, trainer: &Trainer) -> Self {
        let evaluator = Box::new(Evaluator::new(mixture, METRIC_SAMPLES));
        let (low, high) = mixture.bounds();
        match mixture.dim() {
            1 => {
                let axis = axis(low, high, LINE_POINTS);
                let real = axis.iter().map(|&x| mixture.density(&[x]) as f32).collect();
                let points = Points::new(axis, mixture, trainer);
                Self::Line {
                    evaluator,
                    low,
                    high,
                    real,
                    points,
                }
            }
            2 => {
                let axis = axis(low, high, PLANE_CELLS);
                let lattice = axis
                    .iter()
                    .flat_map(|&y| axis.iter().flat_map(move |&x| [x, y]))
                    .collect();
                let real = mixture
                    .sample(DOTS, &mut Rng::new(seed, Stream::Metrics))
                    .values;
                let points = Points::new(lattice, mixture, trainer);
                Self::Plane {
                    evaluator,
                    low,
                    high,
                    real,
                    points,
                }
            }
            _ => Self::Points { evaluator },
        }
    }

    fn picture(&self, mut samples: Vec<f32>, field: Vec<f32>) -> (Vec<Metric>, Option<Picture>) {
        match self {
            Self::Line {
                evaluator,
                low,
                high,
                real,
                ..
            } => {
                let metrics = evaluator.evaluate(&samples);
                let generated = density::estimate(&samples, *low, *high, LINE_POINTS);
                let optimal = real
                    .iter()
                    .zip(&generated)
                    .map(|(&r, &g)| if r + g > 0.0 { r / (r + g) } else { 0.5 })
                    .collect();
                samples.truncate(DOTS);
                let line = Line {
                    low: *low,
                    high: *high,
                    real: real.clone(),
                    generated,
                    discriminator: field,
                    optimal,
                    samples,
                };
                (metrics, Some(Picture::Line(line)))
            }
            Self::Plane {
                evaluator,
                low,
                high,
                real,
                ..
            } => {
                let metrics = evaluator.evaluate(&samples);
                samples.truncate(2 * DOTS);
                let plane = Plane {
                    low: *low,
                    high: *high,
                    real: real.clone(),
                    generated: samples,
                    cells: PLANE_CELLS,
                    discriminator: field,
                };
                (metrics, Some(Picture::Plane(plane)))
            }
            Self::Points { evaluator } => (evaluator.evaluate(&samples), None),
            Self::Gallery { size, count, real } => {
                let gallery = Gallery {
                    size: *size,
                    count: *count,
                    generated: samples.into_iter().map(to_byte).collect(),
                    real: real.clone(),
                };
                (Vec::new(), Some(Picture::Gallery(gallery)))
            }
        }
    }
}

fn register_report(transaction: Transaction, report: StepReport) -> Transaction {
    let transaction = transaction
        .register(report.d_rows)
        .register(report.g_rows)
        .register(report.logits);
    let extras = report.extras.into_iter();
    extras.fold(transaction, |all, (_, rows)| all.register(rows))
}

/// Waits for everything in a transaction.
///
/// # Errors
/// When the device fails.
pub(crate) async fn read(transaction: Transaction) -> Result<Vec<TensorData>> {
    transaction
        .execute_async()
        .await
        .map_err(|error| Error::Device(crate::error::brief(&error.to_string())))
}

pub(crate) fn floats(data: &TensorData) -> Result<Vec<f32>> {
    data.try_to_vec()
        .map_err(|error| Error::Device(format!("it returned other data than asked for: {error:?}")))
}

fn game(e: &Experiment, step: u64, data: &[TensorData], names: Vec<&'static str>) -> Result<Game> {
    let mean = |rows: &[f32]| rows.iter().sum::<f32>() / rows.len() as f32;
    // Half of the discriminator's rows are real and half are fake; its loss is the sum of both means.
    let d_loss = 2.0 * mean(&floats(&data[0])?);
    let g_loss = mean(&floats(&data[1])?);
    for (loss, value) in [("discriminator", d_loss), ("generator", g_loss)] {
        if !value.is_finite() {
            return Err(Error::Diverged { step, loss, value });
        }
    }
    let logits = floats(&data[2])?;
    let (real, fake) = logits.split_at(logits.len() / 2);
    let mut extras = names
        .into_iter()
        .zip(&data[3..])
        .map(|(name, rows)| Ok((name, mean(&floats(rows)?))))
        .collect::<Result<Vec<_>>>()?;
    if e.objective == Objective::Began {
        let error = objective::convergence(-mean(real), g_loss, e.began_gamma);
        extras.push(("convergence", error));
    }
    let belief =
        |logits: &[f32]| logits.iter().copied().map(sigmoid).sum::<f32>() / logits.len() as f32;
    Ok(Game {
        d_loss,
        g_loss,
        d_real: belief(real),
        d_fake: belief(fake),
        extras,
    })
}

fn axis(low: f32, high: f32, points: usize) -> Vec<f32> {
    let width = (high - low) / (points - 1) as f32;
    (0..points).map(|i| low + width * i as f32).collect()
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// [-1, 1] to 0–255.
#[must_use]
pub fn to_byte(value: f32) -> u8 {
    ((value + 1.0) * 127.5).round() as u8
}
