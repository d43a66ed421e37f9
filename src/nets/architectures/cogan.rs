//! A coupled pair of GANs (CoGAN, Liu & Tuzel 2016), as multilayer perceptrons: images and their edges from the same
//! latents.

use std::slice::from_ref;

use super::parts::{generator_hidden, hidden};
use crate::experiment::{Activation, Experiment};
use crate::nets::Network;
use crate::nets::layers::{Linear, Parallel, Shared};

/// Latents to `[image | edges]`. Only the last layer is not shared.
pub(super) fn generator(e: &Experiment) -> Network {
    let (mut layers, width) = generator_hidden(e, e.generator_inputs());
    let head = || {
        let linear = Linear::new(width, e.data_dim());
        (vec![0..width], Network::new(vec![Box::new(linear), Box::new(Activation::Tanh)]))
    };
    layers.push(Box::new(Parallel { branches: vec![head(), head()] }));
    Network::new(layers)
}

/// `[image | edges]` to two logits. Only the first layer is not shared.
pub(super) fn discriminator(e: &Experiment) -> Network {
    let dim = e.data_dim();
    let (first, shared) = match e.discriminator_hidden.split_first() {
        Some((first, shared)) => (from_ref(first), shared),
        None => (&[][..], &[][..]),
    };
    let layers = |inputs, widths| hidden(inputs, widths, e.discriminator_norm, e.discriminator_activation, e.dropout);
    let stem = |range| {
        let (layers, width) = layers(dim, first);
        ((vec![range], Network::new(layers)), width)
    };
    let ((image, width), (edges, _)) = (stem(0..dim), stem(dim..2 * dim));
    let (mut network, width) = layers(width, shared);
    network.push(Box::new(Linear::new(width, 1)));
    Network::new(vec![
        Box::new(Parallel { branches: vec![image, edges] }),
        Box::new(Shared { parts: 2, network: Network::new(network) }),
    ])
}
