//! The architectures, as lists of layers.

use std::ops::Range;

use counterfeit::Experiment;
use counterfeit::experiment::{Activation, Architecture, Conditional, Normalization, Objective};

use crate::layers::{Convolution, Init, Layer, uniform};

/// PyTorch's default: W and b uniform in ±1/√inputs.
fn linear(inputs: usize, outputs: usize) -> Layer {
    Layer::Linear { inputs, outputs, bias: true, init: uniform(inputs) }
}

fn norm(kind: Normalization, channels: usize) -> Option<Layer> {
    match kind {
        Normalization::None => None,
        Normalization::Batch => Some(Layer::BatchNorm(channels)),
        Normalization::Layer => Some(Layer::LayerNorm(channels)),
        Normalization::Instance => Some(Layer::InstanceNorm(channels)),
    }
}

/// Hidden layers of these widths, and the width of the last.
fn hidden(
    mut width: usize,
    widths: &[usize],
    kind: Normalization,
    function: Activation,
    dropout: f32,
) -> (Vec<Layer>, usize) {
    let mut layers = Vec::new();
    for &next in widths {
        layers.push(linear(width, next));
        layers.extend(norm(kind, next));
        layers.push(Layer::Activation(function));
        layers.extend((dropout > 0.0).then_some(Layer::Dropout(dropout.into())));
        width = next;
    }
    (layers, width)
}

fn generator_body(e: &Experiment, inputs: usize) -> (Vec<Layer>, usize) {
    hidden(inputs, &e.generator_hidden, e.generator_norm, e.generator_activation, 0.0)
}

fn discriminator_body(e: &Experiment, inputs: usize, widths: &[usize]) -> (Vec<Layer>, usize) {
    hidden(inputs, widths, e.discriminator_norm, e.discriminator_activation, e.dropout)
}

/// Of a network that makes images in [−1, 1]: tanh. BEGAN's networks (Berthelot et al. 2017) have none; they work on
/// images in [0, 2].
fn image_output(e: &Experiment) -> Option<Layer> {
    match (e.has_images(), e.objective) {
        (false, _) => None,
        (true, Objective::Began) => Some(Layer::AddScalar(-1.0)),
        (true, _) => Some(Layer::Activation(Activation::Tanh)),
    }
}

fn mlp_generator(e: &Experiment) -> Vec<Layer> {
    let (mut layers, width) = generator_body(e, e.generator_inputs());
    layers.push(linear(width, e.data_dim()));
    layers.extend(image_output(e));
    layers
}

/// From this many inputs to the experiment's logits, after features of the batch.
fn head(e: &Experiment, mut width: usize, last: fn(usize, usize) -> Layer) -> Vec<Layer> {
    let mut layers = Vec::new();
    if e.minibatch_discrimination > 0 {
        layers.push(Layer::MinibatchDiscrimination(width, e.minibatch_discrimination));
        width += e.minibatch_discrimination;
    }
    if e.minibatch_stddev {
        layers.push(Layer::MinibatchStddev);
        width += 1;
    }
    let classes = if e.conditional == Conditional::Acgan { e.class_count() } else { 0 };
    layers.push(last(width, 1 + classes));
    layers
}

/// In BEGAN the discriminator is an autoencoder.
fn mlp_discriminator(e: &Experiment) -> Vec<Layer> {
    let began = e.objective == Objective::Began;
    let (body, width) = discriminator_body(e, discriminator_inputs(e), &e.discriminator_hidden);
    let mut layers = Vec::new();
    layers.extend((began && e.has_images()).then_some(Layer::AddScalar(1.0)));
    layers.extend(body);
    if began {
        layers.push(linear(width, e.data_dim()));
        layers.extend(image_output(e));
    } else {
        layers.extend(head(e, width, linear));
    }
    layers
}

/// `pack` samples, and their classes where the discriminator is conditional: a number a class, or a plane a class for a
/// DCGAN.
fn discriminator_inputs(e: &Experiment) -> usize {
    let classes = match (e.conditional, e.architecture) {
        (Conditional::Label, Architecture::Dcgan) => e.class_count() * e.data_dim(),
        (Conditional::Label, _) => e.class_count(),
        _ => 0,
    };
    e.pack * (d_dim(e) + classes)
}

