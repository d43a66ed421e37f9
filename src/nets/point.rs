//! The same row whatever comes in: the generator of a Dirac-GAN.

use burn::tensor::Tensor;

use super::PullBack;
use super::layer::{Init, Numbers, Slot};

/// Rows `[n, _]` to `n` rows of the same `outputs` numbers, which are learnt.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Numbers in a row.
    pub outputs: usize,
    /// Where they start.
    pub start: f32,
}

impl Point {
    pub(super) fn weights(self) -> Vec<Slot> {
        vec![Slot { role: "bias", shape: [1, self.outputs], init: Init::Constant(self.start) }]
    }

    pub(super) fn forward(self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        let [n, _] = x.dims();
        numbers.next().expand([n, self.outputs])
    }

    pub(super) fn linearize(self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let nothing = x.zeros_like();
        (self.forward(x, numbers), Box::new(move |_| nothing))
    }
}
