//! Snapshots of a run: losses, metrics and a picture as plain numbers, read from the device in one transaction.

mod lattice;
mod phase;
mod picture;
mod scene;
#[cfg(test)]
mod tests;
mod theory;

use burn::tensor::{Tensor, TensorData, Transaction};

pub use self::picture::{Gallery, Line, Phase, Picture, Plane, Scale};
use self::scene::Scene;
pub use self::theory::Value;
use crate::data::images::to_byte;
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Objective};
use crate::latent::fixed_samples::{FixedSamples, LatentQuery};
use crate::metrics::Metric;
use crate::objective;
use crate::quantity::Quantity;
use crate::tensor::{floats, matrix, read};
use crate::trainer::{StepReport, Trainer};

/// Samples that every metric is computed from; VEEGAN's number.
pub const METRIC_SAMPLES: usize = 2500;

/// Losses and discriminator outputs of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct GanStats {
    /// The discriminator's last loss.
    pub d_loss: f32,
    /// The generator's last loss.
    pub g_loss: f32,
    /// Mean of sigmoid(D) over the last real batch.
    pub d_real: f32,
    /// Mean of sigmoid(D) over the last fake batch.
    pub d_fake: f32,
    /// Further terms of the losses, and the state of the objective and the regularisers.
    pub terms: Vec<(Quantity, f32)>,
}

/// Mean logits of the discriminator: the scores of a critic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanLogits {
    /// Over the last real batch.
    pub real: f32,
    /// Over the last fake batch.
    pub fake: f32,
}

/// The state of a run after a step.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Generator updates so far.
    pub step: u64,
    /// Losses and outputs of the last step; `None` before the first, and right after a checkpoint was loaded.
    pub stats: Option<GanStats>,
    /// Mean logits of the last step; `None` before the first.
    pub scores: Option<MeanLogits>,
    /// V(D, G), over the picture's densities where there are any, else of the last step; `None` for other objectives.
    pub value: Option<Value>,
    /// Metrics with their noise floors; none for images.
    pub metrics: Vec<Metric>,
    /// The picture; `None` for mixtures of more than two dimensions.
    pub picture: Option<Picture>,
}

/// Takes snapshots of a run, always of the same latents and real samples, without changing the run.
pub struct Observer {
    count: usize,
    inputs: Tensor<2>,
    /// The same latents before truncation, where it is set: metrics are of the generator as it is.
    untruncated: Option<Tensor<2>>,
    scene: Scene,
    /// Generator inputs of the interpolation and of the latent arithmetic that are set.
    queried: [Option<Tensor<2>>; 2],
}

/// Reads the report of a step.
///
/// # Errors
/// When the device fails, or a loss is no longer finite.
pub async fn read_stats(trainer: &Trainer, report: StepReport) -> Result<GanStats> {
    let quantities = quantities(&report);
    let data = read(register_report(Transaction::default(), report)).await?;
    let (stats, _) = stats(trainer.experiment(), trainer.step, &data, quantities)?;
    Ok(stats)
}

impl Observer {
    /// An observer of `images` samples, where the data are images.
    #[must_use]
    pub fn new(trainer: &Trainer, images: usize) -> Self {
        let e = trainer.experiment();
        let count = if e.has_images() { (images / e.views()).max(1) } else { METRIC_SAMPLES };
        Self {
            count,
            inputs: rows(trainer, e.fixed_inputs(count, e.seed)),
            untruncated: None,
            scene: Scene::of(trainer, count),
            queried: [None, None],
        }
    }

    /// Follows a run whose settings were changed ([`Trainer::revise`]).
    pub fn revise(&mut self, trainer: &Trainer) {
        self.scene.revise(trainer, self.count);
    }

    /// Sets the view of the latent space; interpolation and arithmetic have an effect on images alone.
    ///
    /// # Errors
    /// [`Error::Setting`] when the query names a sample that there is not.
    pub fn set_query(&mut self, trainer: &Trainer, query: &LatentQuery) -> Result<()> {
        query.check(self.count)?;
        let e = trainer.experiment();
        let fixed = FixedSamples::new(e, self.count, e.seed, query.truncation);
        self.queried = [
            query.interpolation.map(|walk| fixed.interpolation(walk)),
            query.arithmetic.as_ref().map(|sum| fixed.arithmetic(sum)),
        ]
        .map(|inputs| inputs.map(|inputs| rows(trainer, inputs)));
        self.inputs = rows(trainer, fixed.inputs());
        let truncated = query.truncation.is_some() && !e.has_images();
        self.untruncated = truncated.then(|| rows(trainer, e.fixed_inputs(self.count, e.seed)));
        Ok(())
    }

