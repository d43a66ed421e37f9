//! Networks of GANs that learn two views of an image at once, as multilayer perceptrons: a two-stage generator (StackGAN, Zhang et
//! al. 2017) and a coupled pair (CoGAN, Liu & Tuzel 2016).

use std::slice::from_ref;

use burn::tensor::Tensor;

use super::branch::{Each, Fork};
use super::linear::Linear;
use super::mlp::hidden;
use super::{Layer, Network};
use crate::experiment::{Activation, Architecture, Experiment};

/// Latents, with classes where it is told, to `[coarse | fine]`: a first stage draws the image at half its size, a second redraws it in
/// full, given the first's drawing and the class.
pub(super) fn stacked_generator(e: &Experiment) -> Network {
    let (inputs, latent) = (e.generator_inputs(), e.latent_dim);
    let stage = |inputs, outputs| {
        let (mut layers, width) = generator_body(e, inputs);
        layers.extend(image(width, outputs));
        Network::new(layers)
    };
    let coarse = e.coarse_dim();
    let whole = inputs..inputs + coarse;
    let told = latent..inputs + coarse;
    Network::new(vec![
        fork(vec![(vec![0..inputs], Network::new(Vec::new())), (vec![0..inputs], stage(inputs, coarse))]),
        fork(vec![(vec![whole], Network::new(Vec::new())), (vec![told.clone()], stage(told.len(), e.data_dim()))]),
    ])
}

/// `[coarse | fine]`, and the class, to two logits: each drawing has its own judge, who is told the class.
pub(super) fn stacked_discriminator(e: &Experiment) -> Network {
    let (coarse, judged) = (e.coarse_dim(), e.judged_dim());
    let told = judged..judged + e.label_dim();
    let judge = |seen: std::ops::Range<usize>| {
        let (mut layers, width) = discriminator_body(e, seen.len() + told.len());
        layers.push(Layer::Linear(Linear::new(width, 1)));
        (vec![seen, told.clone()], Network::new(layers))
    };
    Network::new(vec![fork(vec![judge(0..coarse), judge(coarse..judged)])])
}

/// Latents to `[image | edges]`: both come from one description, and only the last layer tells them apart.
pub(super) fn coupled_generator(e: &Experiment) -> Network {
    let (mut layers, width) = generator_body(e, e.generator_inputs());
    let head = || (vec![0..width], Network::new(image(width, e.data_dim())));
    layers.push(fork(vec![head(), head()]));
    Network::new(layers)
}

/// `[image | edges]` to two logits: each domain has its own first layer, and the rest is shared.
pub(super) fn coupled_discriminator(e: &Experiment) -> Network {
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
    network.push(Layer::Linear(Linear::new(width, 1)));
    Network::new(vec![fork(vec![image, edges]), Layer::Each(Each { parts: 2, network: Network::new(network) })])
}

/// Samples as pictures, `[n, pictures × data_dim]`: a drawing at half its size is blown up to that of the other.
#[must_use]
pub fn pictured(e: &Experiment, samples: Tensor<2>) -> Tensor<2> {
    if e.architecture != Architecture::Stacked {
        return samples;
    }
    let [n, _] = samples.dims();
    let (half, coarse) = (e.image_size / 2, e.coarse_dim());
    let small = samples.clone().narrow(1, 0, coarse);
    let large = small.reshape([n, half, 1, half, 1]).expand([n, half, 2, half, 2]);
    let fine = samples.narrow(1, coarse, e.data_dim());
    Tensor::cat(vec![large.reshape([n, e.data_dim()]), fine], 1)
}

fn fork(branches: Vec<(Vec<std::ops::Range<usize>>, Network)>) -> Layer {
    Layer::Fork(Fork { branches })
}

fn image(width: usize, pixels: usize) -> Vec<Layer> {
    vec![Layer::Linear(Linear::new(width, pixels)), Layer::Activation(Activation::Tanh)]
}

fn generator_body(e: &Experiment, inputs: usize) -> (Vec<Layer>, usize) {
    hidden(inputs, &e.generator_hidden, e.generator_norm, e.generator_activation, 0.0)
}

fn discriminator_body(e: &Experiment, inputs: usize) -> (Vec<Layer>, usize) {
    hidden(inputs, &e.discriminator_hidden, e.discriminator_norm, e.discriminator_activation, e.dropout)
}
