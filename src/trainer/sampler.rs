//! Draws the inputs of every step on the host: real batches from the data, everything else from seeded streams, one a
//! use.

use serde::{Deserialize, Serialize};

use super::Gan;
use super::inputs::{
    ConsistencyInputs, DiscriminatorInputs, FeatureMatchingInputs, GeneratorInputs, Perturbation, Samples, StepInputs,
};
use crate::data::{DataLoader, LoaderState, TrainingData, views};
use crate::error::Result;
use crate::experiment::{Architecture, Experiment};
use crate::nets::Network;
use crate::regularizer::augmentation::AugmentationInputs;
use crate::rng::{Position, Rng, Stream};
use crate::tensor::HostMatrix;

/// WGAN's warm-up (Arjovsky et al. 2017, their code): in the first steps, and again at regular intervals, the critic is
/// trained close to its optimum.
const WARMUP_STEPS: u64 = 25;
const WARMUP_INTERVAL: u64 = 500;
const WARMUP_UPDATES: usize = 100;

/// The data and the random streams of a run.
pub(super) struct InputSampler {
    pub loader: DataLoader,
    latents: Rng,
    classes: Rng,
    dropout: Rng,
    noise: Rng,
    /// Updates of the generator and of the discriminator so far.
    pub updates: [u64; 2],
}

/// The positions of a run's data and random streams. Together with the state of the networks they determine all further
/// steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RngState {
    /// `None`: at the start of the data.
    data: Option<LoaderState>,
    latents: Position,
    classes: Position,
    dropout: Position,
    noise: Position,
}

impl RngState {
    /// Puts the data back to their start.
    pub fn restart_data(&mut self) {
        self.data = None;
    }
}

impl InputSampler {
    pub fn new(data: TrainingData, seed: u64) -> Self {
        Self {
            loader: DataLoader::new(data, seed),
            latents: Rng::new(seed, Stream::Latent),
            classes: Rng::new(seed, Stream::Class),
            dropout: Rng::new(seed, Stream::Dropout),
            noise: Rng::new(seed, Stream::Noise),
            updates: [0, 0],
        }
    }

    pub fn state(&self) -> RngState {
        RngState {
            data: Some(self.loader.state()),
            latents: self.latents.position(),
            classes: self.classes.position(),
            dropout: self.dropout.position(),
            noise: self.noise.position(),
        }
    }

    /// Sets the positions.
    ///
    /// # Errors
    /// When the data have no such position.
    pub fn restore(&mut self, state: RngState) -> Result<()> {
        if let Some(data) = state.data {
            self.loader.restore(data)?;
        }
        self.latents = Rng::at(state.latents);
        self.classes = Rng::at(state.classes);
        self.dropout = Rng::at(state.dropout);
        self.noise = Rng::at(state.noise);
        Ok(())
    }

    /// Moves all streams to those of the process of this rank, which meet nobody else's.
    pub fn jump(&mut self, rank: usize) {
        self.loader.jump(rank);
        for stream in [&mut self.latents, &mut self.classes, &mut self.dropout, &mut self.noise] {
            stream.jump(rank);
        }
    }

    /// The inputs of the step after `step` steps.
    pub fn draw(&mut self, gan: &Gan, step: u64) -> StepInputs<HostMatrix> {
        let e = &gan.experiment;
        let discriminator = (0..n_critic(e, step)).map(|_| self.discriminator_inputs(gan, step)).collect();
        let (generator, ema_decay) = self.generator_turn(gan, step);
        StepInputs { discriminator, generator, ema_decay }
    }

    /// The inputs of the generator's update in that step, and the decay of its moving average.
    pub fn generator_turn(&mut self, gan: &Gan, step: u64) -> (GeneratorInputs<HostMatrix>, Option<HostMatrix>) {
        let e = &gan.experiment;
        let ema_decay = (e.ema_decay > 0.0).then(|| HostMatrix { values: vec![ema_decay(e, step)], shape: [1, 1] });
        (self.generator_inputs(gan, step), ema_decay)
    }

    /// The inputs of an update of the discriminator in that step.
    pub fn discriminator_inputs(&mut self, gan: &Gan, step: u64) -> DiscriminatorInputs<HostMatrix> {
        let e = &gan.experiment;
        let (real, labels) = self.real_batch(e);
        let latents = self.generator_batch(e, &labels);
        let perturbations = [(); 2].map(|()| self.perturbation(e, step));
        let masks = self.masks_of_both(&gan.discriminator, e);
        let (rows, dim) = (e.batch_size / e.pack, e.pack * e.d_dim());
        let penalty = e.gradient_penalty.draw(rows, dim, &mut self.noise);
        let consistency = (e.consistency_weight > 0.0).then(|| ConsistencyInputs {
            augmentations: [(); 2].map(|()| self.augmentations(e)),
            masks: self.masks_of_both(&gan.discriminator, e),
        });
        let vat = (e.vat_weight > 0.0)
            .then(|| HostMatrix { values: self.noise.normals(2 * rows * dim), shape: [2 * rows, dim] });
        self.updates[1] += 1;
        let optimizer = gan.optimizers[1].inputs(self.updates[1], lr_scale(e, step));
        DiscriminatorInputs { real, latents, perturbations, masks, penalty, consistency, vat, optimizer }
    }

