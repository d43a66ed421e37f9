//! Widths and contents of the networks' input and output rows, as they follow from the settings.

use super::{Architecture, Conditional, DataKind, Experiment};
use crate::data::mixture::Mixture;
use crate::rng::{Rng, Stream};

impl Experiment {
    /// Numbers in one sample of the data: the mixture's dimension, or the pixels of an image, channel by channel.
    #[must_use]
    pub fn data_dim(&self) -> usize {
        match self.data {
            DataKind::Mixture => self.mixture.first().map_or(0, |mode| mode.mean.len()),
            _ => self.channels * self.image_size * self.image_size,
        }
    }

    /// Pixels of an image at half its size.
    #[must_use]
    pub fn coarse_dim(&self) -> usize {
        (self.image_size / 2).pow(2)
    }

    /// Numbers of what the discriminator sees of one sample: the sample, two views of it, or the code of an adversarial
    /// autoencoder.
    #[must_use]
    pub fn d_dim(&self) -> usize {
        match self.architecture {
            Architecture::Mlp | Architecture::Dcgan | Architecture::Dirac => self.data_dim(),
            Architecture::Autoencoder => self.latent_dim,
            Architecture::Stacked => self.coarse_dim() + self.data_dim(),
            Architecture::Coupled => 2 * self.data_dim(),
        }
    }

    /// Images that a sample consists of: 2 where the generator makes two views, else 1.
    #[must_use]
    pub fn views(&self) -> usize {
        match self.architecture {
            Architecture::Stacked | Architecture::Coupled => 2,
            _ => 1,
        }
    }

    /// The number of the view that is like the data: of a stacked GAN the second, whose first is coarse; of a coupled one
    /// the first, whose second has edges.
    #[must_use]
    pub fn data_view(&self) -> usize {
        usize::from(self.architecture == Architecture::Stacked)
    }

    /// Whether the data are images.
    #[must_use]
    pub fn has_images(&self) -> bool {
        self.data != DataKind::Mixture
    }

    /// The number of classes: of the chosen digits, or of a mixture's components.
    #[must_use]
    pub fn class_count(&self) -> usize {
        match self.data {
            DataKind::Mixture => self.mixture.len(),
            _ => self.classes.len(),
        }
    }

    /// Numbers of a generator input: the latent, and the one-hot class where it is conditioned.
    #[must_use]
    pub fn generator_inputs(&self) -> usize {
        match self.conditional {
            Conditional::None => self.latent_dim,
            Conditional::Label | Conditional::Acgan => self.latent_dim + self.class_count(),
        }
    }

    /// Numbers in a row of the generator's input in training: for an adversarial autoencoder, those of an image.
    #[must_use]
    pub fn trained_inputs(&self) -> usize {
        match self.architecture {
            Architecture::Autoencoder => self.data_dim(),
            _ => self.generator_inputs(),
        }
    }

    /// One-hot rows `[n, class_count]` of these labels, where a network is conditioned on them. Labels are digits, or
    /// numbers of a mixture's components.
    #[must_use]
    pub fn one_hot(&self, labels: &[u8]) -> Option<Vec<f32>> {
        if self.conditional == Conditional::None {
            return None;
        }
        let count = self.class_count();
        let mut rows = vec![0.0; labels.len() * count];
        for (row, label) in rows.chunks_exact_mut(count).zip(labels) {
            let class = match self.data {
                DataKind::Mixture => Some(usize::from(*label)),
                _ => self.classes.iter().position(|c| c == label),
            };
            if let Some(cell) = class.and_then(|class| row.get_mut(class)) {
                *cell = 1.0;
            }
        }
        Some(rows)
    }

    /// The generator inputs `[n, generator_inputs]` of the fixed samples, which are shown and measured throughout a
    /// run: latents from a random stream of their own and, where it is conditioned, classes.
    #[must_use]
    pub fn fixed_inputs(&self, n: usize, seed: u64) -> Vec<f32> {
        self.concat_labels(self.fixed_latents(n, seed), &self.fixed_labels(n, seed))
    }

    /// The latents of those samples, one after another.
    #[must_use]
    pub fn fixed_latents(&self, n: usize, seed: u64) -> Vec<f32> {
        let mut rng = Rng::new(seed, Stream::Fixed);
        self.prior.draw(&mut rng, n, self.latent_dim)
    }

    /// The classes of those samples: images in the order of their classes, those of a mixture drawn by weight.
    #[must_use]
    pub fn fixed_labels(&self, n: usize, seed: u64) -> Vec<u8> {
        match Mixture::new(&self.mixture) {
            Ok(mixture) if !self.has_images() => {
                let mut rng = Rng::new(seed, Stream::Class);
                (0..n).map(|_| mixture.component(&mut rng)).collect()
            }
            _ => (0..n).map(|i| self.classes[i * self.classes.len() / n]).collect(),
        }
    }

    /// Latents, each followed by its one-hot class where the generator is conditioned: `[n, generator_inputs]`.
    #[must_use]
    pub fn concat_labels(&self, latents: Vec<f32>, labels: &[u8]) -> Vec<f32> {
        let Some(classes) = self.one_hot(labels) else {
            return latents;
        };
        latents
            .chunks_exact(self.latent_dim)
            .zip(classes.chunks_exact(self.class_count()))
            .flat_map(|(latent, class)| latent.iter().chain(class).copied())
            .collect()
    }

    /// Numbers by which a conditional discriminator gets a sample's class: one for each class, or for convolutions a
    /// plane for each; 0 where it is not conditioned.
    #[must_use]
    pub fn label_dim(&self) -> usize {
        match (self.conditional, self.architecture) {
            (Conditional::Label, Architecture::Dcgan) => self.class_count() * self.data_dim(),
            (Conditional::Label, _) => self.class_count(),
            _ => 0,
        }
    }

    /// Numbers of a discriminator input: `pack` samples, each with its class where it is conditioned.
    #[must_use]
    pub fn discriminator_inputs(&self) -> usize {
        self.pack * (self.d_dim() + self.label_dim())
    }

    /// Logits of a discriminator output: one, and in an ACGAN one more for each class.
    #[must_use]
    pub fn discriminator_outputs(&self) -> usize {
        match self.conditional {
            Conditional::Acgan => 1 + self.class_count(),
            _ => 1,
        }
    }
}
