//! Instance normalisation (Ulyanov et al. 2016). It does not couple the rows of a batch, so that a critic under a
//! gradient penalty may have it.

use burn::tensor::Tensor;

use super::standardize::{self, standardize};
use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;

/// Normalises each channel of each sample over its positions, then scales and shifts it.
#[derive(Clone, Copy, Debug)]
pub struct InstanceNorm {
    /// Channels in a row.
    pub channels: usize,
    /// Numbers a channel.
    pub positions: usize,
}

/// Over each channel, `[n, channels, 1]`.
fn mean(x: Tensor<3>) -> Tensor<3> {
    x.mean_dim(2)
}

impl Layer for InstanceNorm {
    fn params(&self) -> Vec<ParamSpec> {
        standardize::params(self.channels)
    }

    fn buffers(&self) -> Vec<ParamSpec> {
        Vec::new()
    }

    fn masks(&self, _rows: usize) -> Vec<Mask> {
        Vec::new()
    }

    fn couples_batch(&self) -> bool {
        false
    }

    fn cost(&self, width: usize) -> Cost {
        Cost::of_width(width)
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, _mode: &mut Mode) -> Tensor<2> {
        self.vjp(x, weights).0
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        standardize(x, [self.channels, self.positions], mean, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faint_sample_comes_out_with_unit_variance_whatever_the_batch() {
        standardize::check(InstanceNorm { channels: 4, positions: 256 });
    }
}
