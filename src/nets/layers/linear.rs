//! x W + b.

mod dense;

use burn::tensor::Tensor;

use self::dense::dense;
use super::{Activation, Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::nets::init::{DCGAN_WEIGHT, Init};
use crate::nets::precision::Precision;

/// A fully connected layer: rows `[n, inputs]` to rows `[n, outputs]`.
///
/// A convolution over its whole input and a transposed convolution from a single point are this layer too: DCGAN's last
/// and first.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    /// Numbers in an input row.
    pub inputs: usize,
    /// Numbers in an output row.
    pub outputs: usize,
    /// Whether b is there. It starts like W where W starts uniform, else at 0.
    pub bias: bool,
    /// Initialisation of W.
    pub init: Init,
}

impl Linear {
    /// With bias, both uniform in ±1/√inputs: PyTorch's default, and the usual start of MLP GANs.
    #[must_use]
    pub fn new(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, bias: true, init: Init::fan_in_uniform(inputs) }
    }

    /// Without bias, W from N(0, .02²), as in a DCGAN.
    #[must_use]
    pub fn dcgan(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, bias: false, init: DCGAN_WEIGHT }
    }

    /// φ(x W + b), rows `[n, inputs]` to rows `[n, outputs]`.
    pub fn activated(self, x: Tensor<2>, weights: &mut ParamCursor, function: Activation) -> Tensor<2> {
        let weight = weights.param();
        if self.bias && weights.precision == Precision::F32 {
            return dense(x, weight, weights.param(), Some(function));
        }
        function.apply(self.affine(x, weight, weights))
    }

    fn affine(self, x: Tensor<2>, weight: Tensor<2>, weights: &mut ParamCursor) -> Tensor<2> {
        match (self.bias, weights.precision) {
            (true, Precision::F32) => dense(x, weight, weights.param(), None),
            (true, precision) => precision.matmul(x, weight) + weights.param(),
            (false, precision) => precision.matmul(x, weight),
        }
    }
}

impl Layer for Linear {
    fn params(&self) -> Vec<ParamSpec> {
        let bias = match self.init {
            Init::Uniform(bound) => Init::Uniform(bound),
            _ => Init::Constant(0.0),
        };
        let weight = ParamSpec::matrix([self.inputs, self.outputs], self.init);
        let bias = self.bias.then(|| ParamSpec::row("bias", self.outputs, bias));
        [Some(weight), bias].into_iter().flatten().collect()
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
        Cost { multiplications: self.inputs * self.outputs, ..Cost::of_width(self.outputs) }
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, _mode: &mut Mode) -> Tensor<2> {
        let weight = weights.param();
        self.affine(x, weight, weights)
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let (weight, precision) = (weights.param(), weights.precision);
        let y = self.affine(x, weight.clone(), weights);
        (y, Box::new(move |g| precision.matmul(g, weight.transpose())))
    }
}
