//! Penalties on the slope of the discriminator: WGAN-GP (Gulrajani et al. 2017), DRAGAN (Kodali et al. 2017), R1 and R2
//! (Mescheder, Geiger & Nowozin 2018).
//!
//! The slope is the exact gradient of the logit with respect to what is judged, written in forward operations (see
//! [`crate::nets::PullBack`]), so that the penalty has a gradient itself.

use burn::tensor::Tensor;

pub use crate::experiment::GradientPenalty;
use crate::nets::{Network, Weights, beside};
use crate::rng::Rng;

/// Keeps the gradient of a norm finite where the norm is 0.
const EPSILON: f32 = 1e-12;

impl GradientPenalty {
    /// Where the slope is taken: one place a row, from real and fake rows `[n, dim]` of what the discriminator judges.
    #[must_use]
    pub fn places(self, real: Tensor<2>, fake: Tensor<2>, rng: &mut Rng) -> Tensor<2> {
        let [n, dim] = real.dims();
        let mut uniform = |count| (0..count).map(|_| rng.uniform()).collect();
        match self {
            Self::None | Self::R1 => real,
            Self::R2 => fake,
            Self::WganGp => {
                let alpha = beside(&real, uniform(n), [n, 1]);
                fake.clone() + (real - fake) * alpha
            }
            Self::Dragan => {
                let deviation = deviation(real.clone());
                let noise = beside(&real, uniform(n * dim), [n, dim]);
                real + noise * deviation * 0.5
            }
        }
    }

    /// What a slope costs, row by row `[n, 1]`, from slopes `[n, dim]`.
    #[must_use]
    pub fn rows(self, slopes: Tensor<2>) -> Tensor<2> {
        let squared = (slopes.clone() * slopes).sum_dim(1);
        match self {
            Self::None => squared * 0.0,
            Self::WganGp | Self::Dragan => {
                let off = (squared + EPSILON).sqrt() - 1.0;
                off.clone() * off
            }
            Self::R1 | Self::R2 => squared * 0.5,
        }
    }
}

/// The gradient of the first logit with respect to the first `dim` numbers of each row: exact, and itself differentiable.
#[must_use]
pub fn slopes(network: &Network, weights: &Weights, rows: Tensor<2>, dim: usize) -> Tensor<2> {
    let (logits, back) = network.linearize(weights, rows);
    let [n, outputs] = logits.dims();
    let mut cotangent = vec![0.0; n * outputs];
    cotangent.iter_mut().step_by(outputs).for_each(|g| *g = 1.0);
    let slopes = back(beside(&logits, cotangent, [n, outputs]));
    if slopes.dims()[1] == dim {
        return slopes;
    }
    slopes.narrow(1, 0, dim)
}

/// Of all numbers together, `[1, 1]`.
fn deviation(x: Tensor<2>) -> Tensor<2> {
    let mean = |x: Tensor<2>| x.mean_dim(1).mean_dim(0);
    let centred = x.clone() - mean(x);
    mean(centred.clone() * centred).sqrt()
}
