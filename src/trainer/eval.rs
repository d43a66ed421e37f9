//! Both networks in evaluation: samples, logits, and the gradients of the logits.

use burn::tensor::Tensor;

use super::sampler::InputSampler;
use super::{Gan, Trainer, normalized};
use crate::experiment::{Experiment, Objective};
use crate::nets::architectures::{as_views, sampler};
use crate::nets::{Network, Weights};
use crate::regularizer::gradient_penalty::input_gradients;
use crate::tensor::{detach, matrix};

impl Trainer {
    /// The network that maps latents to samples, with its weights: their moving average, where there is one.
    #[must_use]
    pub fn sampler(&self) -> (Network, Weights) {
        sampler(self.experiment(), &self.gan.generator, &self.eval_generator())
    }

    /// The generator's weights in evaluation.
    fn eval_generator(&self) -> Weights {
        let mut weights = self.state.generator_ema.as_ref().unwrap_or(&self.state.generator.weights).clone();
        if let Some(statistics) = &self.standing {
            weights.buffers.clone_from(statistics);
        }
        weights
    }

    /// The discriminator with the weights that it uses in evaluation.
    #[must_use]
    pub fn eval_discriminator(&self) -> (Network, Weights) {
        (self.gan.discriminator.clone(), self.discriminator_weights())
    }

    fn discriminator_weights(&self) -> Weights {
        normalized(&self.state, &self.state.discriminator.weights).detach()
    }

    /// Samples `[n, generator_inputs]` to `[n, views × data_dim]`.
    #[must_use]
    pub fn sample(&self, inputs: Tensor<2>) -> Tensor<2> {
        let (network, weights) = self.sampler();
        as_views(self.experiment(), network.eval(&weights, inputs))
    }

    /// The discriminator's logits for samples `[n, d_dim]` and their labels: `[n / pack, 1]`.
    #[must_use]
    pub fn logits(&self, samples: Tensor<2>, labels: &[u8]) -> Tensor<2> {
        let rows = self.rows(samples, labels);
        let output = self.gan.discriminator.eval(&self.discriminator_weights(), rows.clone());
        detach(self.gan.logits_of(&output, &[rows]))
    }

    /// The discriminator's logits, `[n / pack, 1]`, for so many batches of `n` real samples and of as many of the
    /// generator's, as it sees them in training but for augmentation and noise; from random streams of their own.
    #[must_use]
    pub fn evaluation_logits(&self, batches: usize, n: usize) -> Vec<[Tensor<2>; 2]> {
        let e = Experiment { batch_size: n, ..self.experiment().clone() };
        let mut draws = InputSampler::new(self.data().clone(), e.seed);
        // Other streams than those of the first steps.
        draws.jump(1);
        let weights = self.eval_generator();
        let batch = |_| {
            let (real, labels) = draws.real_batch(&e);
            let inputs = draws.generator_batch(&e, &labels).upload(&self.device);
            let fake = self.gan.d_part(self.gan.generator.eval(&weights, inputs));
            [real.rows.upload(&self.device), fake].map(|samples| self.logits(samples, &labels))
        };
        (0..batches).map(batch).collect()
    }

    /// The gradient of the discriminator's logit at each of these samples `[n, d_dim]` with these labels.
    #[must_use]
    pub fn logit_gradients(&self, samples: Tensor<2>, labels: &[u8]) -> Tensor<2> {
        let shape = samples.dims();
        let rows = self.rows(samples, labels);
        let Gan { discriminator, experiment, .. } = &self.gan;
        let (weights, dim) = (self.discriminator_weights(), self.gan.d_input_dim());
        let gradients = if experiment.objective == Objective::Began {
            // Of −mean |x − A(x)|, through x and through the autoencoder A.
            let (output, vjp) = discriminator.vjp(&weights, rows.clone());
            let samples = rows.narrow(1, 0, dim);
            let sign = detach(samples - output).sign() / dim as f32;
            vjp(sign.clone()).narrow(1, 0, dim) - sign
        } else {
            input_gradients(discriminator, &weights, rows, dim)
        };
        detach(gradients).reshape(shape)
    }

    /// The discriminator's input without augmentation and noise.
    fn rows(&self, samples: Tensor<2>, labels: &[u8]) -> Tensor<2> {
        let e = self.experiment();
        let classes = e.one_hot(labels).map(|rows| matrix(rows, [labels.len(), e.class_count()], self.device()));
        self.gan.pack_and_condition(samples, classes.as_ref())
    }
}
