//! x + c.

use burn::tensor::Tensor;

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;

/// Adds the same number to every element.
#[derive(Clone, Copy, Debug)]
pub struct AddScalar(pub f32);

impl Layer for AddScalar {
    fn params(&self) -> Vec<ParamSpec> {
        Vec::new()
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

    fn forward(&self, x: Tensor<2>, _weights: &mut ParamCursor, _mode: &mut Mode) -> Tensor<2> {
        x + self.0
    }

    fn vjp(&self, x: Tensor<2>, _weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        (x + self.0, Box::new(|g| g))
    }
}
