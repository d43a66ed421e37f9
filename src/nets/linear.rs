//! x W + b.

use burn::tensor::Tensor;

use super::PullBack;
use super::layer::{Init, Numbers, Slot};

/// A fully connected layer: rows `[n, inputs]` to rows `[n, outputs]`.
///
/// A convolution that covers its whole input, and a transposed one that starts from a single point, are this layer too:
/// that is how a DCGAN ends and begins.
#[derive(Clone, Debug)]
pub struct Linear {
    /// Numbers in a row that comes in.
    pub inputs: usize,
    /// Numbers in a row that goes out.
    pub outputs: usize,
    /// Whether b is there.
    pub bias: bool,
    /// How W starts; b starts the same when it is uniform, else at 0.
    pub init: Init,
}

impl Linear {
    /// With bias, both uniform in ±1/√inputs: PyTorch's default, and the usual start of MLP GANs.
    #[must_use]
    pub fn new(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, bias: true, init: Init::Uniform(1.0 / (inputs as f32).sqrt()) }
    }

    /// Without bias, W from N(0, .02²), as in a DCGAN.
    #[must_use]
    pub fn dcgan(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, bias: false, init: super::dcgan::WEIGHT }
    }

    pub(super) fn weights(&self) -> Vec<Slot> {
        let mut slots = vec![Slot { role: "weight", shape: [self.inputs, self.outputs], init: self.init }];
        if self.bias {
            slots.push(Slot {
                role: "bias",
                shape: [1, self.outputs],
                init: match self.init {
                    Init::Uniform(bound) => Init::Uniform(bound),
                    _ => Init::Constant(0.0),
                },
            });
        }
        slots
    }

    pub(super) fn forward(&self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        let x = x.matmul(numbers.next());
        if self.bias { x + numbers.next() } else { x }
    }

    pub(super) fn linearize(&self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let weight = numbers.trained.as_slice()[0].clone();
        let y = self.forward(x, numbers);
        (y, Box::new(move |g| g.matmul(weight.transpose())))
    }
}
