//! The further terms of both losses, each absent where the experiment does not set it.

use burn::tensor::Tensor;

use super::inputs::{ConsistencyInputs, FeatureMatchingInputs, Samples};
use super::{Gan, GanState, UpdateReport, normalized};
use crate::experiment::{Architecture, Conditional, GradientPenalty};
use crate::nets::{Mode, Weights};
use crate::objective;
use crate::quantity::{Better, Format, Quantity};
use crate::regularizer::augmentation::INCONSISTENCY;
use crate::regularizer::gradient_penalty::{self, PENALTY};
use crate::regularizer::path_length::{self, PATH_LENGTH};
use crate::regularizer::virtual_adversarial::{self, VIRTUAL_ADVERSARIAL};
use crate::tensor::attach;

/// A loss: the rows of all terms, whose sum is the loss. They are not summed, since the backward pass would expand the
/// sum to rows again.
pub(super) struct Loss(Vec<Tensor<2>>);

/// Feature distance.
const FEATURE_DISTANCE: Quantity = Quantity {
    name: "feature_distance",
    label: "Feature distance",
    help: "Squared distance between the mean hidden features of D on fake and on real samples, before its \
           weight (Salimans et al. 2016).",
    format: Format::Number,
    better: Better::Lower,
};

/// Reconstruction error.
const RECONSTRUCTION: Quantity = Quantity {
    name: "reconstruction",
    label: "Reconstruction error",
    help: "Mean squared difference of an image and its reconstruction over pixels, before its weight.",
    format: Format::Number,
    better: Better::Lower,
};

impl Loss {
    /// The mean over rows.
    pub(super) fn mean(rows: Tensor<2>) -> Self {
        let mut loss = Self(Vec::new());
        loss.add(rows, 1.0);
        loss
    }

    /// The mean over the first half, the real rows, plus the mean over the second.
    pub(super) fn mean_of_each_half(rows: Tensor<2>) -> Self {
        let mut loss = Self(Vec::new());
        loss.add(rows, 2.0);
        loss
    }

    /// Adds `weight` times the mean over rows.
    pub(super) fn add(&mut self, rows: Tensor<2>, weight: f32) {
        let n = rows.dims()[0] as f32;
        self.0.push(rows * (weight / n));
    }

    /// The gradient with respect to each of the parameters, which are the leaves of its graph.
    pub(super) fn gradients(mut self, params: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        let rows = if self.0.len() == 1 { self.0.remove(0) } else { Tensor::cat(self.0, 0) };
        let mut gradients = rows.backward();
        let gradient = |param: Tensor<2>| param.grad_remove(&mut gradients).expect("every parameter is in the loss");
        params.into_iter().map(gradient).collect()
    }
}

impl Gan {
    /// ACGAN: the cross-entropy of the class logits for each of these batches against its classes.
    pub(super) fn add_class_loss<const BATCHES: usize>(
        &self,
        loss: &mut Loss,
        output: &Tensor<2>,
        samples: [&Samples<Tensor<2>>; BATCHES],
    ) {
        if self.experiment.conditional != Conditional::Acgan {
            return;
        }
        let classes = samples.iter().filter_map(|samples| samples.classes.clone());
        let classes = Tensor::cat(classes.map(attach).collect(), 0);
        let [_, count] = classes.dims();
        let rows = objective::cross_entropy(output.clone().narrow(1, 1, count), classes);
        // The sum of the means over each batch.
        loss.add(rows, BATCHES as f32);
    }

    /// The gradient penalty: WGAN-GP, DRAGAN, R1 or R2.
    pub(super) fn add_gradient_penalty(
        &self,
        loss: &mut Loss,
        report: &mut UpdateReport,
        weights: &Weights,
        [real, fake]: &[Tensor<2>; 2],
        random: Option<Tensor<2>>,
    ) {
        let penalty = self.experiment.gradient_penalty;
        if penalty == GradientPenalty::None {
            return;
        }
        let [_, width] = real.dims();
        let dim = self.d_input_dim();
        let samples = |rows: &Tensor<2>| rows.clone().narrow(1, 0, dim);
        let mut points = penalty.points(samples(real), samples(fake), random);
        if width > dim {
            let classes = real.clone().narrow(1, dim, width - dim);
            points = Tensor::cat(vec![points, classes], 1);
        }
        let gradients = gradient_penalty::input_gradients(&self.discriminator, weights, attach(points), dim);
        let rows = penalty.rows(gradients);
        report.note(PENALTY, &rows);
        loss.add(rows, self.experiment.gp_weight);
    }

