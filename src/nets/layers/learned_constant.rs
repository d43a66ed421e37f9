//! A learned row, whatever the input: the generator of a Dirac-GAN.

use burn::tensor::Tensor;

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::nets::init::Init;

/// Rows `[n, _]` to n times the same learned row `[n, outputs]`.
#[derive(Clone, Copy, Debug)]
pub struct LearnedConstant {
    /// Numbers in the row.
    pub outputs: usize,
    /// Their first value.
    pub start: f32,
}

impl Layer for LearnedConstant {
    fn params(&self) -> Vec<ParamSpec> {
        vec![ParamSpec::row("bias", self.outputs, Init::Constant(self.start))]
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
        Cost::of_width(self.outputs)
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, _mode: &mut Mode) -> Tensor<2> {
        let [n, _] = x.dims();
        weights.param().expand([n, self.outputs])
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let zero = x.zeros_like();
        let y = self.forward(x, weights, &mut Mode::Eval);
        (y, Box::new(move |_| zero))
    }
}
