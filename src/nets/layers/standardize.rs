//! The arithmetic that layer and instance normalisation share: they differ in what a mean is taken over.

use burn::tensor::Tensor;

use super::{ParamCursor, ParamSpec, Vjp};
use crate::nets::init::{DCGAN_SCALE, Init};

/// Added to variances before the square root.
const EPSILON: f32 = 1e-5;

/// A scale and a bias for each channel.
pub(super) fn params(channels: usize) -> Vec<ParamSpec> {
    vec![ParamSpec::row("weight", channels, DCGAN_SCALE), ParamSpec::row("bias", channels, Init::Constant(0.0))]
}

/// Rows of `channels` × `positions` numbers, less their `mean` and divided by their standard deviation, then scaled and
/// shifted channel by channel; and the vector–Jacobian product there. `mean` maps `[n, channels, positions]` to `[n, 1
/// or channels, 1]`.
///
/// With y = (x − μ) / σ the product is (g − mean(g) − y · mean(g y)) / σ: the second and third terms pass through μ and
/// σ.
pub(super) fn standardize(
    x: Tensor<2>,
    [channels, positions]: [usize; 2],
    mean: fn(Tensor<3>) -> Tensor<3>,
    weights: &mut ParamCursor,
) -> (Tensor<2>, Vjp) {
    let [n, width] = x.dims();
    let grouped = move |t: Tensor<2>| t.reshape([n, channels, positions]);
    let scale = weights.param().reshape([1, channels, 1]);
    let bias = weights.param().reshape([1, channels, 1]);
    let x = grouped(x);
    let centred = x.clone() - mean(x);
    let deviation = (mean(centred.clone() * centred.clone()) + EPSILON).sqrt();
    let y = centred / deviation.clone();
    let out = y.clone() * scale.clone() + bias;
    let vjp = move |g: Tensor<2>| {
        let g = grouped(g) * scale;
        let projected = mean(g.clone() * y.clone());
        ((g.clone() - mean(g) - y * projected) / deviation).reshape([n, width])
    };
    (out.reshape([n, width]), Box::new(vjp))
}

/// A test that both layers share: unit variance of a faint sample, and independence of the other rows.
#[cfg(test)]
pub(super) fn check(norm: impl super::Layer + 'static) {
    use burn::tensor::Device;

    use crate::nets::{Network, Weights};
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    let device = Device::flex();
    let network = Network::new(vec![Box::new(norm)]);
    let params = vec![Tensor::ones([1, 4], &device), Tensor::zeros([1, 4], &device)];
    let weights = Weights { params, buffers: Vec::new() };
    let x: Vec<f32> = Rng::new(0, Stream::Data).normals(1024).iter().map(|v| 3.0 + 0.1 * v).collect();
    let eval = |x: Vec<f32>| {
        let n = x.len() / 1024;
        let y = network.eval(&weights, matrix(x, [n, 1024], &device));
        y.into_data().try_to_vec::<f32>().unwrap()
    };
    let alone = eval(x.clone());
    let variance = alone.iter().map(|v| v * v).sum::<f32>() / 1024.0;
    // .01 / (.01 + 1e-5)
    assert!((variance - 0.999).abs() < 2e-3, "{variance}");
    let together = eval([x, vec![100.0; 1024]].concat());
    assert_eq!(alone[..], together[..1024]);
}
