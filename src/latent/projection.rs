//! The latent of a given image, by gradient descent on the generator's input (Lipton & Tripathi 2017; Creswell &
//! Bharath 2018): an encoder for a generator that was trained without one.

use burn::tensor::{Device, Tensor, Transaction};

use super::Prior;
pub use super::projection_settings::Settings;
use crate::error::Result;
use crate::optimizer::{Optimizer, OptimizerKind};
use crate::rng::Rng;
use crate::tensor::{constant_like, floats, matrix, read};

/// Adam's own betas: the loss stands still, which a game's does not.
const BETAS: (f32, f32) = (0.9, 0.999);
/// The last part of the steps, over which they grow shorter, by half a cosine wave (Karras et al. 2020, appendix D).
const RAMP_DOWN: f32 = 0.25;

/// A function of rows that gradients pass through, and that leaves no graph for rows without: see
/// [`eval_function`](super::eval_function).
pub type Map = Box<dyn Fn(Tensor<2>) -> Tensor<2>>;

/// What is searched with.
pub struct Model {
    /// Latents `[n, latent_dim]` to samples `[n, data_dim]`.
    pub generator: Map,
    /// Samples to a loss, row by row, `[n, 1]`, that is low where they look real: the generator's own in training, say.
    pub realism: Option<Map>,
    /// What latents are drawn from.
    pub prior: Prior,
    /// Coordinates of a latent.
    pub latent_dim: usize,
}

/// What was found for a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Projected {
    /// The latent.
    pub latent: Vec<f32>,
    /// The sample that it makes.
    pub sample: Vec<f32>,
    /// The mean squared difference from the target, weighted as the search was.
    pub error: f32,
    /// The least such error among the latents that it started from.
    pub start: f32,
}

/// A search in progress, for any number of targets at once.
pub struct Projection {
    model: Model,
    settings: Settings,
    /// Rows `[targets × restarts, data_dim]`, the restarts of a target together.
    targets: Tensor<2>,
    /// What each number of a sample counts for, `[1, data_dim]`; adds up to 1.
    weights: Tensor<2>,
    latents: Tensor<2>,
    /// The errors of the latents that it started from.
    start: Tensor<2>,
    optimizer: Optimizer,
    moments: Vec<Tensor<2>>,
    rng: Rng,
    step: usize,
}

impl Projection {
    /// A projection at its start. `targets` are samples, row by row; `weights` weight the squared error of each number:
    /// all alike, or 0 under a [`Mask`](super::inpainting::Mask).
    ///
    /// # Panics
    /// When the targets are not rows as long as `weights`.
    #[must_use]
    pub fn new(
        model: Model,
        mut settings: Settings,
        targets: &[f32],
        weights: &[f32],
        mut rng: Rng,
        device: &Device,
    ) -> Self {
        settings.restarts = settings.restarts.max(1);
        let dim = weights.len();
        let rows: Vec<f32> = targets.chunks(dim).flat_map(|target| target.repeat(settings.restarts)).collect();
        let count = targets.len() / dim;
        let n = count * settings.restarts;
        let sum: f32 = weights.iter().sum();
        let weights = weights.iter().map(|weight| weight / sum).collect();
        // Every target starts from the same latents, so that what is found for one does not depend on the others.
        let drawn = model.prior.draw(&mut rng, settings.restarts, model.latent_dim);
        let latents = matrix(drawn.repeat(count), [n, model.latent_dim], device);
        let targets = matrix(rows, [n, dim], device);
        let weights = matrix(weights, [1, dim], device);
        let start = error((model.generator)(latents.clone()), targets.clone(), weights.clone());
        let optimizer = Optimizer::new(OptimizerKind::Adam, settings.learning_rate, BETAS);
        Self {
            moments: optimizer.init(std::slice::from_ref(&latents)),
            optimizer,
            model,
            settings,
            targets,
            weights,
            latents,
            start,
            rng,
            step: 0,
        }
    }

