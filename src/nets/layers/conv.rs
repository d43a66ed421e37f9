//! Strided 4×4 convolution, as in a DCGAN: it halves the sides of an image. The transposed convolution with the same
//! kernels is its vector–Jacobian product, and the reverse.

mod convolution;

use burn::tensor::Tensor;
#[cfg(feature = "gpu")]
use burn::tensor::module;
#[cfg(feature = "gpu")]
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

pub(super) use self::convolution::Shape;
use self::convolution::{Direction, convolution};
use super::{Layer, Mask, Mode, ParamCursor, ParamSpec, Vjp};
use crate::nets::cost::Cost;
use crate::nets::init::Init;
use crate::nets::precision::Precision;
#[cfg(feature = "gpu")]
use crate::tensor::is_host;

pub(super) const KERNEL: usize = 4;
pub(super) const STRIDE: usize = 2;
pub(super) const PADDING: usize = 1;

/// Rows `inputs × side × side` to rows `outputs × side/2 × side/2`.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Height and width of the input; even.
    pub side: usize,
    /// Initialisation of the kernels.
    pub init: Init,
    /// Whether there is a bias for each output channel; it starts at 0.
    pub bias: bool,
}

/// A kernel bank as a matrix, one row for each channel of `rows`, and the bias of `outputs` channels.
pub(super) fn params([rows, columns]: [usize; 2], init: Init, bias: Option<usize>) -> Vec<ParamSpec> {
    let kernels = ParamSpec::matrix([rows, columns * KERNEL * KERNEL], init);
    let bias = bias.map(|outputs| ParamSpec::row("bias", outputs, Init::Constant(0.0)));
    [Some(kernels), bias].into_iter().flatten().collect()
}

/// Large images `[n, inputs × side²]` to small ones `[n, outputs × (side/2)²]`, with kernels `[outputs, inputs × 4²]`.
pub(super) fn convolve(
    large: Tensor<2>,
    shape: Shape,
    kernels: Tensor<2>,
    bias: Option<Tensor<2>>,
    precision: Precision,
) -> Tensor<2> {
    let Shape { outputs, .. } = shape;
    #[cfg(feature = "gpu")]
    if !is_host(&large.device().inner()) {
        let Shape { inputs, side, .. } = shape;
        let ([n, _], half) = (large.dims(), side / STRIDE);
        let large = precision.operand(large).reshape([n, inputs, side, side]);
        let kernels = precision.operand(kernels).reshape([outputs, inputs, KERNEL, KERNEL]);
        let bias = bias.map(|bias| precision.operand(bias).reshape([outputs]));
        let options = ConvOptions::new([STRIDE; 2], [PADDING; 2], [1; 2], 1);
        let small = module::conv2d(large, kernels, bias, options);
        return precision.result(small).reshape([n, outputs * half * half]);
    }
    let small = on_cpu(large, shape, kernels, precision, Direction::Down);
    with_bias(small, outputs, bias)
}

/// Small images `[n, outputs × (side/2)²]` to large ones `[n, inputs × side²]`, with kernels `[outputs, inputs × 4²]`.
pub(super) fn convolve_transposed(
    small: Tensor<2>,
    shape: Shape,
    kernels: Tensor<2>,
    bias: Option<Tensor<2>>,
    precision: Precision,
) -> Tensor<2> {
    let Shape { inputs, .. } = shape;
    #[cfg(feature = "gpu")]
    if !is_host(&small.device().inner()) {
        let Shape { outputs, side, .. } = shape;
        let ([n, _], half) = (small.dims(), side / STRIDE);
        let small = precision.operand(small).reshape([n, outputs, half, half]);
        let kernels = precision.operand(kernels).reshape([outputs, inputs, KERNEL, KERNEL]);
        let bias = bias.map(|bias| precision.operand(bias).reshape([inputs]));
        let options = ConvTransposeOptions::new([STRIDE; 2], [PADDING; 2], [0; 2], [1; 2], 1);
        let large = module::conv_transpose2d(small, kernels, bias, options);
        return precision.result(large).reshape([n, inputs * side * side]);
    }
    let large = on_cpu(small, shape, kernels, precision, Direction::Up);
    with_bias(large, inputs, bias)
}

fn on_cpu(images: Tensor<2>, shape: Shape, kernels: Tensor<2>, by: Precision, direction: Direction) -> Tensor<2> {
    by.rounded(convolution(by.rounded(images), by.rounded(kernels), shape, direction))
}

/// A number for each channel added to all of its pixels.
fn with_bias(images: Tensor<2>, channels: usize, bias: Option<Tensor<2>>) -> Tensor<2> {
    let Some(bias) = bias else { return images };
    let [n, numbers] = images.dims();
    (images.reshape([n, channels, numbers / channels]) + bias.reshape([1, channels, 1])).reshape([n, numbers])
}

impl Conv {
    fn shape(self) -> Shape {
        Shape { inputs: self.inputs, outputs: self.outputs, side: self.side }
    }
}

impl Layer for Conv {
    fn params(&self) -> Vec<ParamSpec> {
        params([self.outputs, self.inputs], self.init, self.bias.then_some(self.outputs))
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
        let positions = (self.side / STRIDE).pow(2);
        let products = self.inputs * KERNEL * KERNEL;
        Cost {
            multiplications: self.outputs * products * positions,
            scratch: products * positions,
            ..Cost::of_width(self.outputs * positions)
        }
    }

    fn forward(&self, x: Tensor<2>, weights: &mut ParamCursor, _mode: &mut Mode) -> Tensor<2> {
        let weight = weights.param();
        let bias = self.bias.then(|| weights.param());
        convolve(x, self.shape(), weight, bias, weights.precision)
    }

    fn vjp(&self, x: Tensor<2>, weights: &mut ParamCursor) -> (Tensor<2>, Vjp) {
        let weight = weights.param();
        let bias = self.bias.then(|| weights.param());
        let (shape, precision) = (self.shape(), weights.precision);
        let y = convolve(x, shape, weight.clone(), bias, precision);
        (y, Box::new(move |g| convolve_transposed(g, shape, weight, None, precision)))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    #[test]
    fn the_transpose_is_the_adjoint() {
        // <conv(x), y> = <x, convᵀ(y)> with the same kernels: fails if layout, stride or padding of either is off.
        let device = Device::flex();
        let mut rng = Rng::new(0, Stream::Data);
        let (a, b, side) = (3, 5, 8);
        let weight = matrix(rng.normals(b * a * 16), [b, a * 16], &device);
        let x = matrix(rng.normals(2 * a * 64), [2, a * 64], &device);
        let y = matrix(rng.normals(2 * b * 16), [2, b * 16], &device);
        let shape = Shape { inputs: a, outputs: b, side };
        let down = convolve(x.clone(), shape, weight.clone(), None, Precision::F32);
        let up = convolve_transposed(y.clone(), shape, weight, None, Precision::F32);
        assert_eq!((down.dims(), up.dims()), ([2, b * 16], [2, a * 64]));
        let (left, right) = ((down * y).sum().into_scalar::<f32>(), (x * up).sum().into_scalar::<f32>());
        assert!((left - right).abs() < 1e-3 * left.abs().max(1.0), "{left} {right}");
    }
}
