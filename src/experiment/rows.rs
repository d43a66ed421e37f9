//! What follows from the settings for the rows that networks are given and give: how long they are, and what stands in them.

use super::{Architecture, Conditional, DataKind, Experiment};
use crate::data::Mixture;
use crate::rng::{Rng, Stream};

impl Experiment {
    /// Numbers in one sample of the data: the mixture's dimension, or the pixels of an image, channel by channel.
    #[must_use]
    pub fn data_dim(&self) -> usize {
        match self.data {
            DataKind::Mixture => self.mixture.first().map_or(0, |mode| mode.mean.len()),
            DataKind::Digits | DataKind::Mnist => self.channels * self.image_size * self.image_size,
        }
    }

    /// Pixels of an image at half its size.
    #[must_use]
    pub fn coarse_dim(&self) -> usize {
        (self.image_size / 2).pow(2)
    }

    /// Numbers in what the discriminator judges: a sample, two views of one, or an autoencoder's code.
    #[must_use]
    pub fn judged_dim(&self) -> usize {
        match self.architecture {
            Architecture::Mlp | Architecture::Dcgan | Architecture::Dirac => self.data_dim(),
            Architecture::Autoencoder => self.latent_dim,
            Architecture::Stacked => self.coarse_dim() + self.data_dim(),
            Architecture::Coupled => 2 * self.data_dim(),
        }
    }

    /// Images that a sample is shown as: two where the generator makes two views.
    #[must_use]
    pub fn pictures(&self) -> usize {
        match self.architecture {
            Architecture::Stacked | Architecture::Coupled => 2,
            _ => 1,
        }
    }

    /// Whether the data are images.
    #[must_use]
    pub fn has_images(&self) -> bool {
        self.data != DataKind::Mixture
    }

    /// Classes that a sample can be of: the digits asked for, or the Gaussians of a mixture.
    #[must_use]
    pub fn class_count(&self) -> usize {
        match self.data {
            DataKind::Mixture => self.mixture.len(),
            DataKind::Digits | DataKind::Mnist => self.classes.len(),
        }
    }

    /// Numbers in a row that the generator is given: a latent, and the class where it is told.
    #[must_use]
    pub fn generator_inputs(&self) -> usize {
        match self.conditional {
            Conditional::None => self.latent_dim,
            Conditional::Label | Conditional::Acgan => self.latent_dim + self.class_count(),
        }
    }

    /// The classes of samples as rows of 0 and a 1, `[n, class_count]`, where a network is told of them. Labels are digits, or
    /// numbers of a mixture's Gaussians.
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
                DataKind::Digits | DataKind::Mnist => self.classes.iter().position(|c| c == label),
            };
            if let Some(cell) = class.and_then(|class| row.get_mut(class)) {
                *cell = 1.0;
            }
        }
        Some(rows)
    }

    /// What the generator is given for the samples that are shown and measured throughout a run, `[n, generator_inputs]`: latents
    /// from the stream that is kept for them and, where it is told, classes.
    #[must_use]
    pub fn fixed_inputs(&self, n: usize, seed: u64) -> Vec<f32> {
        self.told(self.fixed_latents(n, seed), &self.fixed_labels(n, seed))
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
                (0..n).map(|_| mixture.mode(&mut rng)).collect()
            }
            _ => (0..n).map(|i| self.classes[i * self.classes.len() / n]).collect(),
        }
    }

    /// Latents, each with its class beside it where the generator is told: `[n, generator_inputs]`.
    #[must_use]
    pub fn told(&self, latents: Vec<f32>, labels: &[u8]) -> Vec<f32> {
        let Some(classes) = self.one_hot(labels) else {
            return latents;
        };
        latents
            .chunks_exact(self.latent_dim)
            .zip(classes.chunks_exact(self.class_count()))
            .flat_map(|(latent, class)| latent.iter().chain(class).copied())
            .collect()
    }

    /// Numbers in which the discriminator is told a sample's class: none, one for each class, or, beside images that are
    /// convolved, a plane for each.
    #[must_use]
    pub fn label_dim(&self) -> usize {
        match (self.conditional, self.architecture) {
            (Conditional::Label, Architecture::Dcgan) => self.class_count() * self.data_dim(),
            (Conditional::Label, _) => self.class_count(),
            _ => 0,
        }
    }

    /// Numbers in a row that the discriminator is given: `pack` samples, each with its class where it is told.
    #[must_use]
    pub fn discriminator_inputs(&self) -> usize {
        self.pack * (self.judged_dim() + self.label_dim())
    }

    /// Logits in a row that the discriminator gives: one, and one for each class where it guesses.
    #[must_use]
    pub fn discriminator_outputs(&self) -> usize {
        match self.conditional {
            Conditional::Acgan => 1 + self.class_count(),
            _ => 1,
        }
    }
}
