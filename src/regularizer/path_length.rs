//! Path-length regularisation (Karras et al. 2020, §3.2): a step in the latent space should move every sample equally
//! far.
//!
//! The length is ‖Jᵀy‖, with J the generator's Jacobian in evaluation and y a random direction among the samples: a
//! vector–Jacobian product (see [`crate::nets::Vjp`]).

use burn::tensor::Tensor;

use crate::nets::{Network, Weights};
use crate::quantity::{Better, Format, Quantity};
use crate::tensor::{constant_like, detach};

/// Path length.
pub const PATH_LENGTH: Quantity = Quantity {
    name: "path_length",
    label: "Path length",
    help: "Running mean of the length of the generator’s Jacobian in random directions (Karras et al. 2020).",
    format: Format::Number,
    better: Better::Neither,
};

/// Weight of the newest lengths in the running mean.
const DECAY: f32 = 0.01;
/// Keeps the gradient of a length finite where it is 0.
const EPSILON: f32 = 1e-12;

/// ‖Jᵀy‖ for each row, `[n, 1]`, with respect to the first `dim` numbers of the generator's `inputs` `[n, _]`. y is
/// `directions` `[n, out]`, of N(0, I), divided by √`pixels`, where a sample has that many pixels (height × width,
/// whatever its channels) or coordinates.
#[must_use]
pub fn lengths(
    generator: &Network,
    weights: &Weights,
    inputs: Tensor<2>,
    dim: usize,
    directions: Tensor<2>,
    pixels: usize,
) -> Tensor<2> {
    let (samples, vjp) = generator.vjp(weights, inputs);
    let scale = 1.0 / (pixels as f32).sqrt();
    let gradients = vjp(constant_like(&samples, directions * scale)).narrow(1, 0, dim);
    ((gradients.clone() * gradients).sum_dim(1) + EPSILON).sqrt()
}

/// The running mean after these lengths, `[1, 1]`.
#[must_use]
pub fn moved_mean(mean: Tensor<2>, lengths: Tensor<2>) -> Tensor<2> {
    mean * (1.0 - DECAY) + detach(lengths).mean_dim(0) * DECAY
}

/// The penalty row by row: (length − mean)².
#[must_use]
pub fn rows(lengths: Tensor<2>, mean: Tensor<2>) -> Tensor<2> {
    let mean = constant_like(&lengths, mean);
    let error = lengths - mean;
    error.clone() * error
}