/// Numbers in the part of the generator's output that the discriminator sees.
pub fn d_dim(e: &Experiment) -> usize {
    let image = e.data_dim();
    match e.architecture {
        Architecture::Mlp | Architecture::Dcgan | Architecture::Dirac => image,
        Architecture::Autoencoder => e.latent_dim,
        Architecture::Stacked => image / 4 + image,
        Architecture::Coupled => 2 * image,
    }
}

/// Radford et al. 2016: N(0, .02²) beside a normalisation, which stands in for the bias; without one He et al. 2015,
/// with a bias.
fn dcgan_init(kind: Normalization, fan_in: usize) -> (Init, bool) {
    match kind {
        Normalization::None => (Init::Normal(0.0, (2.0 / fan_in as f64).sqrt()), true),
        _ => (Init::Normal(0.0, 0.02), false),
    }
}

fn dcgan_linear(kind: Normalization, inputs: usize, outputs: usize) -> Layer {
    let (init, bias) = dcgan_init(kind, inputs);
    Layer::Linear { inputs, outputs, bias, init }
}

/// The side of the smallest map, and the channels of each map from there.
fn dcgan_maps(e: &Experiment) -> (usize, Vec<usize>) {
    let (side, factors): (_, &[usize]) = match e.image_size {
        28 => (7, &[2, 1]),
        32 => (4, &[4, 2, 1]),
        48 => (6, &[4, 2, 1]),
        96 => (6, &[8, 4, 2, 1]),
        128 => (4, &[16, 8, 4, 2, 1]),
        _ => (4, &[8, 4, 2, 1]),
    };
    (side, factors.iter().map(|factor| factor * e.base_channels).collect())
}

fn dcgan_decoder(e: &Experiment, inputs: usize, kind: Normalization, function: Activation) -> Vec<Layer> {
    let (mut side, mut channels) = dcgan_maps(e);
    let mut layers = vec![dcgan_linear(kind, inputs, channels[0] * side * side)];
    channels.push(e.channels);
    for pair in channels.windows(2) {
        layers.extend(norm(kind, pair[0]));
        layers.push(Layer::Activation(function));
        // A pixel of a transposed convolution of stride 2 meets 2×2 of the kernel's 4×4.
        let (init, bias) = dcgan_init(kind, 4 * pair[0]);
        let (inputs, outputs) = (pair[0], pair[1]);
        layers.push(Layer::ConvTranspose(Convolution { inputs, outputs, side, bias, init }));
        side *= 2;
    }
    layers.extend(image_output(e));
    layers
}

/// No normalisation after the first convolution.
fn dcgan_encoder(e: &Experiment) -> (Vec<Layer>, usize) {
    let (mut side, kind) = (e.image_size, e.discriminator_norm);
    let (_, mut channels) = dcgan_maps(e);
    channels.push(discriminator_inputs(e) / (side * side));
    channels.reverse();
    let mut layers = Vec::new();
    for (i, pair) in channels.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let (init, bias) = dcgan_init(kind, 16 * inputs);
        layers.push(Layer::Conv(Convolution { inputs, outputs, side, bias, init }));
        layers.extend(norm(kind, outputs).filter(|_| i > 0));
        layers.push(Layer::Activation(e.discriminator_activation));
        side /= 2;
    }
    (layers, channels[channels.len() - 1] * side * side)
}

fn dcgan_discriminator(e: &Experiment) -> Vec<Layer> {
    let (mut layers, width) = dcgan_encoder(e);
    if e.objective == Objective::Began {
        layers.insert(0, Layer::AddScalar(1.0));
        layers.push(dcgan_linear(e.discriminator_norm, width, e.latent_dim));
        let decoder = dcgan_decoder(e, e.latent_dim, e.discriminator_norm, e.discriminator_activation);
        layers.extend(decoder);
    } else {
        let last = |inputs, outputs| Layer::Linear { inputs, outputs, bias: false, init: Init::Normal(0.0, 0.02) };
        layers.extend(head(e, width, last));
    }
    layers
}

