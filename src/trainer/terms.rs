//! What a loss may hold besides its objective: a term each, absent where the experiment does not ask for it.

use burn::tensor::Tensor;

use super::{Samples, StepReport, Trainer, tracked};
use crate::experiment::{Architecture, Conditional, GradientPenalty};
use crate::nets::Weights;
use crate::objective;
use crate::regularizer::{gradient_penalty, path_length, virtual_adversarial};

/// What an update descends: the sum of all rows of its terms, kept apart. Backwards, their sum would be spread to the rows
/// again: the device is spared both.
pub(super) struct Loss(Vec<Tensor<2>>);

impl Loss {
    /// Of no terms.
    pub(super) fn zero() -> Self {
        Self(Vec::new())
    }

    /// The mean over rows.
    pub(super) fn mean(rows: Tensor<2>) -> Self {
        let mut loss = Self::zero();
        loss.add(rows, 1.0);
        loss
    }

    /// The mean over the first half, the real rows, plus the mean over the second.
    pub(super) fn mean_of_each_side(rows: Tensor<2>) -> Self {
        let mut loss = Self::zero();
        loss.add(rows, 2.0);
        loss
    }

    /// `weight` times the mean over these rows as well.
    pub(super) fn add(&mut self, rows: Tensor<2>, weight: f32) {
        let n = rows.dims()[0] as f32;
        self.0.push(rows * (weight / n));
    }

    pub(super) fn rows(mut self) -> Tensor<2> {
        if self.0.len() == 1 {
            return self.0.remove(0);
        }
        Tensor::cat(self.0, 0)
    }
}

impl Trainer {
    /// ACGAN: the class that the discriminator guesses of each of these samples, in turn, should be theirs.
    pub(super) fn add_class_loss<const SIDES: usize>(
        &self,
        loss: &mut Loss,
        output: &Tensor<2>,
        samples: [&Samples; SIDES],
    ) {
        if self.experiment.conditional != Conditional::Acgan {
            return;
        }
        let classes = samples.iter().filter_map(|side| side.classes.clone());
        let classes = Tensor::cat(classes.map(tracked).collect(), 0);
        let [_, count] = classes.dims();
        let rows = objective::cross_entropy(output.clone().narrow(1, 1, count), classes);
        // The mean over real samples plus the mean over fake ones.
        loss.add(rows, SIDES as f32);
    }

    /// The price of the discriminator's slope.
    pub(super) fn add_penalty(
        &mut self,
        loss: &mut Loss,
        report: &mut StepReport,
        weights: &Weights,
        [real, fake]: &[Tensor<2>; 2],
    ) {
        let penalty = self.experiment.gradient_penalty;
        if penalty == GradientPenalty::None {
            return;
        }
        let [n, width] = real.dims();
        let dim = self.judged_dim();
        let samples = |rows: &Tensor<2>| rows.clone().narrow(1, 0, dim);
        let mut places = penalty.places(samples(real), samples(fake), &mut self.noise);
        if width > dim {
            let told = real.clone().narrow(1, dim, width - dim);
            places = Tensor::cat(vec![places, told], 1);
        }
        debug_assert_eq!(places.dims(), [n, width]);
        let network = &self.discriminator.network;
        let slopes = gradient_penalty::slopes(network, weights, tracked(places), dim);
        let rows = penalty.rows(slopes);
        report.note("penalty", &rows);
        loss.add(rows, self.experiment.gp_weight);
    }

    /// Consistency (Zhang et al. 2020; Zhao et al. 2021): a verdict should survive an augmentation.
    pub(super) fn add_consistency(
        &mut self,
        loss: &mut Loss,
        report: &mut StepReport,
        weights: &mut Weights,
        logits: Tensor<2>,
        [real, fake]: [&Samples; 2],
    ) {
        let weight = self.experiment.consistency_weight;
        if weight == 0.0 {
            return;
        }
        let shown = [real, fake].map(|samples| {
            let rows = self.augment(samples.rows.clone());
            self.lay_out(rows, samples.classes.as_ref())
        });
        let output = self.judge(weights, shown.clone());
        let off = self.logit(&output, &shown) - logits;
        let rows = off.clone() * off;
        report.note("inconsistency", &rows);
        // The mean over real samples plus the mean over fake ones.
        loss.add(rows, 2.0 * weight);
    }

