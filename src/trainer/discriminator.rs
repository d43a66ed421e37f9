//! From samples to the discriminator's logits in training.

use burn::tensor::Tensor;

use super::Gan;
use super::inputs::{Perturbation, Samples};
use crate::experiment::{Architecture, Conditional, Objective};
use crate::nets::{Mode, Weights};
use crate::objective;
use crate::regularizer::augmentation::AugmentationInputs;
use crate::tensor::{attach, constant_like};

impl Gan {
    /// The part of the generator's output that the discriminator sees; for an adversarial autoencoder, the code.
    pub(super) fn d_part(&self, generated: Tensor<2>) -> Tensor<2> {
        match self.experiment.architecture {
            Architecture::Autoencoder => generated.narrow(1, 0, self.experiment.latent_dim),
            _ => generated,
        }
    }

    /// The discriminator's input in training: augmented samples with instance noise, packed, with their classes.
    pub(super) fn prepare_d_input(&self, samples: &Samples<Tensor<2>>, by: Perturbation<Tensor<2>>) -> Tensor<2> {
        let mut rows = self.augment(samples.rows.clone(), by.augmentations);
        if let Some(noise) = by.noise {
            let noise = constant_like(&rows, noise);
            rows = rows + noise;
        }
        self.pack_and_condition(rows, samples.classes.as_ref())
    }

    /// Images `[n, side²]` after all augmentations.
    pub(super) fn augment(&self, images: Tensor<2>, by: Vec<AugmentationInputs<Tensor<2>>>) -> Tensor<2> {
        by.into_iter().fold(images, |images, augmentation| augmentation.apply(images, self.experiment.image_size))
    }

    /// Rows of `pack` samples, and then their classes where the discriminator is conditioned on them:
    /// `[n / pack, discriminator_inputs]`.
    pub(super) fn pack_and_condition(&self, samples: Tensor<2>, classes: Option<&Tensor<2>>) -> Tensor<2> {
        let e = &self.experiment;
        let [n, dim] = samples.dims();
        let rows = n / e.pack;
        let packed = if e.pack > 1 { samples.reshape([rows, e.pack * dim]) } else { samples };
        let Some(classes) = classes.filter(|_| e.conditional == Conditional::Label) else {
            return packed;
        };
        let classes = if e.architecture == Architecture::Dcgan {
            // A plane for each class, constant over the image.
            let planes = classes.clone().reshape([n, e.class_count(), 1]);
            planes.expand([n, e.class_count(), dim]).reshape([rows, e.pack * e.label_dim()])
        } else {
            classes.clone().reshape([rows, e.pack * e.label_dim()])
        };
        let classes = constant_like(&packed, classes);
        Tensor::cat(vec![packed, classes], 1)
    }

    /// The discriminator's output in train mode for real and fake inputs without a graph: real then fake. Updates the
    /// buffers.
    pub(super) fn discriminate(
        &self,
        weights: &mut Weights,
        [real, fake]: [Tensor<2>; 2],
        mut masks: Vec<Tensor<2>>,
    ) -> Tensor<2> {
        let mut forward = |rows: Tensor<2>, masks| {
            let forward = self.discriminator.forward(weights, rows.autodiff(), Mode::train(masks));
            weights.buffers = forward.buffers;
            forward.output
        };
        if self.discriminator.couples_batch() {
            // Batch statistics of a mixed batch would differ from those of either.
            let fake_masks = masks.split_off(masks.len() / 2);
            let real = forward(real, masks);
            let fake = forward(fake, fake_masks);
            Tensor::cat(vec![real, fake], 0)
        } else {
            forward(Tensor::cat(vec![real, fake], 0), masks)
        }
    }

    /// The logits `[n, 1]` in the discriminator's output for these input rows; a higher logit means more real. BEGAN's
    /// is minus the reconstruction error.
    pub(super) fn logits_of(&self, output: &Tensor<2>, d_inputs: &[Tensor<2>]) -> Tensor<2> {
        if self.experiment.objective == Objective::Began {
            let rows = Tensor::cat(d_inputs.to_vec(), 0);
            let samples = rows.narrow(1, 0, self.d_input_dim());
            return objective::reconstruction_score(attach(samples), output.clone());
        }
        match self.experiment.conditional {
            Conditional::Acgan => output.clone().narrow(1, 0, 1),
            _ => output.clone(),
        }
    }

    /// The numbers of an input row that are samples; classes follow them.
    pub(super) fn d_input_dim(&self) -> usize {
        self.experiment.pack * self.experiment.d_dim()
    }
}