/// An MLP that ends in tanh.
fn image_mlp(e: &Experiment, inputs: usize, pixels: usize) -> Vec<Layer> {
    let (mut layers, width) = generator_body(e, inputs);
    layers.extend([linear(width, pixels), Layer::Activation(Activation::Tanh)]);
    layers
}

/// Makhzani et al. 2016: an encoder, then [code | decoder(code)].
fn autoencoder(e: &Experiment) -> Vec<Layer> {
    let reversed: Vec<usize> = e.generator_hidden.iter().rev().copied().collect();
    let (mut layers, width) = hidden(e.data_dim(), &reversed, e.generator_norm, e.generator_activation, 0.0);
    layers.push(linear(width, e.latent_dim));
    let code = || vec![0..e.latent_dim];
    layers.push(Layer::Parallel(vec![(code(), vec![]), (code(), mlp_generator(e))]));
    layers
}

/// Zhang et al. 2017: [coarse | fine], where the second stage sees the first's image and the class.
fn stackgan_generator(e: &Experiment) -> Vec<Layer> {
    let (inputs, coarse) = (e.generator_inputs(), e.data_dim() / 4);
    let first = (vec![0..inputs], image_mlp(e, inputs, coarse));
    let seen = e.latent_dim..inputs + coarse;
    let second = image_mlp(e, seen.len(), e.data_dim());
    vec![
        Layer::Parallel(vec![(vec![0..inputs], vec![]), first]),
        Layer::Parallel(vec![(vec![inputs..inputs + coarse], vec![]), (vec![seen], second)]),
    ]
}

/// One discriminator for each image, both conditioned on the class.
fn stackgan_discriminator(e: &Experiment) -> Vec<Layer> {
    let (coarse, both) = (e.data_dim() / 4, d_dim(e));
    let class = both..discriminator_inputs(e);
    let branch = |image: Range<usize>| {
        let (mut layers, width) = discriminator_body(e, image.len() + class.len(), &e.discriminator_hidden);
        layers.push(linear(width, 1));
        (vec![image, class.clone()], layers)
    };
    vec![Layer::Parallel(vec![branch(0..coarse), branch(coarse..both)])]
}

/// Liu & Tuzel 2016: [image | edges], which share all layers but the last.
fn cogan_generator(e: &Experiment) -> Vec<Layer> {
    let (mut layers, width) = generator_body(e, e.generator_inputs());
    let last = || (vec![0..width], vec![linear(width, e.data_dim()), Layer::Activation(Activation::Tanh)]);
    layers.push(Layer::Parallel(vec![last(), last()]));
    layers
}

/// Which share all layers but the first.
fn cogan_discriminator(e: &Experiment) -> Vec<Layer> {
    let (image, hidden) = (e.data_dim(), &e.discriminator_hidden);
    let (first, rest) = hidden.split_at(hidden.len().min(1));
    let stem = |range| (vec![range], discriminator_body(e, image, first).0);
    let (mut shared, width) = discriminator_body(e, *first.first().unwrap_or(&image), rest);
    shared.push(linear(width, 1));
    vec![Layer::Parallel(vec![stem(0..image), stem(image..2 * image)]), Layer::Shared(2, shared)]
}

pub fn generator(e: &Experiment) -> Vec<Layer> {
    match e.architecture {
        Architecture::Mlp => mlp_generator(e),
        Architecture::Dcgan => dcgan_decoder(e, e.generator_inputs(), e.generator_norm, e.generator_activation),
        Architecture::Dirac => vec![Layer::LearnedConstant],
        Architecture::Autoencoder => autoencoder(e),
        Architecture::Stacked => stackgan_generator(e),
        Architecture::Coupled => cogan_generator(e),
    }
}

pub fn discriminator(e: &Experiment) -> Vec<Layer> {
    match e.architecture {
        Architecture::Mlp | Architecture::Autoencoder => mlp_discriminator(e),
        Architecture::Dcgan => dcgan_discriminator(e),
        // Mescheder et al. 2018: D(x) = ψ x, from ψ = 0.
        Architecture::Dirac => vec![Layer::Linear { inputs: 1, outputs: 1, bias: false, init: Init::Constant(0.0) }],
        Architecture::Stacked => stackgan_discriminator(e),
        Architecture::Coupled => cogan_discriminator(e),
    }
}