    /// Virtual adversarial training: a verdict should survive the worst small step.
    pub(super) fn add_adversarial_smoothness(
        &mut self,
        loss: &mut Loss,
        report: &mut StepReport,
        weights: &Weights,
        shown: &[Tensor<2>; 2],
    ) {
        let e = &self.experiment;
        if e.vat_weight == 0.0 {
            return;
        }
        let network = &self.discriminator.network;
        let rows = Tensor::cat(shown.to_vec(), 0);
        let [n, width] = rows.dims();
        let (dim, epsilon) = (self.judged_dim(), e.vat_epsilon);
        let plain = weights.untracked();
        let (clean, noise) = (rows.clone(), &mut self.noise);
        let step = virtual_adversarial::worst_step(network, &plain, clean, dim, epsilon, noise);
        let moved = if width > dim {
            let still = Tensor::zeros([n, width - dim], &self.device);
            rows.clone() + Tensor::cat(vec![step, still], 1)
        } else {
            rows.clone() + step
        };
        // At rest, so that no running statistic sees the perturbed batch.
        let before = tracked(network.sample(&plain, rows).narrow(1, 0, 1));
        let after = network.sample(weights, tracked(moved)).narrow(1, 0, 1);
        let rows = virtual_adversarial::divergence(before, after);
        report.note("virtual_adversarial", &rows);
        loss.add(rows, self.experiment.vat_weight);
    }

    /// Feature matching: the mean features of fake samples should be those of real ones.
    pub(super) fn add_feature_distance(
        &mut self,
        loss: &mut Loss,
        report: &mut StepReport,
        fake: Tensor<2>,
        real: &Samples,
    ) {
        let weight = self.experiment.feature_matching_weight;
        if weight == 0.0 {
            return;
        }
        let shown = self.show(real);
        let weights = self.normalised(&self.discriminator.weights);
        let pass = self.discriminator.network.train(&weights, shown, &mut self.dropout);
        let off = fake.mean_dim(0) - tracked(pass.features.mean_dim(0));
        let rows = (off.clone() * off).sum_dim(1);
        report.note("feature_distance", &rows);
        loss.add(rows, weight);
    }

    /// An autoencoder gives back what it was given.
    pub(super) fn add_reconstruction(
        &self,
        loss: &mut Loss,
        report: &mut StepReport,
        made: Tensor<2>,
        images: &Tensor<2>,
    ) {
        let e = &self.experiment;
        if e.architecture != Architecture::Autoencoder {
            return;
        }
        let off = made.narrow(1, e.latent_dim, e.data_dim()) - images.clone();
        let rows = (off.clone() * off).mean_dim(1);
        report.note("reconstruction", &rows);
        loss.add(rows, e.reconstruction_weight);
    }

    /// Path-length regularisation, on half a batch.
    pub(super) fn add_path_length(
        &mut self,
        loss: &mut Loss,
        report: &mut StepReport,
        weights: &Weights,
        inputs: Tensor<2>,
    ) {
        let Some(mean) = &mut self.path_length else {
            return;
        };
        let e = &self.experiment;
        let half = inputs.narrow(0, 0, e.batch_size.div_ceil(2));
        let network = &self.generator.network;
        let (dim, pixels) = (e.latent_dim, e.data_dim() / e.channels);
        let lengths = path_length::lengths(network, weights, half, dim, pixels, &mut self.noise);
        *mean = path_length::moved_mean(mean.clone(), lengths.clone());
        report.note("path_length", mean);
        loss.add(path_length::rows(lengths, mean.clone()), e.path_length_weight);
    }
}
