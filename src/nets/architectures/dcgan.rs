//! DCGAN (Radford, Metz & Chintala 2016), at 28 to 128 pixels.
//!
//! The generator starts from a map of 7×7 (28 pixels), 6×6 (48 and 96) or 4×4, and doubles its sides with transposed 4×4 convolutions;
//! the discriminator mirrors it. Every layer is normalised but the generator's last and the discriminator's first and
//! last; a normalised layer has no bias. Weights start from N(0, .02²), scales of normalisations from N(1, .02²).

use super::parts::{BLACK_IS_ZERO, head, image_output};
use crate::experiment::{Activation, Experiment, Normalization};
use crate::nets::Network;
use crate::nets::init::{DCGAN_WEIGHT, Init};
use crate::nets::layers::{Conv, ConvTranspose, Layer, Linear};

/// Initialisation of kernels, each output number of which is a sum over `inputs` numbers. Without normalisation N(0,
/// .02²) would let the scale of features fade from layer to layer; He et al. 2015 keep it.
fn kernels(kind: Normalization, inputs: usize) -> Init {
    match kind {
        Normalization::None => Init::he(inputs),
        _ => DCGAN_WEIGHT,
    }
}

fn linear(kind: Normalization, inputs: usize, outputs: usize) -> Linear {
    Linear { init: kernels(kind, inputs), bias: kind == Normalization::None, ..Linear::dcgan(inputs, outputs) }
}

/// The side of the smallest feature map, and the channels of each map from the smallest to the largest.
fn maps(experiment: &Experiment) -> (usize, Vec<usize>) {
    let base = experiment.base_channels;
    let (side, doublings) = match experiment.image_size {
        28 => (7, 2),
        32 => (4, 3),
        48 => (6, 3),
        96 => (6, 4),
        128 => (4, 5),
        _ => (4, 4),
    };
    let channels = (0..doublings).rev().map(|i| base << i).collect();
    (side, channels)
}

/// Latents to images in [-1, 1].
pub(super) fn generator(experiment: &Experiment) -> Network {
    Network::new(decoder(
        experiment,
        experiment.generator_inputs(),
        experiment.generator_norm,
        experiment.generator_activation,
    ))
}

/// Images, and planes of classes where conditioned, to logits.
pub(super) fn discriminator(experiment: &Experiment) -> Network {
    let (mut layers, width) = encoder(experiment);
    layers.extend(head(experiment, width, Linear::dcgan));
    Network::new(layers)
}

/// Images to their reconstructions, through a code of `latent_dim` numbers (BEGAN).
pub(super) fn autoencoder(experiment: &Experiment) -> Network {
    let code = experiment.latent_dim;
    let (kind, function) = (experiment.discriminator_norm, experiment.discriminator_activation);
    let (mut layers, width) = encoder(experiment);
    layers.insert(0, Box::new(BLACK_IS_ZERO));
    layers.push(Box::new(linear(kind, width, code)));
    layers.extend(decoder(experiment, code, kind, function));
    Network::new(layers)
}

/// Rows of `inputs` numbers to images in [-1, 1].
fn decoder(experiment: &Experiment, inputs: usize, kind: Normalization, function: Activation) -> Vec<Box<dyn Layer>> {
    let (mut side, channels) = maps(experiment);
    let width = channels[0] * side * side;
    let mut layers: Vec<Box<dyn Layer>> = vec![Box::new(linear(kind, inputs, width))];
    for (i, &inputs) in channels.iter().enumerate() {
        layers.extend(kind.layer(inputs, side * side));
        layers.push(Box::new(function));
        let outputs = channels.get(i + 1).copied().unwrap_or(experiment.channels);
        layers.push(Box::new(ConvTranspose {
            inputs,
            outputs,
            side,
            // Each output pixel meets every other row and column of a 4 × 4 kernel.
            init: kernels(kind, inputs * 4),
            bias: kind == Normalization::None,
        }));
        side *= 2;
    }
    layers.push(image_output(experiment));
    layers
}

/// Images to features, and their number.
fn encoder(experiment: &Experiment) -> (Vec<Box<dyn Layer>>, usize) {
    let (_, channels) = maps(experiment);
    let kind = experiment.discriminator_norm;
    let mut side = experiment.image_size;
    let mut inputs = experiment.discriminator_inputs() / (side * side);
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for (i, &outputs) in channels.iter().rev().enumerate() {
        layers.push(Box::new(Conv {
            inputs,
            outputs,
            side,
            init: kernels(kind, inputs * 16),
            bias: kind == Normalization::None,
        }));
        side /= 2;
        if i > 0 {
            layers.extend(kind.layer(outputs, side * side));
        }
        layers.push(Box::new(experiment.discriminator_activation));
        inputs = outputs;
    }
    (layers, inputs * side * side)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::experiment::Objective;
    use crate::rng::{Rng, Stream};

    #[test]
    fn parameter_counts_are_the_references() {
        // The reference DCGAN's layers added up by hand, kernels + scales and biases: at 28 pixels the generator has
        // 100·128·7² + 128·64·4² + 64·4² and 2 (128 + 64).
        for (size, generator, discriminator) in [
            (28, 759_296 + 384, 138_368 + 256),
            (32, 1_065_984 + 896, 660_480 + 768),
            (64, 3_572_736 + 1920, 2_761_728 + 1792),
        ] {
            let mut e = Experiment::preset("mnist-dcgan").unwrap();
            e.image_size = size;
            assert_eq!(Network::generator(&e).num_params(), generator, "{size}");
            assert_eq!(Network::discriminator(&e).num_params(), discriminator, "{size}");
        }
    }

    #[test]
    fn images_have_as_many_channels_as_are_asked_for() {
        let mut e = Experiment::preset("stacked-mnist-vanilla").unwrap();
        let [plain, packed] = [1, 2].map(|pack| {
            e.pack = pack;
            Network::discriminator(&e).num_params()
        });
        // Only the first kernels see the images: 4 × 4 for each of 3 more channels.
        assert_eq!(packed - plain, 3 * 16 * e.base_channels);
        for objective in [Objective::NonSaturating, Objective::Began] {
            e.set("pack", "1").unwrap();
            e.objective = objective;
            let device = Device::flex();
            let mut rng = Rng::new(0, Stream::Init);
            let generator = Network::generator(&e);
            let weights = generator.init(&mut rng, &device);
            let images = generator.eval(&weights, Tensor::zeros([2, e.latent_dim], &device));
            assert_eq!(images.dims(), [2, 3 * 784]);
            let discriminator = Network::discriminator(&e);
            let weights = discriminator.init(&mut rng, &device);
            let output = discriminator.eval(&weights, images).dims();
            let wanted = if objective == Objective::Began { 3 * 784 } else { 1 };
            assert_eq!(output, [2, wanted]);
        }
    }
}
