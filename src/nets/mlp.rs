//! Multilayer perceptrons: the networks of the first GANs, and of every toy problem since.

use super::dropout::Dropout;
use super::linear::Linear;
use super::{BLACK_IS_ZERO, Layer, Network, head, image_output, norm};
use crate::experiment::{Activation, Experiment, Normalization};

/// Latents to samples; images end in tanh, points in nothing.
pub(super) fn generator(experiment: &Experiment) -> Network {
    let (mut layers, width) = hidden(
        experiment.generator_inputs(),
        &experiment.generator_hidden,
        experiment.generator_norm,
        experiment.generator_activation,
        0.0,
    );
    layers.extend(output(experiment, width));
    Network::new(layers)
}

/// Samples to logits.
pub(super) fn discriminator(experiment: &Experiment) -> Network {
    let (mut layers, width) = body(experiment);
    layers.extend(head(experiment, width, Linear::new));
    Network::new(layers)
}

/// Samples to their reconstructions.
pub(super) fn autoencoder(experiment: &Experiment) -> Network {
    let (mut layers, width) = body(experiment);
    if experiment.has_images() {
        layers.insert(0, BLACK_IS_ZERO);
    }
    layers.extend(output(experiment, width));
    Network::new(layers)
}

fn body(experiment: &Experiment) -> (Vec<Layer>, usize) {
    hidden(
        experiment.discriminator_inputs(),
        &experiment.discriminator_hidden,
        experiment.discriminator_norm,
        experiment.discriminator_activation,
        experiment.dropout,
    )
}

/// To a sample.
fn output(experiment: &Experiment, width: usize) -> Vec<Layer> {
    let mut layers = vec![Layer::Linear(Linear::new(width, experiment.data_dim()))];
    if experiment.has_images() {
        layers.push(image_output(experiment));
    }
    layers
}

/// The hidden layers, and the width of the last.
pub(super) fn hidden(
    inputs: usize,
    widths: &[usize],
    normalization: Normalization,
    function: Activation,
    dropout: f32,
) -> (Vec<Layer>, usize) {
    let mut layers = Vec::new();
    let mut width = inputs;
    for &next in widths {
        layers.push(Layer::Linear(Linear::new(width, next)));
        layers.extend(norm(normalization, next, 1));
        layers.push(Layer::Activation(function));
        if dropout > 0.0 {
            layers.push(Layer::Dropout(Dropout { rate: dropout }));
        }
        width = next;
    }
    (layers, width)
}