    /// Trains `n` steps, at least one, and keeps the parameters after each of a Dirac-GAN, for its trail. Reads nothing.
    pub fn train(&self, trainer: &mut Trainer, n: usize) -> StepReport {
        self.scene.train(trainer, n)
    }

    /// Takes a snapshot of the run, whose last step gave `report`.
    ///
    /// # Errors
    /// When the device fails, or a loss is no longer finite.
    pub async fn observe(&self, trainer: &Trainer, report: Option<StepReport>) -> Result<Snapshot> {
        let e = trainer.experiment();
        let samples = trainer.sample(self.inputs.clone());
        let mut asked = self.scene.ask(trainer, &samples);
        let mut transaction = Transaction::default().register(samples);
        let of_scene = 1 + asked.len();
        if e.has_images() {
            let queried = self.queried.iter().flatten();
            asked.extend(queried.map(|inputs| trainer.sample(inputs.clone())));
        }
        asked.extend(self.untruncated.iter().map(|inputs| trainer.sample(inputs.clone())));
        let seen = 1 + asked.len();
        transaction = asked.into_iter().fold(transaction, Transaction::register);
        let quantities = report.as_ref().map(quantities);
        if let Some(report) = report {
            transaction = register_report(transaction, report);
        }
        let data = read(transaction).await?;
        let stats = quantities.map(|quantities| stats(e, trainer.step, &data[seen..], quantities)).transpose()?;
        let (stats, scores) = stats.unzip();
        let mut answers = data[..seen].iter().map(floats).collect::<Result<Vec<_>>>()?;
        let mut queried = answers.split_off(of_scene);
        let untruncated = self.untruncated.is_some().then(|| queried.pop()).flatten();
        let (metrics, mut picture, value) = self.scene.picture(e, answers, untruncated.as_deref());
        if let Some(Picture::Gallery(gallery)) = &mut picture {
            self.attach(gallery, queried);
        }
        let of_step = stats.as_ref().filter(|_| theory::has_value(e));
        Ok(Snapshot {
            step: trainer.step,
            value: value.or_else(|| of_step.map(theory::value_of_step)),
            stats,
            scores,
            metrics,
            picture,
        })
    }

    /// Adds the interpolation and the arithmetic to the gallery.
    fn attach(&self, gallery: &mut Gallery, queried: Vec<Vec<f32>>) {
        let places = [&mut gallery.interpolation, &mut gallery.arithmetic];
        let set = self.queried.iter().zip(places).filter(|(inputs, _)| inputs.is_some());
        for ((_, place), values) in set.zip(queried) {
            *place = values.into_iter().map(to_byte).collect();
        }
    }
}

/// Generator inputs on the device of the run.
fn rows(trainer: &Trainer, inputs: Vec<f32>) -> Tensor<2> {
    let width = trainer.experiment().generator_inputs();
    let shape = [inputs.len() / width, width];
    matrix(inputs, shape, trainer.device())
}

fn quantities(report: &StepReport) -> Vec<Quantity> {
    report.terms.iter().map(|(quantity, _)| *quantity).collect()
}

fn register_report(transaction: Transaction, report: StepReport) -> Transaction {
    let transaction = transaction.register(report.d_rows).register(report.g_rows).register(report.logits);
    let terms = report.terms.into_iter();
    terms.fold(transaction, |all, (_, rows)| all.register(rows))
}

fn stats(e: &Experiment, step: u64, data: &[TensorData], quantities: Vec<Quantity>) -> Result<(GanStats, MeanLogits)> {
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
    let mut terms = quantities
        .into_iter()
        .zip(&data[3..])
        .map(|(quantity, rows)| Ok((quantity, mean(&floats(rows)?))))
        .collect::<Result<Vec<_>>>()?;
    if e.objective == Objective::Began {
        let error = objective::convergence(-mean(real), g_loss, e.began_gamma);
        terms.push((objective::CONVERGENCE, error));
    }
    let belief = |logits: &[f32]| logits.iter().copied().map(sigmoid).sum::<f32>() / logits.len() as f32;
    let stats = GanStats { d_loss, g_loss, d_real: belief(real), d_fake: belief(fake), terms };
    let scores = MeanLogits { real: mean(real), fake: mean(fake) };
    Ok((stats, scores))
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
