//! Multilayer perceptrons: the networks of the first GANs, and of every toy problem since.

use super::activation::Function;
use super::dropout::Dropout;
use super::linear::Linear;
use super::{Layer, Network};
use crate::experiment::Experiment;

/// Latents to samples; images end in tanh, points in nothing.
pub(super) fn generator(experiment: &Experiment) -> Network {
    let mut layers = perceptron(
        experiment.latent_dim,
        &experiment.generator_hidden,
        experiment.data_dim(),
        experiment.generator_activation.into(),
        0.0,
    );
    if experiment.has_images() {
        layers.push(Layer::Activation(Function::Tanh));
    }
    Network::new(layers)
}

/// Samples to one logit each.
pub(super) fn discriminator(experiment: &Experiment) -> Network {
    Network::new(perceptron(
        experiment.data_dim(),
        &experiment.discriminator_hidden,
        1,
        experiment.discriminator_activation.into(),
        experiment.dropout,
    ))
}

fn perceptron(
    inputs: usize,
    hidden: &[usize],
    outputs: usize,
    function: Function,
    dropout: f32,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut width = inputs;
    for &next in hidden {
        layers.push(Layer::Linear(Linear::new(width, next)));
        layers.push(Layer::Activation(function));
        if dropout > 0.0 {
            layers.push(Layer::Dropout(Dropout { rate: dropout }));
        }
        width = next;
    }
    layers.push(Layer::Linear(Linear::new(width, outputs)));
    layers
}
