//! Gradient penalties: WGAN-GP (Gulrajani et al. 2017), DRAGAN (Kodali et al. 2017), R1 and R2 (Mescheder, Geiger &
//! Nowozin 2018).
//!
//! The gradient of the logit with respect to the discriminator's input is exact and written in forward operations (see
//! [`crate::nets::Vjp`]), so that the penalty has a gradient itself.

use burn::tensor::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::nets::{Network, Weights};
use crate::quantity::{Better, Format, Quantity};
use crate::rng::Rng;
use crate::tensor::HostMatrix;

/// Gradient penalty.
pub const PENALTY: Quantity = Quantity {
    name: "penalty",
    label: "Gradient penalty",
    help: "The gradient penalty before its weight: 0 where the gradient norm is at the penalty’s target.",
    format: Format::Number,
    better: Better::Lower,
};

/// Keeps the gradient of a norm finite where the norm is 0.
const EPSILON: f32 = 1e-12;

/// The penalty on the discriminator's gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GradientPenalty {
    /// No penalty.
    #[schemars(title = "None")]
    None,
    /// Gulrajani et al. 2017: (‖∇D‖ − 1)² between real and fake samples.
    #[schemars(title = "WGAN-GP")]
    WganGp,
    /// Kodali et al. 2017: (‖∇D‖ − 1)² around real samples.
    #[schemars(title = "DRAGAN")]
    Dragan,
    /// Mescheder, Geiger & Nowozin 2018: ½ ‖∇D‖² at real samples.
    #[schemars(title = "R1 (real samples)")]
    R1,
    /// Mescheder, Geiger & Nowozin 2018: ½ ‖∇D‖² at fake samples.
    #[schemars(title = "R2 (fake samples)")]
    R2,
}

impl GradientPenalty {
    /// The random numbers of [`points`](Self::points) for `n` rows of `dim` numbers, where it takes any: WGAN-GP's
    /// places between real and fake, `[n, 1]`; DRAGAN's noise, `[n, dim]`. Uniform in [0, 1).
    #[must_use]
    pub fn draw(self, n: usize, dim: usize, rng: &mut Rng) -> Option<HostMatrix> {
        let columns = match self {
            Self::None | Self::R1 | Self::R2 => return None,
            Self::WganGp => 1,
            Self::Dragan => dim,
        };
        Some(HostMatrix { values: (0..n * columns).map(|_| rng.uniform()).collect(), shape: [n, columns] })
    }

    /// The points at which the gradient is taken, one a row, from real and fake rows `[n, dim]`.
    ///
    /// # Panics
    /// When the random numbers are not those of [`draw`](Self::draw).
    #[must_use]
    pub fn points(self, real: Tensor<2>, fake: Tensor<2>, random: Option<Tensor<2>>) -> Tensor<2> {
        let random = || random.expect("its own random numbers");
        match self {
            Self::None | Self::R1 => real,
            Self::R2 => fake,
            Self::WganGp => fake.clone() + (real - fake) * random(),
            Self::Dragan => {
                let deviation = deviation(real.clone());
                real + random() * deviation * 0.5
            }
        }
    }

    /// The penalty row by row, `[n, 1]`, of gradients `[n, dim]`.
    #[must_use]
    pub fn rows(self, gradients: Tensor<2>) -> Tensor<2> {
        let squared = (gradients.clone() * gradients).sum_dim(1);
        match self {
            Self::None => squared * 0.0,
            Self::WganGp | Self::Dragan => {
                let error = (squared + EPSILON).sqrt() - 1.0;
                error.clone() * error
            }
            Self::R1 | Self::R2 => squared * 0.5,
        }
    }
}

/// The gradient of the first logit with respect to the first `dim` numbers of each row `[n, _]`: exact, and itself
/// differentiable.
#[must_use]
pub fn input_gradients(network: &Network, weights: &Weights, rows: Tensor<2>, dim: usize) -> Tensor<2> {
    let (logits, vjp) = network.vjp(weights, rows);
    let [_, outputs] = logits.dims();
    let first = logits.clone().narrow(1, 0, 1).ones_like();
    let cotangent = match outputs {
        1 => first,
        _ => Tensor::cat(vec![first, logits.narrow(1, 1, outputs - 1).zeros_like()], 1),
    };
    let gradients = vjp(cotangent);
    if gradients.dims()[1] == dim {
        return gradients;
    }
    gradients.narrow(1, 0, dim)
}

/// The standard deviation of all numbers together, `[1, 1]`.
fn deviation(x: Tensor<2>) -> Tensor<2> {
    let mean = |x: Tensor<2>| x.mean_dim(1).mean_dim(0);
    let centred = x.clone() - mean(x);
    mean(centred.clone() * centred).sqrt()
}
