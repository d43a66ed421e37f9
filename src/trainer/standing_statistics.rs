//! Standing statistics (Brock, Donahue & Simonyan 2019): BatchNorm's means and variances of the averaged weights.
//!
//! The running statistics of training are those of the generator as it trains. Its moving average has other features,
//! less spread out, and samples of it should be normalised by their own mean and variance.

use burn::tensor::Device;

use super::Trainer;
use crate::experiment::Experiment;
use crate::nets::{Mode, Network, Weights};
use crate::rng::{Rng, Stream};
use crate::tensor::matrix;

/// Batches whose statistics are averaged.
const BATCHES: u16 = 16;

/// Measures the statistics of a network that maps latents to samples, batch by batch.
#[derive(Clone, Debug)]
pub struct StandingStatistics {
    latents: Rng,
    batches: u16,
}

impl StandingStatistics {
    /// Before the first batch; `None` where the weights' own statistics are right: those of no average, or of a network
    /// without BatchNorm.
    #[must_use]
    pub fn needed(e: &Experiment, network: &Network) -> Option<Self> {
        let needed = e.ema_decay > 0.0 && !network.buffers().is_empty();
        needed.then(|| Self { latents: Rng::new(e.seed, Stream::Statistics), batches: 0 })
    }

    /// One more batch, of the experiment's size; `true` after the last.
    pub fn add(&mut self, e: &Experiment, network: &Network, weights: &mut Weights, device: &Device) -> bool {
        let n = e.batch_size;
        let latents = e.prior.draw(&mut self.latents, n, e.latent_dim);
        let inputs = matrix(e.concat_labels(latents, &e.fixed_labels(n, e.seed)), [n, e.generator_inputs()], device);
        weights.buffers = network.forward(weights, inputs, Mode::measure(self.batches)).buffers;
        self.batches += 1;
        self.batches == BATCHES
    }
}

/// The weights with standing statistics, where they are needed.
#[must_use]
pub fn with_standing_statistics(e: &Experiment, network: &Network, mut weights: Weights, device: &Device) -> Weights {
    if let Some(mut statistics) = StandingStatistics::needed(e, network) {
        while !statistics.add(e, network, &mut weights, device) {}
    }
    weights
}

impl Trainer {
    /// Measures standing statistics of the averaged generator, where it needs them: it samples and is scored with them
    /// until the next step. The state, and so the run, stays as it is.
    pub fn measure_statistics(&mut self) {
        let (network, weights) = self.sampler();
        let measured = with_standing_statistics(self.experiment(), &network, weights, &self.device).buffers;
        self.standing = self.state.generator_ema.as_ref().map(|average| {
            // The sampler is the whole generator, or the layers at its end.
            let before = average.buffers.len() - measured.len();
            [&average.buffers[..before], &measured].concat()
        });
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Tensor;

    use super::*;
    use crate::tensor::floats;
    use crate::trainer::tests::trainer;

    fn numbers(buffers: &[Tensor<2>]) -> Vec<f32> {
        buffers.iter().flat_map(|buffer| floats(&buffer.clone().into_data()).unwrap()).collect()
    }

    /// The mean of |a / b − 1| over numbers, here all above 0.
    fn far(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a / b - 1.0).abs()).sum::<f32>() / a.len() as f32
    }

    #[test]
    fn averaged_weights_are_normalised_by_statistics_of_their_own() {
        for (preset, conditional) in [("digits-mlp", "label"), ("digits-autoencoder", "none")] {
            let settings = [
                ("generator_norm", "batch"),
                ("conditional", conditional),
                ("generator_hidden", "[32, 32]"),
                ("discriminator_hidden", "[16]"),
                ("ema_decay", "0.999"),
                ("generator_lr", "0.02"),
                ("batch_size", "128"),
                ("examples_per_class", "20"),
            ];
            let mut t = trainer(preset, &settings);
            t.steps(400);
            let trained = t.sampler().1;
            t.measure_statistics();
            let (network, standing) = t.sampler();
            // Those of one batch of 10,000 others.
            let e = t.experiment().clone();
            let inputs = matrix(e.fixed_inputs(10_000, 5), [10_000, e.generator_inputs()], t.device());
            let wanted = network.forward(&standing, inputs, Mode::measure(0)).buffers;
            let variances =
                |buffers: &[Tensor<2>]| numbers(&buffers.iter().skip(1).step_by(2).cloned().collect::<Vec<_>>());
            let [trained, standing, wanted] = [&trained.buffers, &standing.buffers, &wanted].map(|b| variances(b));
            assert_eq!(wanted.len(), 64, "{preset}");
            let [before, after] = [far(&trained, &wanted), far(&standing, &wanted)];
            assert!(after < 0.06 && before > 3.0 * after, "{preset}, {conditional}: {before} {after}");
            t.step();
            let of_average = &t.state.generator_ema.as_ref().unwrap().buffers;
            let of_sampler = t.sampler().1.buffers;
            assert!(numbers(of_average).ends_with(&numbers(&of_sampler)), "they are those of one step");
        }
    }

    #[test]
    fn statistics_of_no_average_stay() {
        for settings in [[("ema_decay", "0")], [("generator_norm", "none")]] {
            let mut t = trainer("digits-batch-norm", &[&settings[..], &[("batch_size", "8")]].concat());
            t.step();
            let before = numbers(&t.sampler().1.buffers);
            t.measure_statistics();
            assert_eq!(numbers(&t.sampler().1.buffers), before);
        }
    }
}
