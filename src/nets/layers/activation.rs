//! Elementwise functions and their derivatives.

pub mod cpu;

use burn::tensor::{Tensor, activation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
#[cfg(feature = "gpu")]
use crate::tensor::is_host;

/// LeakyReLU's slope below zero, as in every GAN paper since DCGAN.
pub const NEGATIVE_SLOPE: f32 = 0.2;

/// The elementwise function between layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(x, 0)
    #[schemars(title = "ReLU")]
    Relu,
    /// max(x, 0.2 x)
    #[schemars(title = "LeakyReLU")]
    LeakyRelu,
    /// x above zero, eˣ − 1 below
    #[schemars(title = "ELU")]
    Elu,
    /// 1 / (1 + e⁻ˣ)
    #[schemars(title = "Sigmoid")]
    Sigmoid,
    /// tanh(x)
    #[schemars(title = "Tanh")]
    Tanh,
}

impl Activation {
    /// The function of every element.
    #[must_use]
    pub fn apply(self, x: Tensor<2>) -> Tensor<2> {
        #[cfg(feature = "gpu")]
        if !is_host(&x.device().inner()) {
            return self.compose(x);
        }
        cpu::activation(x, self)
    }

    /// From burn's operations, which it fuses on GPUs.
    #[cfg(feature = "gpu")]
    fn compose(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Relu => activation::relu(x),
            // As a sum rather than a choice: its gradient is then a ReLU's and a constant, which are fused, where a choice
            // needs masks and zeros.
            Self::LeakyRelu => x.clone() * NEGATIVE_SLOPE + activation::relu(x) * (1.0 - NEGATIVE_SLOPE),
            Self::Elu => activation::relu(x.clone()) + below_zero(x).exp() - 1.0,
            Self::Sigmoid => activation::sigmoid(x),
            Self::Tanh => x.tanh(),
        }
    }

    /// The derivative at every element. A piecewise constant derivative carries no graph, as it has no gradient.
    #[must_use]
    pub fn derivative(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Relu => x.greater_elem(0.0).float(),
            Self::LeakyRelu => x.greater_elem(0.0).float() * (1.0 - NEGATIVE_SLOPE) + NEGATIVE_SLOPE,
            Self::Elu => below_zero(x).exp(),
            Self::Sigmoid => {
                let y = activation::sigmoid(x);
                y.clone() * (-y + 1.0)
            }
            Self::Tanh => {
                let y = x.tanh();
                -(y.clone() * y) + 1.0
            }
        }
    }
}

impl Layer for Activation {
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
        self.apply(x)
    }

    fn vjp(&self, x: Tensor<2>, _weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let derivative = self.derivative(x.clone());
        (self.apply(x), Box::new(move |g| g * derivative))
    }
}

/// min(x, 0)
fn below_zero(x: Tensor<2>) -> Tensor<2> {
    -activation::relu(-x)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn functions_and_their_derivatives() {
        let device = Device::flex();
        let check = |function: Activation, values: [f32; 4], derivatives: [f32; 4]| {
            let x = Tensor::<2>::from_floats([[-2.0, -0.5, 0.5, 2.0]], &device).autodiff().require_grad();
            let y = function.apply(x.clone());
            let grads = y.clone().sum().backward();
            let read = |t: Tensor<2>| t.into_data().try_to_vec::<f32>().unwrap();
            for (got, want) in [
                (read(y.inner()), values),
                (read(x.grad(&grads).unwrap()), derivatives),
                (read(function.derivative(x.inner())), derivatives),
            ] {
                for (g, w) in got.iter().zip(want) {
                    assert!((g - w).abs() < 1e-6, "{function:?}: {got:?} is not {want:?}");
                }
            }
        };
        check(Activation::Relu, [0.0, 0.0, 0.5, 2.0], [0.0, 0.0, 1.0, 1.0]);
        check(Activation::LeakyRelu, [-0.4, -0.1, 0.5, 2.0], [0.2, 0.2, 1.0, 1.0]);
        // e⁻² and e^-.5
        check(
            Activation::Elu,
            [0.135_335_3 - 1.0, 0.606_530_66 - 1.0, 0.5, 2.0],
            [0.135_335_3, 0.606_530_66, 1.0, 1.0],
        );
        // 1 / (1 + e²), 1 / (1 + e^.5)
        check(
            Activation::Sigmoid,
            [0.119_202_92, 0.377_540_67, 0.622_459_33, 0.880_797_1],
            [0.104_993_59, 0.235_003_71, 0.235_003_71, 0.104_993_59],
        );
        // 1 - tanh²(2) and 1 - tanh²(.5)
        check(
            Activation::Tanh,
            [-0.964_027_6, -0.462_117_2, 0.462_117_2, 0.964_027_6],
            [0.070_650_8, 0.786_447_7, 0.786_447_7, 0.070_650_8],
        );
    }
}
