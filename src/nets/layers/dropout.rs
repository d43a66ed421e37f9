//! Dropout (Srivastava et al. 2014), inverted: what survives is scaled up, so that evaluation needs nothing.

use burn::tensor::Tensor;

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::tensor::constant_like;

/// In training, sets each number of a row to 0 with probability `rate`, and multiplies the others by 1 / (1 − rate).
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// Numbers in a row.
    pub width: usize,
    /// In [0, 1).
    pub rate: f32,
}

impl Layer for Dropout {
    fn params(&self) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn buffers(&self) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn masks(&self, rows: usize) -> Vec<Mask> {
        vec![Mask { shape: [rows, self.width], rate: self.rate }]
    }

    fn couples_batch(&self) -> bool {
        false
    }

    fn cost(&self, width: usize) -> Cost {
        Cost::of_width(width)
    }

    fn forward(&self, x: Tensor<2>, _weights: &mut ParamCursor, mode: &mut Mode) -> Tensor<2> {
        match mode {
            Mode::Train(training) => {
                let mask = constant_like(&x, training.mask());
                x * mask
            }
            Mode::Eval => x,
        }
    }

    fn vjp(&self, x: Tensor<2>, _weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        (x, Box::new(|g| g))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::{Network, Weights};
    use crate::rng::{Rng, Stream};

    #[test]
    fn keeps_the_mean_and_drops_its_share() {
        let device = Device::flex();
        let network = Network::new(vec![Box::new(Dropout { width: 1000, rate: 0.3 })]);
        let mut rng = Rng::new(0, Stream::Dropout);
        let masks = network.masks(100).into_iter().map(|mask| mask.draw(&mut rng));
        let masks = masks.map(|mask| mask.upload(&device)).collect();
        let x = Tensor::<2>::ones([100, 1000], &device);
        let y = network.forward(&Weights::default(), x, Mode::train(masks)).output;
        let y = y.into_data().try_to_vec::<f32>().unwrap();
        let zeros = y.iter().filter(|&&v| v == 0.0).count() as f32 / 1e5;
        let mean = y.iter().sum::<f32>() / 1e5;
        // Five standard errors of a share of 1e5 draws.
        assert!((zeros - 0.3).abs() < 0.0075, "{zeros}");
        assert!((mean - 1.0).abs() < 0.011, "{mean}");
        assert!(y.iter().all(|&v| v == 0.0 || (v - 1.0 / 0.7).abs() < 1e-6));
    }
}
