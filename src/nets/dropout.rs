//! Dropout (Srivastava et al. 2014), inverted: what survives is scaled up, so that sampling needs nothing.

use burn::tensor::Tensor;

use super::beside;
use crate::rng::Rng;

/// Sets each number of a row to 0 with probability `rate`, and multiplies the others by 1 / (1 - rate).
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// In [0, 1).
    pub rate: f32,
}

impl Dropout {
    /// The mask comes from the host, so that a seed replays it on any device and a checkpoint continues it.
    pub(super) fn train(self, x: Tensor<2>, rng: &mut Rng) -> Tensor<2> {
        let shape = x.dims();
        let kept = 1.0 / (1.0 - self.rate);
        let mask = (0..shape[0] * shape[1]).map(|_| if rng.uniform() < self.rate { 0.0 } else { kept }).collect();
        let mask = beside(&x, mask, shape);
        x * mask
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::rng::Stream;

    #[test]
    fn keeps_the_mean_and_drops_its_share() {
        let x = Tensor::<2>::ones([100, 1000], &Device::flex());
        let y = Dropout { rate: 0.3 }.train(x, &mut Rng::new(0, Stream::Dropout));
        let y = y.into_data().try_to_vec::<f32>().unwrap();
        let zeros = y.iter().filter(|&&v| v == 0.0).count() as f32 / 1e5;
        let mean = y.iter().sum::<f32>() / 1e5;
        // Five standard errors of a share of 1e5 draws.
        assert!((zeros - 0.3).abs() < 0.0075, "{zeros}");
        assert!((mean - 1.0).abs() < 0.011, "{mean}");
        assert!(y.iter().all(|&v| v == 0.0 || (v - 1.0 / 0.7).abs() < 1e-6));
    }
}
