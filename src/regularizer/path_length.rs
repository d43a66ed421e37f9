//! Path-length regularisation (Karras et al. 2020, §3.2): a step in the latent space should move every sample as far.
//!
//! The length is that of Jᵀy, with J the generator's Jacobian and y a random direction among the samples: the generator's way
//! back (see [`crate::nets::PullBack`]), at rest.

use burn::tensor::Tensor;

use crate::nets::{Network, Weights, beside, constant_beside, untracked};
use crate::rng::Rng;

/// How fast the mean length follows.
const DECAY: f32 = 0.01;
/// Keeps the gradient of a length finite where it is 0.
const EPSILON: f32 = 1e-12;

/// ‖Jᵀy‖ for each row, `[n, 1]`, with respect to the first `dim` numbers of the generator's `inputs` `[n, _]`; y ~ N(0, I) / √`pixels`,
/// where a sample has that many pixels (height × width, whatever its channels), or coordinates.
#[must_use]
pub fn lengths(
    generator: &Network,
    weights: &Weights,
    inputs: Tensor<2>,
    dim: usize,
    pixels: usize,
    rng: &mut Rng,
) -> Tensor<2> {
    let (samples, back) = generator.linearize(weights, inputs);
    let [n, numbers] = samples.dims();
    let scale = 1.0 / (pixels as f32).sqrt();
    let direction = rng.normals(n * numbers).iter().map(|y| y * scale).collect();
    let slopes = back(beside(&samples, direction, [n, numbers])).narrow(1, 0, dim);
    ((slopes.clone() * slopes).sum_dim(1) + EPSILON).sqrt()
}

/// The mean length after these, `[1, 1]`, from the mean before.
#[must_use]
pub fn moved_mean(mean: Tensor<2>, lengths: Tensor<2>) -> Tensor<2> {
    mean * (1.0 - DECAY) + untracked(lengths).mean_dim(0) * DECAY
}

/// What uneven lengths cost, row by row: (length − mean)².
#[must_use]
pub fn rows(lengths: Tensor<2>, mean: Tensor<2>) -> Tensor<2> {
    let mean = constant_beside(&lengths, mean);
    let off = lengths - mean;
    off.clone() * off
}
