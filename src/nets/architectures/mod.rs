//! The networks of every architecture, built from the layers. One file an architecture.

mod autoencoder;
mod cogan;
mod dcgan;
mod dirac;
mod mlp;
mod parts;
mod stackgan;

pub use self::stackgan::as_views;
use super::{Network, Weights};
use crate::experiment::{Architecture, Experiment, Objective};

impl Network {
    /// The experiment's generator: rows of `generator_inputs` numbers to samples `[n, d_dim]`; for an adversarial
    /// autoencoder, images to codes and reconstructions.
    #[must_use]
    pub fn generator(e: &Experiment) -> Self {
        let network = match e.architecture {
            Architecture::Mlp => mlp::generator(e),
            Architecture::Dcgan => dcgan::generator(e),
            Architecture::Dirac => dirac::generator(),
            Architecture::Autoencoder => autoencoder::generator(e),
            Architecture::Stacked => stackgan::generator(e),
            Architecture::Coupled => cogan::generator(e),
        };
        network.with_precision(e.precision)
    }

    /// The experiment's discriminator: rows of `discriminator_inputs` numbers to logits, where higher means more real,
    /// and to class logits in an ACGAN; with BEGAN, to reconstructions.
    #[must_use]
    pub fn discriminator(e: &Experiment) -> Self {
        let reconstructs = e.objective == Objective::Began;
        let network = match (e.architecture, reconstructs) {
            (Architecture::Mlp, false) | (Architecture::Autoencoder, _) => mlp::discriminator(e),
            (Architecture::Mlp, true) => mlp::autoencoder(e),
            (Architecture::Dcgan, false) => dcgan::discriminator(e),
            (Architecture::Dcgan, true) => dcgan::autoencoder(e),
            (Architecture::Dirac, _) => dirac::discriminator(),
            (Architecture::Stacked, _) => stackgan::discriminator(e),
            (Architecture::Coupled, _) => cogan::discriminator(e),
        };
        network.with_precision(e.precision)
    }
}

/// The network that maps latents to samples, with its weights: the generator itself, or the decoder at the end of an
/// adversarial autoencoder.
#[must_use]
pub fn sampler(e: &Experiment, generator: &Network, weights: &Weights) -> (Network, Weights) {
    if e.architecture != Architecture::Autoencoder {
        return (generator.clone(), weights.clone());
    }
    let decoder = autoencoder::decoder(e).with_precision(e.precision);
    let last = |all: &[burn::tensor::Tensor<2>], count: usize| all[all.len() - count..].to_vec();
    let weights = Weights {
        params: last(&weights.params, decoder.params().len()),
        buffers: last(&weights.buffers, decoder.buffers().len()),
    };
    (decoder, weights)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::experiment::Normalization;
    use crate::rng::{Rng, Stream};

    #[test]
    fn began_starts_from_black_images_which_it_reproduces() {
        for (preset, data) in [("digits-mlp", 784), ("mnist-dcgan", 784), ("ring", 2)] {
            let mut e = Experiment::preset(preset).unwrap();
            e.objective = Objective::Began;
            e.base_channels = 4;
            e.discriminator_norm = Normalization::None;
            let (device, mut rng) = (Device::flex(), Rng::new(1, Stream::Init));
            let mean = |x: Tensor<2>| x.abs().mean().try_into_scalar::<f32>().unwrap();
            let black = if e.has_images() { -1.0 } else { 0.0 };

            let generator = Network::generator(&e);
            let latents = Tensor::zeros([2, e.generator_inputs()], &device);
            let fakes = generator.eval(&generator.init(&mut rng, &device), latents);
            assert_eq!(fakes.dims(), [2, data]);
            assert!(mean(fakes - black) < 0.3, "{preset}");

            let autoencoder = Network::discriminator(&e);
            let weights = autoencoder.init(&mut rng, &device);
            let images = Tensor::full([2, data], black, &device);
            let (again, vjp) = autoencoder.vjp(&weights, images);
            let error = mean(again.clone() - black);
            assert!(error < if e.has_images() { 0.1 } else { 0.3 }, "{preset}: {error}");
            assert_eq!(vjp(again.zeros_like()).dims(), [2, data]);
        }
    }
}
