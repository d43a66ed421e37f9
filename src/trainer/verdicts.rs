//! What the networks say: the discriminator in training, and both at rest.

use burn::tensor::Tensor;

use super::{Trainer, tracked};
use crate::experiment::{Conditional, Objective};
use crate::nets::{Network, Weights, pairs, untracked};
use crate::objective;
use crate::regularizer::gradient_penalty;

impl Trainer {
    /// The weights that the discriminator is to use, from those that are learnt.
    pub(super) fn normalised(&self, weights: &Weights) -> Weights {
        match &self.spectral_norm {
            Some(spectral_norm) => spectral_norm.normalise(weights),
            None => weights.clone(),
        }
    }

    /// The discriminator's output for real and fake rows that carry no graph, in training.
    pub(super) fn judge(&mut self, weights: &mut Weights, [real, fake]: [Tensor<2>; 2]) -> Tensor<2> {
        let mut judge = |weights: &mut Weights, rows: Tensor<2>| {
            let network = &self.discriminator.network;
            let pass = network.train(weights, rows.autodiff(), &mut self.dropout);
            weights.statistics = pass.statistics;
            pass.output
        };
        if self.discriminator.network.mixes_samples() {
            // What is learnt of a batch must not be that real and fake are mixed in it.
            let real = judge(weights, real);
            let fake = judge(weights, fake);
            Tensor::cat(vec![real, fake], 0)
        } else {
            // The rows do not see each other, so one pass does for both.
            judge(weights, Tensor::cat(vec![real, fake], 0))
        }
    }

    /// The logits `[n, 1]` in the discriminator's output for these rows; a higher one means more real.
    pub(super) fn logit(&self, output: &Tensor<2>, rows: &[Tensor<2>]) -> Tensor<2> {
        if self.experiment.objective == Objective::Began {
            let rows = Tensor::cat(rows.to_vec(), 0);
            let judged = rows.narrow(1, 0, self.judged_dim());
            return objective::likeness(tracked(judged), output.clone());
        }
        match self.experiment.conditional {
            Conditional::Acgan => output.clone().narrow(1, 0, 1),
            _ => output.clone(),
        }
    }

    /// What turns latents into samples, and its weights: averaged where the experiment keeps an average.
    #[must_use]
    pub fn sampler(&self) -> (Network, Weights) {
        let weights = self.average.as_ref().unwrap_or(&self.generator.weights);
        Network::sampler(&self.experiment, &self.generator.network, weights)
    }

    /// The discriminator at rest, and its weights as it judges with them.
    #[must_use]
    pub fn discriminator_at_rest(&self) -> (Network, Weights) {
        let weights = self.normalised(&self.discriminator.weights);
        (self.discriminator.network.clone(), weights.untracked())
    }

    /// Samples at rest: `[n, generator_inputs]` to `[n, data_dim]`, or `[n, 2 data_dim]` where they are shown as two pictures.
    #[must_use]
    pub fn sample(&self, inputs: Tensor<2>) -> Tensor<2> {
        let (network, weights) = self.sampler();
        pairs::pictured(&self.experiment, network.sample(&weights, inputs))
    }

    /// The discriminator's logits at rest for samples `[n, data_dim]` and their classes: `[n / pack, 1]`.
    #[must_use]
    pub fn logits(&self, samples: Tensor<2>, labels: &[u8]) -> Tensor<2> {
        let classes = self.one_hot(labels);
        let rows = self.lay_out(samples, classes.as_ref());
        let weights = self.normalised(&self.discriminator.weights);
        let output = self.discriminator.network.sample(&weights, rows.clone());
        untracked(self.logit(&output, &[rows]))
    }

    /// The slopes of the discriminator's logit at rest where these samples `[n, data_dim]` of these classes lie: the ways in which
    /// it pulls them.
    #[must_use]
    pub fn slopes(&self, samples: Tensor<2>, labels: &[u8]) -> Tensor<2> {
        let shape = samples.dims();
        let classes = self.one_hot(labels);
        let rows = self.lay_out(samples, classes.as_ref());
        let weights = self.normalised(&self.discriminator.weights).untracked();
        let (network, dim) = (&self.discriminator.network, self.judged_dim());
        let slopes = if self.experiment.objective == Objective::Began {
            // Of minus the mean |x − A(x)|, through x and through the autoencoder A.
            let (output, back) = network.linearize(&weights, rows.clone());
            let judged = rows.narrow(1, 0, dim);
            let sign = untracked(judged - output).sign() / dim as f32;
            back(sign.clone()).narrow(1, 0, dim) - sign
        } else {
            gradient_penalty::slopes(network, &weights, rows, dim)
        };
        untracked(slopes).reshape(shape)
    }
}
