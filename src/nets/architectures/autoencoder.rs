//! The adversarial autoencoder (Makhzani et al. 2016): a discriminator makes the codes of an encoder follow the prior,
//! and a decoder reconstructs the data from them, so that it maps samples from the prior to samples of the data.

use super::mlp;
use super::parts::hidden;
use crate::experiment::Experiment;
use crate::nets::Network;
use crate::nets::layers::{Linear, Parallel};

/// Images to `[code | reconstruction]`. The encoder's layers are the decoder's in reverse.
pub(super) fn generator(e: &Experiment) -> Network {
    let widths: Vec<usize> = e.generator_hidden.iter().rev().copied().collect();
    let (mut layers, width) = hidden(e.data_dim(), &widths, e.generator_norm, e.generator_activation, 0.0);
    layers.push(Box::new(Linear::new(width, e.latent_dim)));
    let code = || vec![0..e.latent_dim];
    let branches = vec![(code(), Network::identity()), (code(), decoder(e))];
    layers.push(Box::new(Parallel { branches }));
    Network::new(layers)
}

/// Codes to images.
pub(super) fn decoder(e: &Experiment) -> Network {
    mlp::generator(e)
}
