//! DCGAN (Radford, Metz & Chintala 2016), at 28, 32 and 64 pixels.
//!
//! The generator starts from a small map (7×7 for 28 pixels, else 4×4) and doubles it with transposed 4×4 convolutions;
//! the discriminator mirrors it. BatchNorm stands everywhere but at the generator's last layer and the discriminator's first and
//! last. Weights start from N(0, .02²), gains from N(1, .02²).

use super::activation::Function;
use super::batch_norm::BatchNorm;
use super::convolution::{Conv, ConvTranspose};
use super::linear::Linear;
use super::{Init, Layer, Network};
use crate::experiment::Experiment;

/// How weights start.
pub(super) const WEIGHT: Init = Init::Normal(0.0, 0.02);
/// How BatchNorm's gains start.
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

/// Latents to images of one channel in [-1, 1].
pub(super) fn generator(experiment: &Experiment) -> Network {
    let (mut side, channels) = plan(experiment);
    let mut layers = vec![Layer::Linear(Linear::dcgan(
        experiment.latent_dim,
        channels[0] * side * side,
    ))];
    for (i, &inputs) in channels.iter().enumerate() {
        layers.push(Layer::BatchNorm(BatchNorm {
            channels: inputs,
            positions: side * side,
        }));
        layers.push(Layer::Activation(Function::Relu));
        let outputs = channels.get(i + 1).copied().unwrap_or(1);
        layers.push(Layer::ConvTranspose(ConvTranspose {
            inputs,
            outputs,
            side,
        }));
        side *= 2;
    }
    layers.push(Layer::Activation(Function::Tanh));
    Network::new(layers)
}

/// Images to one logit each.
pub(super) fn discriminator(experiment: &Experiment) -> Network {
    let (smallest, channels) = plan(experiment);
    let mut side = experiment.image_size;
    let mut inputs = 1;
    let mut layers = Vec::new();
    for &outputs in channels.iter().rev() {
        layers.push(Layer::Conv(Conv {
            inputs,
            outputs,
            side,
        }));
        side /= 2;
        if inputs > 1 {
            layers.push(Layer::BatchNorm(BatchNorm {
                channels: outputs,
                positions: side * side,
            }));
        }
        layers.push(Layer::Activation(Function::LeakyRelu));
        inputs = outputs;
    }
    layers.push(Layer::Linear(Linear::dcgan(
        inputs * smallest * smallest,
        1,
    )));
    Network::new(layers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

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
            assert_eq!(
                Network::discriminator(&e).parameters(),
                discriminator,
                "{size}"
            );
        }
    }
}
