//! What the networks are given: real and fake batches, and how the discriminator is shown them.

use burn::tensor::Tensor;

use super::{Samples, Trainer, tracked};
use crate::data::views;
use crate::experiment::{Architecture, Conditional};
use crate::nets::{beside, matrix};

impl Trainer {
    /// What the discriminator is to take for real: samples of the data, as the generator makes them; for an autoencoder, draws of
    /// the prior.
    pub(super) fn real_batch(&mut self) -> Samples {
        let e = &self.experiment;
        let n = e.batch_size;
        if e.architecture == Architecture::Autoencoder {
            return Samples { rows: self.latent_batch(), classes: None };
        }
        let batch = self.feed.next_batch(n);
        let (dim, side) = (e.data_dim(), e.image_size);
        let values = match e.architecture {
            Architecture::Stacked => {
                let coarse = views::coarse(&batch.values, side);
                views::beside(&coarse, &batch.values, [e.coarse_dim(), dim])
            }
            Architecture::Coupled => {
                // Of other images: the two views are never seen together.
                let edges = views::edges(&self.feed.next_batch(n).values, side);
                views::beside(&batch.values, &edges, [dim, dim])
            }
            _ => batch.values,
        };
        Samples { classes: self.one_hot(&batch.labels), rows: matrix(values, [n, e.judged_dim()], &self.device) }
    }

    /// Fresh samples from the generator in training, of the same classes as the real ones, without a graph.
    pub(super) fn fake_batch(&mut self, real: &Samples) -> Samples {
        let inputs = self.generator_inputs(real.classes.clone());
        let pass = self.generator.network.train(&self.generator.weights, inputs, &mut self.dropout);
        self.generator.weights.statistics = pass.statistics;
        Samples { rows: self.judged(pass.output), classes: real.classes.clone() }
    }

    /// Of what the generator makes, what is judged: all, or an autoencoder's codes.
    pub(super) fn judged(&self, made: Tensor<2>) -> Tensor<2> {
        match self.experiment.architecture {
            Architecture::Autoencoder => made.narrow(1, 0, self.experiment.latent_dim),
            _ => made,
        }
    }

    /// What the generator is given in training: fresh latents, and the classes beside them where it is told; an autoencoder, images.
    pub(super) fn generator_inputs(&mut self, classes: Option<Tensor<2>>) -> Tensor<2> {
        let e = &self.experiment;
        if e.architecture == Architecture::Autoencoder {
            let images = self.feed.next_batch(e.batch_size).values;
            return matrix(images, [e.batch_size, e.data_dim()], &self.device);
        }
        let latents = self.latent_batch();
        match classes {
            Some(classes) => Tensor::cat(vec![latents, classes], 1),
            None => latents,
        }
    }

    /// Draws of the prior, `[batch_size, latent_dim]`.
    pub(super) fn latent_batch(&mut self) -> Tensor<2> {
        let e = &self.experiment;
        let shape = [e.batch_size, e.latent_dim];
        let latents = e.prior.draw(&mut self.latents, shape[0], shape[1]);
        matrix(latents, shape, &self.device)
    }

    /// Classes as rows of 0 and a 1, where the networks are told of them.
    pub(super) fn one_hot(&self, labels: &[u8]) -> Option<Tensor<2>> {
        self.experiment
            .one_hot(labels)
            .map(|rows| matrix(rows, [labels.len(), self.experiment.class_count()], &self.device))
    }

    /// Samples as the discriminator is shown them while training: augmented, behind noise, packed, with their classes.
    pub(super) fn show(&mut self, samples: &Samples) -> Tensor<2> {
        let e = &self.experiment;
        let mut rows = samples.rows.clone();
        if e.consistency_weight == 0.0 {
            rows = self.augment(rows);
        }
        let noise = self.instance_noise();
        if noise > 0.0 {
            let [n, dim] = rows.dims();
            let drawn = self.noise.normals(n * dim).iter().map(|x| x * noise).collect();
            rows = rows.clone() + beside(&rows, drawn, [n, dim]);
        }
        self.lay_out(rows, samples.classes.as_ref())
    }

    pub(super) fn augment(&mut self, rows: Tensor<2>) -> Tensor<2> {
        let (side, noise) = (self.experiment.image_size, &mut self.noise);
        let changes = self.experiment.augment.iter();
        changes.fold(rows, |rows, change| change.apply(rows, side, noise))
    }

    /// Standard deviation of the noise on what the discriminator is shown in this step.
    pub(super) fn instance_noise(&self) -> f32 {
        let e = &self.experiment;
        match e.instance_noise_steps {
            0 => e.instance_noise,
            steps => e.instance_noise * (1.0 - self.step as f32 / steps as f32).max(0.0),
        }
    }

    /// Rows of `pack` samples, and then their classes where the discriminator is told: `[n / pack, discriminator_inputs]`.
    pub(super) fn lay_out(&self, samples: Tensor<2>, classes: Option<&Tensor<2>>) -> Tensor<2> {
        let e = &self.experiment;
        let [n, dim] = samples.dims();
        let rows = n / e.pack;
        let packed = if e.pack > 1 { samples.reshape([rows, e.pack * dim]) } else { samples };
        let Some(classes) = classes.filter(|_| e.conditional == Conditional::Label) else {
            return packed;
        };
        let classes = if e.architecture == Architecture::Dcgan {
            // A plane for each class, full of its number.
            let planes = classes.clone().reshape([n, e.class_count(), 1]);
            planes.expand([n, e.class_count(), dim]).reshape([rows, e.pack * e.label_dim()])
        } else {
            classes.clone().reshape([rows, e.pack * e.label_dim()])
        };
        let classes = if packed.device().is_autodiff() { tracked(classes) } else { classes };
        Tensor::cat(vec![packed, classes], 1)
    }

    /// Numbers of a row that the discriminator judges; what follows them it is told.
    pub(super) fn judged_dim(&self) -> usize {
        self.experiment.pack * self.experiment.judged_dim()
    }
}
