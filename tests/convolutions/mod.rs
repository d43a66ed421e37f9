//! Strided convolutions and their transposes, against burn's general ones: values and gradients, for shapes of each loop
//! and random ones.

use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};
use counterfeit::nets::init::Init;
use counterfeit::nets::layers::{Conv, ConvTranspose, Layer};
use counterfeit::nets::{Mode, Network, Weights};
use counterfeit::rng::{Rng, Stream};

use super::dense::{compare, results};

/// Images, channels of the large and of the small ones, and the side of the large ones.
const SHAPES: [[usize; 4]; 7] = [
    [1, 1, 1, 2],
    [8, 2, 3, 4],
    [9, 3, 2, 6],
    // Several rows of patches at a time, and a row at a time.
    [19, 2, 5, 28],
    [10, 1, 2, 64],
    [8, 1, 1, 132],
    // More parts than sums.
    [200, 2, 1, 8],
];
/// Shapes that are drawn.
const DRAWN: usize = 6;

pub async fn check(device: &Device) {
    let mut rng = Rng::new(1, Stream::Init);
    let drawn = [(); DRAWN].map(|()| {
        let [n, inputs, outputs] = [20, 6, 6].map(|most| 1 + rng.below(most));
        [n, inputs, outputs, 2 * (1 + rng.below(9))]
    });
    for [n, inputs, outputs, side] in SHAPES.into_iter().chain(drawn) {
        let half = side / 2;
        for transposed in [false, true] {
            let (large, small) = (inputs * side * side, outputs * half * half);
            let (from, to, channels) = if transposed { (small, large, inputs) } else { (large, small, outputs) };
            let mut draw = |rows: usize, columns: usize| TensorData::new(rng.normals(rows * columns), [rows, columns]);
            let given = [draw(n, from), draw(outputs, inputs * 16), draw(1, channels), draw(n, to)];
            let init = Init::Constant(0.0);
            let layer: Box<dyn Layer> = if transposed {
                Box::new(ConvTranspose { inputs: outputs, outputs: inputs, side: half, init, bias: true })
            } else {
                Box::new(Conv { inputs, outputs, side, init, bias: true })
            };
            let network = Network::new(vec![layer]);
            let ours = |[x, kernels, bias]: [Tensor<2>; 3]| {
                let weights = Weights { params: vec![kernels, bias], buffers: Vec::new() };
                network.forward(&weights, x, Mode::train(Vec::new())).output
            };
            let general = |[x, kernels, bias]: [Tensor<2>; 3]| {
                let kernels = kernels.reshape([outputs, inputs, 4, 4]);
                let bias = Some(bias.reshape([channels]));
                let y = if transposed {
                    let options = ConvTransposeOptions::new([2; 2], [1; 2], [0; 2], [1; 2], 1);
                    conv_transpose2d(x.reshape([n, outputs, half, half]), kernels, bias, options)
                } else {
                    conv2d(
                        x.reshape([n, inputs, side, side]),
                        kernels,
                        bias,
                        ConvOptions::new([2; 2], [1; 2], [1; 2], 1),
                    )
                };
                y.reshape([n, to])
            };
            for tracked in [[true, true, true], [false, true, true], [true, false, false]] {
                let here = results(&given, tracked, device, ours).await;
                let there = results(&given, tracked, &Device::flex(), general).await;
                compare(&here, &there, &format!("{n} {inputs} {outputs} {side} {transposed}"));
            }
        }
    }
}