    /// Moves every latent once against its loss's gradient. Nothing is read back from the device.
    ///
    /// # Panics
    /// When the generator makes nothing of its latents.
    pub fn step(&mut self) {
        let leaf = self.latents.clone().autodiff().require_grad();
        let (loss, ..) = self.loss(leaf.clone());
        // From the rows, not from their mean: no latent's gradient depends on how many there are.
        let mut gradients = loss.backward();
        let gradient = leaf.grad_remove(&mut gradients).expect("latents take part in the loss");
        let inputs = self.optimizer.inputs(self.step as u64 + 1, 1.0).upload(&self.latents.device());
        let moments = std::mem::take(&mut self.moments);
        let (moved, moments) = self.optimizer.step(vec![self.latents.clone()], moments, vec![gradient], &inputs);
        self.moments = moments;
        for moved in moved {
            let way = moved - self.latents.clone();
            let latents = self.latents.clone() + way * self.pace();
            self.latents = self.within_bounds(latents);
        }
        self.step += 1;
    }

    /// How far a step goes: all the way, until the last ones settle down.
    fn pace(&self) -> f32 {
        let left = 1.0 - self.step as f32 / self.settings.steps.max(1) as f32;
        let share = (left / RAMP_DOWN).clamp(0.0, 1.0);
        0.5 - 0.5 * (share * std::f32::consts::PI).cos()
    }

    /// A uniform prior has bounds: a coordinate that leaves them is drawn anew, so that none sticks to a bound
    /// (stochastic clipping, Lipton & Tripathi 2017). It starts from rest, else its old momentum would soon drive it
    /// out again.
    fn within_bounds(&mut self, latents: Tensor<2>) -> Tensor<2> {
        match self.model.prior {
            Prior::Normal => latents,
            Prior::Uniform => {
                let [n, dim] = latents.dims();
                let restarts = self.settings.restarts;
                let drawn = self.model.prior.draw(&mut self.rng, restarts, dim);
                let drawn = matrix(drawn.repeat(n / restarts), [n, dim], &latents.device());
                let beyond = latents.clone().abs().greater_elem(1.0);
                if let Some(momentum) = self.moments.first_mut() {
                    *momentum = momentum.clone().mask_fill(beyond.clone(), 0.0);
                }
                latents.mask_where(beyond, drawn)
            }
        }
    }

    /// The loss row by row, and of it the error; and the samples.
    fn loss(&self, latents: Tensor<2>) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
        let constant = |tensor: &Tensor<2>| constant_like(&latents, tensor.clone());
        let samples = (self.model.generator)(latents.clone());
        let error = error(samples.clone(), constant(&self.targets), constant(&self.weights));
        let mut loss = error.clone();
        if let Some(realism) = &self.model.realism {
            loss = loss + realism(samples.clone()) * self.settings.realism_weight;
        }
        if self.model.prior == Prior::Normal {
            let density = (latents.clone() * latents).mean_dim(1) * 0.5;
            loss = loss + density * self.settings.prior_weight;
        }
        (loss, error, samples)
    }

    /// The best of each target's latents as they stand, in the order of the targets.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn read(&self) -> Result<Vec<Projected>> {
        let (loss, error, samples) = self.loss(self.latents.clone());
        let transaction = [loss, error, self.start.clone(), self.latents.clone(), samples]
            .into_iter()
            .fold(Transaction::default(), Transaction::register);
        let data = read(transaction).await?;
        let numbers = data.iter().map(floats).collect::<Result<Vec<_>>>()?;
        let [loss, error, start, latents, samples] = &numbers[..] else {
            unreachable!("as many as were registered");
        };
        let restarts = self.settings.restarts;
        let row = |values: &[f32], i: usize| {
            let dim = values.len() / loss.len();
            values[i * dim..(i + 1) * dim].to_vec()
        };
        let best = |first: usize| {
            let rows = first..first + restarts;
            let chosen = rows.clone().min_by(|&a, &b| loss[a].total_cmp(&loss[b]));
            let chosen = chosen.unwrap_or(first);
            Projected {
                latent: row(latents, chosen),
                sample: row(samples, chosen),
                error: error[chosen],
                start: rows.map(|i| start[i]).fold(f32::INFINITY, f32::min),
            }
        };
        Ok((0..loss.len()).step_by(restarts).map(best).collect())
    }
}

