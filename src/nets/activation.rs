//! Elementwise functions.

use burn::tensor::{Tensor, activation};

use crate::experiment::Activation;

/// LeakyReLU's slope below zero, as in every GAN paper since DCGAN.
pub const LEAK: f32 = 0.2;

/// An elementwise function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// max(x, 0)
    Relu,
    /// max(x, 0.2 x)
    LeakyRelu,
    /// tanh(x)
    Tanh,
}

impl From<Activation> for Function {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Relu => Self::Relu,
            Activation::LeakyRelu => Self::LeakyRelu,
            Activation::Tanh => Self::Tanh,
        }
    }
}

impl Function {
    /// The function of every element.
    #[must_use]
    pub fn apply(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Relu => activation::relu(x),
            // As a sum rather than a choice: its gradient is then a ReLU's and a constant, which the CPU backend computes
            // in place and the GPU fuses, where a choice needs masks and zeros.
            Self::LeakyRelu => x.clone() * LEAK + activation::relu(x) * (1.0 - LEAK),
            Self::Tanh => x.tanh(),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn functions_and_their_slopes() {
        let device = Device::flex();
        let x = || {
            Tensor::<2>::from_floats([[-2.0, -0.5, 0.5, 2.0]], &device)
                .autodiff()
                .require_grad()
        };
        let check = |function: Function, values: [f32; 4], slopes: [f32; 4]| {
            let x = x();
            let y = function.apply(x.clone());
            let grads = y.clone().sum().backward();
            let read = |t: Tensor<2>| t.into_data().try_to_vec::<f32>().unwrap();
            for (got, want) in [
                (read(y.inner()), values),
                (read(x.grad(&grads).unwrap()), slopes),
            ] {
                for (g, w) in got.iter().zip(want) {
                    assert!(
                        (g - w).abs() < 1e-6,
                        "{function:?}: {got:?} is not {want:?}"
                    );
                }
            }
        };
        check(Function::Relu, [0.0, 0.0, 0.5, 2.0], [0.0, 0.0, 1.0, 1.0]);
        check(
            Function::LeakyRelu,
            [-0.4, -0.1, 0.5, 2.0],
            [0.2, 0.2, 1.0, 1.0],
        );
        // 1 - tanh²(2) and 1 - tanh²(.5)
        check(
            Function::Tanh,
            [-0.964_027_6, -0.462_117_2, 0.462_117_2, 0.964_027_6],
            [0.070_650_8, 0.786_447_7, 0.786_447_7, 0.070_650_8],
        );
    }
}
