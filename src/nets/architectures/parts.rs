//! Parts that several architectures share.

use crate::experiment::{Activation, Experiment, Normalization, Objective};
use crate::nets::layers::{AddScalar, Dropout, Layer, Linear, MinibatchDiscrimination, MinibatchStddev};

/// Numbers that a kernel of minibatch discrimination compares, as in the code of Salimans et al. 2016.
const KERNEL_DIM: usize = 5;

/// From [−1, 1] to [0, 2], the range in which BEGAN's networks work on images. Outputs start near 0, which should be a
/// black image, close to a digit, and not a grey one: the generator settles on what the discriminator reconstructs.
pub(super) const BLACK_IS_ZERO: AddScalar = AddScalar(1.0);

/// The hidden layers of an MLP, and the width of the last.
pub(super) fn hidden(
    inputs: usize,
    widths: &[usize],
    normalization: Normalization,
    function: Activation,
    dropout: f32,
) -> (Vec<Box<dyn Layer>>, usize) {
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    let mut width = inputs;
    for &next in widths {
        layers.push(Box::new(Linear::new(width, next)));
        layers.extend(normalization.layer(next, 1));
        layers.push(Box::new(function));
        if dropout > 0.0 {
            layers.push(Box::new(Dropout { width: next, rate: dropout }));
        }
        width = next;
    }
    (layers, width)
}

/// The hidden layers of an MLP generator.
pub(super) fn generator_hidden(e: &Experiment, inputs: usize) -> (Vec<Box<dyn Layer>>, usize) {
    hidden(inputs, &e.generator_hidden, e.generator_norm, e.generator_activation, 0.0)
}

/// The hidden layers of an MLP discriminator.
pub(super) fn discriminator_hidden(e: &Experiment, inputs: usize) -> (Vec<Box<dyn Layer>>, usize) {
    hidden(inputs, &e.discriminator_hidden, e.discriminator_norm, e.discriminator_activation, e.dropout)
}

/// The end of a network that gives images in [−1, 1]: tanh. BEGAN's end is linear, as in Berthelot et al. 2017:
/// saturated tanh units receive no gradient.
pub(super) fn image_output(e: &Experiment) -> Box<dyn Layer> {
    match e.objective {
        Objective::Began => Box::new(AddScalar(-1.0)),
        _ => Box::new(Activation::Tanh),
    }
}

/// The end of a discriminator: features of the whole batch, where set, then the logits.
pub(super) fn head(e: &Experiment, width: usize, linear: fn(usize, usize) -> Linear) -> Vec<Box<dyn Layer>> {
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    let mut width = width;
    if e.minibatch_discrimination > 0 {
        let kernels = e.minibatch_discrimination;
        layers.push(Box::new(MinibatchDiscrimination { inputs: width, kernels, dim: KERNEL_DIM }));
        width += kernels;
    }
    if e.minibatch_stddev {
        layers.push(Box::new(MinibatchStddev));
        width += 1;
    }
    layers.push(Box::new(linear(width, e.discriminator_outputs())));
    layers
}