/// The weighted mean of squared differences, row by row, `[n, 1]`.
fn error(samples: Tensor<2>, targets: Tensor<2>, weights: Tensor<2>) -> Tensor<2> {
    let difference = samples - targets;
    (difference.clone() * difference * weights).sum_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::latent::eval_function;
    use crate::nets::{Network, Weights};
    use crate::rng::Stream;

    /// Samples are the latents themselves: what a search should find is then plain.
    fn identity(prior: Prior, latent_dim: usize) -> Model {
        Model { generator: Box::new(|z| z), realism: None, prior, latent_dim }
    }

    fn settings() -> Settings {
        Settings { steps: 300, restarts: 2, learning_rate: 0.1, prior_weight: 0.0, realism_weight: 0.0 }
    }

    fn search(model: Model, settings: Settings, targets: &[f32], weights: &[f32]) -> Vec<Projected> {
        let rng = Rng::new(3, Stream::Fixed);
        let device = Device::flex();
        let mut projection = Projection::new(model, settings, targets, weights, rng, &device);
        for _ in 0..settings.steps {
            projection.step();
        }
        pollster::block_on(projection.read()).unwrap()
    }

    fn close(got: &[f32], wanted: &[f32]) {
        assert_eq!(got.len(), wanted.len());
        for (g, w) in got.iter().zip(wanted) {
            assert!((g - w).abs() < 2e-3, "{got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn each_target_is_found() {
        let targets = [0.5, -1.0, 2.0, 0.25];
        let found = search(identity(Prior::Normal, 2), settings(), &targets, &[1.0; 2]);
        assert_eq!(found.len(), 2);
        close(&found[0].latent, &targets[..2]);
        close(&found[1].sample, &targets[2..]);
        assert!(found.iter().all(|f| f.error < 1e-5 && f.start > 1e-2));
    }

    #[test]
    fn the_prior_pulls_normal_latents_in() {
        // (z - x)² / d + λ z² / (2 d) is least at z = 2 x / (2 + λ).
        let pulled = Settings { prior_weight: 2.0, ..settings() };
        let found = search(identity(Prior::Normal, 2), pulled, &[3.0, -1.0], &[1.0; 2]);
        close(&found[0].latent, &[1.5, -0.5]);
        assert!((found[0].error - 1.25).abs() < 5e-3);
    }

    #[test]
    fn uniform_latents_stay_within_their_bounds() {
        let model = || identity(Prior::Uniform, 2);
        let found = search(model(), settings(), &[0.9, 3.0], &[1.0; 2]);
        close(&found[0].latent[..1], &[0.9]);
        assert!((-1.0..=1.0).contains(&found[0].latent[1]), "{found:?}");
    }

    #[test]
    fn realism_counts_as_it_is_weighted() {
        // (z - x)² + w z is least at z = x - w / 2.
        let model = Model { realism: Some(Box::new(|x| x)), ..identity(Prior::Normal, 1) };
        let weighted = Settings { realism_weight: 0.5, ..settings() };
        close(&search(model, weighted, &[1.0], &[1.0])[0].latent, &[0.75]);
    }

    #[test]
    fn what_is_hidden_does_not_count() {
        // What the error does not hold, only the prior does: there the latent goes to 0.
        let pulled = Settings { prior_weight: 0.01, ..settings() };
        let found = search(identity(Prior::Normal, 2), pulled, &[0.5, 99.0], &[3.0, 0.0]);
        // (z - x)² + λ z² / 4
        close(&found[0].latent[..1], &[0.5 / 1.0025]);
        assert!(found[0].latent[1].abs() < 0.1, "{found:?}");
        assert!(found[0].error < 1e-4, "{found:?}");
    }

    #[test]
    fn the_best_start_is_kept() {
        let still = Settings { steps: 0, restarts: 50, ..settings() };
        let found = search(identity(Prior::Normal, 1), still, &[0.3, -0.8], &[1.0]);
        let starts = Prior::Normal.draw(&mut Rng::new(3, Stream::Fixed), 50, 1);
        for (found, target) in found.iter().zip([0.3, -0.8]) {
            let distance = |z: &f32| (z - target).powi(2);
            let best = starts.iter().map(distance).fold(f32::INFINITY, f32::min);
            assert_eq!((found.error, found.start), (best, best));
        }
    }

    #[test]
    fn steps_grow_shorter_at_the_end() {
        let rng = Rng::new(0, Stream::Fixed);
        let model = identity(Prior::Normal, 1);
        let device = Device::flex();
        let mut projection = Projection::new(model, settings(), &[0.0], &[1.0], rng, &device);
        let mut pace = |step| {
            projection.step = step;
            projection.pace()
        };
        assert_eq!((pace(0), pace(225)), (1.0, 1.0));
        // Half of the last quarter is left.
        assert!((pace(262) - 0.5).abs() < 0.02 && pace(299) < 1e-3);
    }

    /// A DCGAN's generator with lively weights, and statistics that are not those of a fresh one.
    fn dcgan(device: &Device) -> (Experiment, Network, Weights) {
        let mut e = Experiment::preset("mnist-dcgan").unwrap();
        (e.base_channels, e.latent_dim) = (2, 5);
        let network = Network::generator(&e);
        let mut weights = network.init(&mut Rng::new(0, Stream::Init), device);
        for weight in &mut weights.params {
            *weight = weight.clone() * 15.0;
        }
        for statistic in &mut weights.buffers {
            *statistic = statistic.clone() * 0.5 + 0.3;
        }
        (e, network, weights)
    }

    fn model(network: &Network, weights: &Weights, latent_dim: usize) -> Model {
        Model {
            generator: Box::new(eval_function(network.clone(), weights.clone())),
            ..identity(Prior::Normal, latent_dim)
        }
    }

    #[test]
    fn the_gradient_reaches_latents_through_batch_norm_at_rest() {
        // Central finite differences in each coordinate of a latent, h = 3e-4.
        let device = Device::flex();
        let (e, network, weights) = dcgan(&device);
        let projection = Projection::new(
            model(&network, &weights, e.latent_dim),
            Settings { restarts: 1, prior_weight: 0.01, ..settings() },
            &[0.0; 784],
            &[1.0; 784],
            Rng::new(0, Stream::Fixed),
            &device,
        );
        let z = projection.latents.clone();
        let tracked = z.clone().autodiff().require_grad();
        let gradients = projection.loss(tracked.clone()).0.backward();
        let exact = floats(&tracked.grad(&gradients).unwrap().into_data()).unwrap();
        let h = 3e-4;
        let at = |i: usize, shift: f32| -> f32 {
            let mut values = floats(&z.clone().into_data()).unwrap();
            values[i] += shift;
            let z = matrix(values, [1, e.latent_dim], &device);
            projection.loss(z).0.into_scalar()
        };
        let steepest = exact.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
        assert!(steepest > 1e-2, "a gradient worth testing: {exact:?}");
        for (i, exact) in exact.iter().enumerate() {
            let difference = (at(i, h) - at(i, -h)) / (2.0 * h);
            assert!((difference - exact).abs() < 0.03 * steepest, "{i}: {difference} {exact}");
        }
    }

    #[test]
    fn an_image_of_the_generators_own_is_found() {
        let device = Device::flex();
        let (e, network, weights) = dcgan(&device);
        let mut rng = Rng::new(9, Stream::Latent);
        let z = matrix(rng.normals(2 * e.latent_dim), [2, e.latent_dim], &device);
        let images = floats(&network.eval(&weights, z).into_data()).unwrap();
        let patient = Settings { restarts: 64, ..settings() };
        let found = search(model(&network, &weights, e.latent_dim), patient, &images, &[1.0; 784]);
        for found in &found {
            // The best of 64 random samples, before and after the projection.
            assert!(found.error < 0.01 * found.start, "{} {}", found.error, found.start);
        }
        // A target's result does not depend on the other targets, but for the order in which sums are rounded.
        let alone = search(
            model(&network, &weights, e.latent_dim),
            Settings { steps: 5, ..patient },
            &images[784..],
            &[1.0; 784],
        );
        let together =
            search(model(&network, &weights, e.latent_dim), Settings { steps: 5, ..patient }, &images, &[1.0; 784]);
        close(&alone[0].latent, &together[1].latent);
    }
}