    /// Consistency regularisation (Zhang et al. 2020; Zhao et al. 2021, bCR): the squared change of the logit under
    /// augmentation.
    pub(super) fn add_bcr(
        &self,
        loss: &mut Loss,
        report: &mut UpdateReport,
        weights: &mut Weights,
        logits: Tensor<2>,
        [real, fake]: [&Samples<Tensor<2>>; 2],
        inputs: Option<ConsistencyInputs<Tensor<2>>>,
    ) {
        let Some(ConsistencyInputs { augmentations: [of_real, of_fake], masks }) = inputs else {
            return;
        };
        let d_inputs = [(real, of_real), (fake, of_fake)].map(|(samples, by)| {
            let rows = self.augment(samples.rows.clone(), by);
            self.pack_and_condition(rows, samples.classes.as_ref())
        });
        let output = self.discriminate(weights, d_inputs.clone(), masks);
        let difference = self.logits_of(&output, &d_inputs) - logits;
        let rows = difference.clone() * difference;
        report.note(INCONSISTENCY, &rows);
        // The mean over real samples plus the mean over fakes.
        loss.add(rows, 2.0 * self.experiment.consistency_weight);
    }

    /// Virtual adversarial training (Miyato et al. 2018): the divergence of D(x) under the small perturbation that
    /// changes it most.
    pub(super) fn add_vat(
        &self,
        loss: &mut Loss,
        report: &mut UpdateReport,
        weights: &Weights,
        d_inputs: &[Tensor<2>; 2],
        start: Option<Tensor<2>>,
    ) {
        let Some(start) = start else {
            return;
        };
        let e = &self.experiment;
        let rows = Tensor::cat(d_inputs.to_vec(), 0);
        let [n, width] = rows.dims();
        let dim = self.d_input_dim();
        let plain = weights.detach();
        let mut perturbation =
            virtual_adversarial::perturbation(&self.discriminator, &plain, rows.clone(), start, e.vat_epsilon);
        if width > dim {
            let zeros = Tensor::zeros([n, width - dim], &perturbation.device());
            perturbation = Tensor::cat(vec![perturbation, zeros], 1);
        }
        let perturbed = rows.clone() + perturbation;
        // In evaluation mode, so that no buffer sees the perturbed batch.
        let before = attach(self.discriminator.eval(&plain, rows).narrow(1, 0, 1));
        let after = self.discriminator.eval(weights, attach(perturbed)).narrow(1, 0, 1);
        let rows = virtual_adversarial::divergence(before, after);
        report.note(VIRTUAL_ADVERSARIAL, &rows);
        loss.add(rows, e.vat_weight);
    }

    /// Feature matching (Salimans et al. 2016, §3.1): the squared distance between the mean features of fakes and of
    /// real samples.
    pub(super) fn add_feature_matching(
        &self,
        loss: &mut Loss,
        report: &mut UpdateReport,
        state: &GanState,
        fake_features: Tensor<2>,
        real: &Samples<Tensor<2>>,
        inputs: Option<FeatureMatchingInputs<Tensor<2>>>,
    ) {
        let Some(FeatureMatchingInputs { perturbation, masks }) = inputs else {
            return;
        };
        let d_input = self.prepare_d_input(real, perturbation);
        let weights = normalized(state, &state.discriminator.weights);
        let real_features = self.discriminator.forward(&weights, d_input, Mode::train(masks)).features;
        let difference = fake_features.mean_dim(0) - attach(real_features.mean_dim(0));
        let rows = (difference.clone() * difference).sum_dim(1);
        report.note(FEATURE_DISTANCE, &rows);
        loss.add(rows, self.experiment.feature_matching_weight);
    }

    /// The reconstruction error of an adversarial autoencoder.
    pub(super) fn add_reconstruction(
        &self,
        loss: &mut Loss,
        report: &mut UpdateReport,
        generated: Tensor<2>,
        images: &Tensor<2>,
    ) {
        let e = &self.experiment;
        if e.architecture != Architecture::Autoencoder {
            return;
        }
        let difference = generated.narrow(1, e.latent_dim, e.data_dim()) - images.clone();
        let rows = (difference.clone() * difference).mean_dim(1);
        report.note(RECONSTRUCTION, &rows);
        loss.add(rows, e.reconstruction_weight);
    }

    /// Path length regularisation (Karras et al. 2020), on half a batch. Updates the running mean.
    pub(super) fn add_path_length(
        &self,
        loss: &mut Loss,
        report: &mut UpdateReport,
        state: &mut GanState,
        weights: &Weights,
        latents: Tensor<2>,
        directions: Option<Tensor<2>>,
    ) {
        let (Some(mean), Some(directions)) = (&mut state.path_length, directions) else {
            return;
        };
        let e = &self.experiment;
        let half = latents.narrow(0, 0, directions.dims()[0]);
        let pixels = e.data_dim() / e.channels;
        let lengths = path_length::lengths(&self.generator, weights, half, e.latent_dim, directions, pixels);
        *mean = path_length::moved_mean(mean.clone(), lengths.clone());
        report.note(PATH_LENGTH, mean);
        loss.add(path_length::rows(lengths, mean.clone()), e.path_length_weight);
    }
}
