//! DCGAN (Radford, Metz & Chintala 2016), at 28, 32 and 64 pixels.
//!
//! The generator starts from a small map (7×7 for 28 pixels, else 4×4) and doubles it with transposed 4×4 convolutions;
//! the discriminator mirrors it. Normalisation stands everywhere but at the generator's last layer and the discriminator's first and
//! last, and stands in for biases. Weights start from N(0, .02²), gains from N(1, .02²).

use super::convolution::{Conv, ConvTranspose};
use super::layer::Init;
use super::linear::Linear;
use super::{BLACK_IS_ZERO, Layer, Network, head, image_output, norm};
use crate::experiment::{Activation, Experiment, Normalization};

/// How weights start.
pub(super) const WEIGHT: Init = Init::Normal(0.0, 0.02);
/// How kernels start, each number of whose output comes from `inputs` numbers: where nothing restores the scale between layers,
/// N(0, .02²) would let it fade, and it is kept as He et al. 2015 do.
fn kernels(kind: Normalization, inputs: usize) -> Init {
    match kind {
        Normalization::None => Init::Normal(0.0, (2.0 / inputs as f32).sqrt()),
        _ => WEIGHT,
    }
}

fn linear(kind: Normalization, inputs: usize, outputs: usize) -> Linear {
    Linear { init: kernels(kind, inputs), bias: kind == Normalization::None, ..Linear::dcgan(inputs, outputs) }
}

/// How the gains of normalisations start.
pub(super) const GAIN: Init = Init::Normal(1.0, 0.02);

/// The smallest map's side, and the channels of each map from the smallest to the largest.
fn plan(experiment: &Experiment) -> (usize, Vec<usize>) {
    let base = experiment.base_channels;
    let (side, doublings) = match experiment.image_size {
        28 => (7, 2),
        32 => (4, 3),
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

/// Images, and the planes of what else the discriminator is shown, to logits.
pub(super) fn discriminator(experiment: &Experiment) -> Network {
    let (mut layers, width) = encoder(experiment);
    layers.extend(head(experiment, width, Linear::dcgan));
    Network::new(layers)
}

/// Images to their reconstructions, by way of a code of `latent_dim` numbers.
pub(super) fn autoencoder(experiment: &Experiment) -> Network {
    let code = experiment.latent_dim;
    let (kind, function) = (experiment.discriminator_norm, experiment.discriminator_activation);
    let (mut layers, width) = encoder(experiment);
    layers.insert(0, BLACK_IS_ZERO);
    layers.push(Layer::Linear(linear(kind, width, code)));
    layers.extend(decoder(experiment, code, kind, function));
    Network::new(layers)
}

/// Rows of `inputs` numbers to images in [-1, 1].
fn decoder(experiment: &Experiment, inputs: usize, kind: Normalization, function: Activation) -> Vec<Layer> {
    let (mut side, channels) = plan(experiment);
    let width = channels[0] * side * side;
    let mut layers = vec![Layer::Linear(linear(kind, inputs, width))];
    for (i, &inputs) in channels.iter().enumerate() {
        layers.extend(norm(kind, inputs, side * side));
        layers.push(Layer::Activation(function));
        let outputs = channels.get(i + 1).copied().unwrap_or(experiment.channels);
        layers.push(Layer::ConvTranspose(ConvTranspose {
            inputs,
            outputs,
            side,
            // Of the 4 × 4 kernel each pixel meets every other row and column.
            init: kernels(kind, inputs * 4),
            bias: kind == Normalization::None,
        }));
        side *= 2;
    }
    layers.push(image_output(experiment));
    layers
}

/// Images to features, and how many.
fn encoder(experiment: &Experiment) -> (Vec<Layer>, usize) {
    let (_, channels) = plan(experiment);
    let kind = experiment.discriminator_norm;
    let mut side = experiment.image_size;
    let mut inputs = experiment.discriminator_inputs() / (side * side);
    let mut layers = Vec::new();
    for (i, &outputs) in channels.iter().rev().enumerate() {
        layers.push(Layer::Conv(Conv {
            inputs,
            outputs,
            side,
            init: kernels(kind, inputs * 16),
            bias: kind == Normalization::None,
        }));
        side /= 2;
        if i > 0 {
            layers.extend(norm(kind, outputs, side * side));
        }
        layers.push(Layer::Activation(experiment.discriminator_activation));
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
        // The reference DCGAN's layers added up by hand, kernels + gains and biases: at 28 pixels the generator has
        // 100·128·7² + 128·64·4² + 64·4² and 2 (128 + 64).
        for (size, generator, discriminator) in [
            (28, 759_296 + 384, 138_368 + 256),
            (32, 1_065_984 + 896, 660_480 + 768),
            (64, 3_572_736 + 1920, 2_761_728 + 1792),
        ] {
            let mut e = Experiment::preset("mnist-dcgan").unwrap();
            e.image_size = size;
            assert_eq!(Network::generator(&e).parameters(), generator, "{size}");
            assert_eq!(Network::discriminator(&e).parameters(), discriminator, "{size}");
        }
    }

    #[test]
    fn images_have_as_many_channels_as_are_asked_for() {
        let mut e = Experiment::preset("stacked-mnist-vanilla").unwrap();
        let [plain, packed] = [1, 2].map(|pack| {
            e.pack = pack;
            Network::discriminator(&e).parameters()
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
            let images = generator.sample(&weights, Tensor::zeros([2, e.latent_dim], &device));
            assert_eq!(images.dims(), [2, 3 * 784]);
            let discriminator = Network::discriminator(&e);
            let weights = discriminator.init(&mut rng, &device);
            let judged = discriminator.sample(&weights, images).dims();
            let wanted = if objective == Objective::Began { 3 * 784 } else { 1 };
            assert_eq!(judged, [2, wanted]);
        }
    }
}
