//! What a picture or a progress line needs to know of a run, as plain numbers, read in one transaction.

use burn::tensor::{Tensor, TensorData, Transaction};

use crate::data::mixture::Mixture;
use crate::data::{Feed, Source};
use crate::error::{Error, Result};
use crate::metrics::{Evaluator, Metric, density};
use crate::nets::matrix;
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Game {
    /// The discriminator's last loss.
    pub d_loss: f32,
    /// The generator's last loss.
    pub g_loss: f32,
    /// Mean of sigmoid(D) over the last real batch.
    pub d_real: f32,
    /// Mean of sigmoid(D) over the last fake batch.
    pub d_fake: f32,
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
    latents: Tensor<2>,
    scene: Scene,
}

enum Scene {
    Line {
        evaluator: Box<Evaluator>,
        low: f32,
        high: f32,
        real: Vec<f32>,
        points: Tensor<2>,
    },
    Plane {
        evaluator: Box<Evaluator>,
        low: f32,
        high: f32,
        real: Vec<f32>,
        points: Tensor<2>,
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

/// Reads what a step reported.
///
/// # Errors
/// When the device fails, or a loss is no longer finite.
pub async fn read_game(trainer: &Trainer, report: StepReport) -> Result<Game> {
    let data = read(register_report(Transaction::default(), report)).await?;
    game(trainer.step, &data)
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
        let latents = Rng::new(e.seed, Stream::Fixed).normals(count * e.latent_dim);
        Self {
            latents: matrix(latents, [count, e.latent_dim], device),
            scene,
        }
    }

    /// Reads the state of the run, whose last step, if it has been taken, gave `report`.
    ///
    /// # Errors
    /// When the device fails, or a loss is no longer finite.
    pub async fn look(&self, trainer: &Trainer, report: Option<StepReport>) -> Result<Snapshot> {
        let mut transaction = Transaction::default().register(trainer.sample(self.latents.clone()));
        if let Scene::Line { points, .. } | Scene::Plane { points, .. } = &self.scene {
            transaction = transaction.register(trainer.logits(points.clone()));
        }
        let played = report.is_some();
        if let Some(report) = report {
            transaction = register_report(transaction, report);
        }
        let mut data = read(transaction).await?;
        let game = if played {
            let of_report = data.split_off(data.len() - REPORTED);
            Some(game(trainer.step, &of_report)?)
        } else {
            None
        };
        let samples = floats(&data[0])?;
        let field = match data.get(1) {
            Some(logits) => floats(logits)?.into_iter().map(sigmoid).collect(),
            None => Vec::new(),
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
        let device = trainer.device();
        match mixture.dim() {
            1 => {
                let axis = axis(low, high, LINE_POINTS);
                let real = axis.iter().map(|&x| mixture.density(&[x]) as f32).collect();
                let points = matrix(axis, [LINE_POINTS, 1], device);
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
                let points = matrix(lattice, [PLANE_CELLS * PLANE_CELLS, 2], device);
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

/// Tensors that [`register_report`] adds to a transaction.
const REPORTED: usize = 3;

fn register_report(transaction: Transaction, report: StepReport) -> Transaction {
    transaction
        .register(report.d_rows)
        .register(report.g_rows)
        .register(report.logits)
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

fn game(step: u64, data: &[TensorData]) -> Result<Game> {
    let mean = |rows: &[f32]| rows.iter().sum::<f32>() / rows.len() as f32;
    // Half of the discriminator's rows are real and half are fake; its loss is the sum of both means.
    let d_loss = 2.0 * mean(&floats(&data[0])?);
    let g_loss = mean(&floats(&data[1])?);
    for (loss, value) in [("discriminator", d_loss), ("generator", g_loss)] {
        if !value.is_finite() {
            return Err(Error::Diverged { step, loss, value });
        }
    }
    let verdicts: Vec<f32> = floats(&data[2])?.into_iter().map(sigmoid).collect();
    let (real, fake) = verdicts.split_at(verdicts.len() / 2);
    Ok(Game {
        d_loss,
        g_loss,
        d_real: mean(real),
        d_fake: mean(fake),
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