    fn generator_inputs(&mut self, gan: &Gan, step: u64) -> GeneratorInputs<HostMatrix> {
        let e = &gan.experiment;
        let labels = self.loader.classes(e.batch_size, &mut self.classes);
        let latents = self.generator_batch(e, &labels);
        let perturbation = self.perturbation(e, step);
        let rows = e.batch_size / e.pack;
        let masks = self.masks(&gan.discriminator, rows);
        let feature_matching = (e.feature_matching_weight > 0.0).then(|| FeatureMatchingInputs {
            perturbation: self.perturbation(e, step),
            masks: self.masks(&gan.discriminator, rows),
        });
        let path_length = (e.path_length_weight > 0.0).then(|| {
            let shape = [e.batch_size.div_ceil(2), e.d_dim()];
            HostMatrix { values: self.noise.normals(shape[0] * shape[1]), shape }
        });
        self.updates[0] += 1;
        GeneratorInputs {
            latents,
            classes: one_hot(e, &labels),
            perturbation,
            masks,
            feature_matching,
            path_length,
            optimizer: gan.optimizers[0].inputs(self.updates[0], lr_scale(e, step)),
        }
    }

    /// Real samples as the discriminator sees them, and their labels; for an adversarial autoencoder, samples from the
    /// prior.
    pub fn real_batch(&mut self, e: &Experiment) -> (Samples<HostMatrix>, Vec<u8>) {
        let n = e.batch_size;
        if e.architecture == Architecture::Autoencoder {
            return (Samples { rows: self.prior_batch(e), classes: None }, Vec::new());
        }
        let batch = self.loader.next_batch(n);
        let (dim, side) = (e.data_dim(), e.image_size);
        let values = match e.architecture {
            Architecture::Stacked => {
                let coarse = views::coarse(&batch.values, side);
                views::concat_rows(&coarse, &batch.values, [e.coarse_dim(), dim])
            }
            Architecture::Coupled => {
                // Of other images: CoGAN needs no pairs.
                let edges = views::edges(&self.loader.next_batch(n).values, side);
                views::concat_rows(&batch.values, &edges, [dim, dim])
            }
            _ => batch.values,
        };
        let rows = HostMatrix { values, shape: [n, e.d_dim()] };
        (Samples { rows, classes: one_hot(e, &batch.labels) }, batch.labels)
    }

    /// The generator's input: latents, and classes where it is conditioned; for an adversarial autoencoder, images.
    pub fn generator_batch(&mut self, e: &Experiment, labels: &[u8]) -> HostMatrix {
        if e.architecture == Architecture::Autoencoder {
            let values = self.loader.next_batch(e.batch_size).values;
            return HostMatrix { values, shape: [e.batch_size, e.data_dim()] };
        }
        let latents = self.prior_batch(e);
        HostMatrix { values: e.concat_labels(latents.values, labels), shape: [e.batch_size, e.generator_inputs()] }
    }

    /// Samples from the prior, `[n, latent_dim]`.
    fn prior_batch(&mut self, e: &Experiment) -> HostMatrix {
        let shape = [e.batch_size, e.latent_dim];
        HostMatrix { values: e.prior.draw(&mut self.latents, shape[0], shape[1]), shape }
    }

    fn perturbation(&mut self, e: &Experiment, step: u64) -> Perturbation<HostMatrix> {
        // With consistency regularisation the augmentations are left to that term.
        let augmentations = if e.consistency_weight > 0.0 { Vec::new() } else { self.augmentations(e) };
        let level = instance_noise(e, step);
        let shape = [e.batch_size, e.d_dim()];
        let noise = (level > 0.0).then(|| HostMatrix {
            values: self.noise.normals(shape[0] * shape[1]).iter().map(|x| x * level).collect(),
            shape,
        });
        Perturbation { augmentations, noise }
    }

    fn augmentations(&mut self, e: &Experiment) -> Vec<AugmentationInputs<HostMatrix>> {
        let (n, side) = (e.batch_size, e.image_size);
        e.augment.iter().map(|augmentation| augmentation.draw(n, side, &mut self.noise)).collect()
    }

    /// Dropout masks of one discriminator pass over both halves, or, where it couples the batch, of one pass over each.
    fn masks_of_both(&mut self, discriminator: &Network, e: &Experiment) -> Vec<HostMatrix> {
        let rows = e.batch_size / e.pack;
        if discriminator.couples_batch() {
            let mut masks = self.masks(discriminator, rows);
            masks.extend(self.masks(discriminator, rows));
            return masks;
        }
        self.masks(discriminator, 2 * rows)
    }

    fn masks(&mut self, discriminator: &Network, rows: usize) -> Vec<HostMatrix> {
        discriminator.masks(rows).into_iter().map(|mask| mask.draw(&mut self.dropout)).collect()
    }
}

/// Classes as one-hot rows, where a network is conditioned on them.
fn one_hot(e: &Experiment, labels: &[u8]) -> Option<HostMatrix> {
    e.one_hot(labels).map(|values| HostMatrix { values, shape: [labels.len(), e.class_count()] })
}

/// Discriminator updates in a step.
pub(super) fn n_critic(e: &Experiment, step: u64) -> usize {
    let warmup = step < WARMUP_STEPS || step.is_multiple_of(WARMUP_INTERVAL);
    if e.critic_warmup && warmup { WARMUP_UPDATES } else { e.n_critic }
}

/// The learning-rate decay factor of a step.
fn lr_scale(e: &Experiment, step: u64) -> f64 {
    match e.lr_half_life {
        0 => 1.0,
        half_life => (-(step as f64) / half_life as f64).exp2(),
    }
}

/// The decay of the generator's moving average in a step, smaller at first, so that the start is soon forgotten (the
/// warm-up of TensorFlow's `ExponentialMovingAverage`).
fn ema_decay(e: &Experiment, step: u64) -> f32 {
    let t = step as f32;
    e.ema_decay.min((1.0 + t) / (10.0 + t))
}

/// The standard deviation of instance noise in a step.
pub(super) fn instance_noise(e: &Experiment, step: u64) -> f32 {
    match e.instance_noise_steps {
        0 => e.instance_noise,
        steps => e.instance_noise * (1.0 - step as f32 / steps as f32).max(0.0),
    }
}
