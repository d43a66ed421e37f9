//! Multilayer perceptrons (Goodfellow et al. 2014).

use super::parts::{BLACK_IS_ZERO, discriminator_hidden, generator_hidden, head, image_output};
use crate::experiment::Experiment;
use crate::nets::Network;
use crate::nets::layers::{Layer, Linear};

/// Latents to samples. Images end in tanh, points are unbounded.
pub(super) fn generator(e: &Experiment) -> Network {
    let (mut layers, width) = generator_hidden(e, e.generator_inputs());
    layers.extend(sample(e, width));
    Network::new(layers)
}

/// Samples to logits.
pub(super) fn discriminator(e: &Experiment) -> Network {
    let (mut layers, width) = discriminator_hidden(e, e.discriminator_inputs());
    layers.extend(head(e, width, Linear::new));
    Network::new(layers)
}

/// Samples to their reconstructions (BEGAN).
pub(super) fn autoencoder(e: &Experiment) -> Network {
    let (mut layers, width) = discriminator_hidden(e, e.discriminator_inputs());
    if e.has_images() {
        layers.insert(0, Box::new(BLACK_IS_ZERO));
    }
    layers.extend(sample(e, width));
    Network::new(layers)
}

/// Features to a sample of the data.
fn sample(e: &Experiment, width: usize) -> Vec<Box<dyn Layer>> {
    let mut layers: Vec<Box<dyn Layer>> = vec![Box::new(Linear::new(width, e.data_dim()))];
    if e.has_images() {
        layers.push(image_output(e));
    }
    layers
}
