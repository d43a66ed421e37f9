//! Strided 4×4 transposed convolution, as in a DCGAN: it doubles the sides of an image.

use burn::tensor::Tensor;

use super::conv::{KERNEL, STRIDE, Shape, convolve, convolve_transposed, params};
use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::nets::init::Init;

/// Rows `inputs × side × side` to rows `outputs × 2 side × 2 side`.
#[derive(Clone, Copy, Debug)]
pub struct ConvTranspose {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Height and width of the input.
    pub side: usize,
    /// Initialisation of the kernels.
    pub init: Init,
    /// Whether there is a bias for each output channel; it starts at 0.
    pub bias: bool,
}

impl ConvTranspose {
    fn shape(self) -> Shape {
        Shape { inputs: self.outputs, outputs: self.inputs, side: STRIDE * self.side }
    }
}

impl Layer for ConvTranspose {
    fn params(&self) -> Vec<ParamSpec> {
        params([self.inputs, self.outputs], self.init, self.bias.then_some(self.outputs))
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

    fn cost(&self, _width: usize) -> Cost {
        let positions = self.side.pow(2);
        let products = self.outputs * KERNEL * KERNEL;
        Cost {
            multiplications: self.inputs * products * positions,
            scratch: products * positions,
            ..Cost::of_width(self.outputs * positions * STRIDE * STRIDE)
        }
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, _mode: &mut Mode) -> Tensor<2> {
        let weight = weights.param();
        let bias = self.bias.then(|| weights.param());
        convolve_transposed(x, self.shape(), weight, bias, weights.precision)
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let weight = weights.param();
        let bias = self.bias.then(|| weights.param());
        let (shape, precision) = (self.shape(), weights.precision);
        let y = convolve_transposed(x, shape, weight.clone(), bias, precision);
        (y, Box::new(move |g| convolve(g, shape, weight, None, precision)))
    }
}
