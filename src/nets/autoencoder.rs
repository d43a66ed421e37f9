//! The adversarial autoencoder (Makhzani et al. 2016): an encoder whose codes of the data a discriminator cannot tell from draws of the
//! prior, and a decoder that gives the data back, so that the decoder turns draws of the prior into samples.

use super::branch::Fork;
use super::linear::Linear;
use super::mlp::{self, hidden};
use super::{Layer, Network};
use crate::experiment::Experiment;

/// Images to `[code | reconstruction]`. The encoder's layers are the decoder's in reverse.
pub(super) fn generator(e: &Experiment) -> Network {
    let widths: Vec<usize> = e.generator_hidden.iter().rev().copied().collect();
    let (mut layers, width) = hidden(e.data_dim(), &widths, e.generator_norm, e.generator_activation, 0.0);
    layers.push(Layer::Linear(Linear::new(width, e.latent_dim)));
    let code = || vec![0..e.latent_dim];
    layers.push(Layer::Fork(Fork { branches: vec![(code(), Network::new(Vec::new())), (code(), mlp::generator(e))] }));
    Network::new(layers)
}
