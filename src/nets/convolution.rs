//! Strided 4×4 convolutions and their transposes, as a DCGAN has them: they halve or double an image's sides.

use burn::tensor::Tensor;
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

use super::PullBack;
use super::layer::{Init, Numbers, Slot};

const KERNEL: usize = 4;
const STRIDE: usize = 2;
const PADDING: usize = 1;

/// Rows `inputs × side × side` to rows `outputs × side/2 × side/2`.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    /// Channels that come in.
    pub inputs: usize,
    /// Channels that go out.
    pub outputs: usize,
    /// Height and width that come in; even.
    pub side: usize,
    /// How its kernels start.
    pub init: Init,
    /// Whether a number is added to each channel that goes out; it starts at 0.
    pub bias: bool,
}

/// Rows `inputs × side × side` to rows `outputs × 2 side × 2 side`.
#[derive(Clone, Copy, Debug)]
pub struct ConvTranspose {
    /// Channels that come in.
    pub inputs: usize,
    /// Channels that go out.
    pub outputs: usize,
    /// Height and width that come in.
    pub side: usize,
    /// How its kernels start.
    pub init: Init,
    /// Whether a number is added to each channel that goes out; it starts at 0.
    pub bias: bool,
}

/// A kernel bank as a matrix, a row for each channel of `rows`; and the biases of `outputs` channels.
fn slots([rows, columns]: [usize; 2], init: Init, bias: Option<usize>) -> Vec<Slot> {
    let kernels = Slot { role: "weight", shape: [rows, columns * KERNEL * KERNEL], init };
    let bias = bias.map(|outputs| Slot { role: "bias", shape: [1, outputs], init: Init::Constant(0.0) });
    [Some(kernels), bias].into_iter().flatten().collect()
}

impl Conv {
    pub(super) fn weights(self) -> Vec<Slot> {
        slots([self.outputs, self.inputs], self.init, self.bias.then_some(self.outputs))
    }

    pub(super) fn forward(self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        let weight = numbers.next();
        let bias = self.bias.then(|| numbers.next());
        self.convolve(x, weight, bias)
    }

    fn convolve(self, x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<2>>) -> Tensor<2> {
        let [n, _] = x.dims();
        let x = x.reshape([n, self.inputs, self.side, self.side]);
        let weight = weight.reshape([self.outputs, self.inputs, KERNEL, KERNEL]);
        let bias = bias.map(|bias| bias.reshape([self.outputs]));
        let options = ConvOptions::new([STRIDE; 2], [PADDING; 2], [1; 2], 1);
        let half = self.side / 2;
        conv2d(x, weight, bias, options).reshape([n, self.outputs * half * half])
    }

    /// Back through a convolution is its transpose, with the same kernels.
    pub(super) fn linearize(self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let weight = numbers.trained.as_slice()[0].clone();
        let back = ConvTranspose {
            inputs: self.outputs,
            outputs: self.inputs,
            side: self.side / 2,
            init: self.init,
            bias: false,
        };
        let y = self.forward(x, numbers);
        (y, Box::new(move |g| back.convolve(g, weight, None)))
    }
}

impl ConvTranspose {
    pub(super) fn weights(self) -> Vec<Slot> {
        slots([self.inputs, self.outputs], self.init, self.bias.then_some(self.outputs))
    }

    pub(super) fn forward(self, x: Tensor<2>, numbers: &mut Numbers) -> Tensor<2> {
        let weight = numbers.next();
        let bias = self.bias.then(|| numbers.next());
        self.convolve(x, weight, bias)
    }

    fn convolve(self, x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<2>>) -> Tensor<2> {
        let [n, _] = x.dims();
        let x = x.reshape([n, self.inputs, self.side, self.side]);
        let weight = weight.reshape([self.inputs, self.outputs, KERNEL, KERNEL]);
        let bias = bias.map(|bias| bias.reshape([self.outputs]));
        let options = ConvTransposeOptions::new([STRIDE; 2], [PADDING; 2], [0; 2], [1; 2], 1);
        let double = 2 * self.side;
        conv_transpose2d(x, weight, bias, options).reshape([n, self.outputs * double * double])
    }

    /// And back through the transpose is the convolution.
    pub(super) fn linearize(self, x: Tensor<2>, numbers: &mut Numbers) -> (Tensor<2>, PullBack) {
        let weight = numbers.trained.as_slice()[0].clone();
        let back =
            Conv { inputs: self.outputs, outputs: self.inputs, side: 2 * self.side, init: self.init, bias: false };
        let y = self.forward(x, numbers);
        (y, Box::new(move |g| back.convolve(g, weight, None)))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::matrix;
    use crate::rng::{Rng, Stream};

    #[test]
    fn the_transpose_is_the_adjoint() {
        // <conv(x), y> = <x, convᵀ(y)> with the same kernels: fails if layout, stride or padding of either is off.
        let device = Device::flex();
        let mut rng = Rng::new(0, Stream::Data);
        let (a, b, side) = (3, 5, 8);
        let weight = matrix(rng.normals(b * a * 16), [b, a * 16], &device);
        let x = matrix(rng.normals(2 * a * 64), [2, a * 64], &device);
        let y = matrix(rng.normals(2 * b * 16), [2, b * 16], &device);
        let down = Conv { inputs: a, outputs: b, side, init: Init::Constant(0.0), bias: false }.convolve(
            x.clone(),
            weight.clone(),
            None,
        );
        let up = ConvTranspose { inputs: b, outputs: a, side: side / 2, init: Init::Constant(0.0), bias: false }
            .convolve(y.clone(), weight, None);
        assert_eq!((down.dims(), up.dims()), ([2, b * 16], [2, a * 64]));
        let (left, right) = ((down * y).sum().into_scalar::<f32>(), (x * up).sum().into_scalar::<f32>());
        assert!((left - right).abs() < 1e-3 * left.abs().max(1.0), "{left} {right}");
    }
}
