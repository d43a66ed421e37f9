//! How parameters start.

use crate::rng::Rng;

/// The distribution that the numbers of a parameter are drawn from at the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in ±bound.
    Uniform(f32),
    /// Normal with this mean and standard deviation.
    Normal(f32, f32),
    /// The same number everywhere.
    Constant(f32),
}

/// DCGAN's initialisation of weights (Radford et al. 2016): N(0, .02²).
pub const DCGAN_WEIGHT: Init = Init::Normal(0.0, 0.02);

/// DCGAN's initialisation of a normalisation's scale: N(1, .02²).
pub const DCGAN_SCALE: Init = Init::Normal(1.0, 0.02);

impl Init {
    /// Uniform in ±1/√inputs: PyTorch's default for linear layers.
    #[must_use]
    pub fn fan_in_uniform(inputs: usize) -> Self {
        Self::Uniform(1.0 / (inputs as f32).sqrt())
    }

    /// He et al. 2015: N(0, 2 / inputs).
    #[must_use]
    pub fn he(inputs: usize) -> Self {
        Self::Normal(0.0, (2.0 / inputs as f32).sqrt())
    }

    /// `n` numbers, in order.
    #[must_use]
    pub fn draw(self, n: usize, rng: &mut Rng) -> Vec<f32> {
        (0..n)
            .map(|_| match self {
                Self::Uniform(bound) => rng.range(-bound, bound),
                Self::Normal(mean, std) => mean + std * rng.normal(),
                Self::Constant(value) => value,
            })
            .collect()
    }
}
