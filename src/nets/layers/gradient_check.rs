//! Every layer's vector–Jacobian product against automatic differentiation, and the derivatives of the product against
//! finite differences. A layer's file that is not in [`layers`] fails a test.

use std::collections::BTreeSet;

use burn::tensor::{DType, Device, Tensor};

use super::{
    Activation, AddScalar, BatchNorm, Conv, ConvTranspose, Dropout, InstanceNorm, Layer, LayerNorm, LearnedConstant,
    Linear, Mask, MinibatchDiscrimination, MinibatchStddev, Mode, Parallel, Shared,
};
use crate::nets::init::Init;
use crate::nets::precision::Precision;
use crate::nets::{Network, Weights};
use crate::rng::{Rng, Stream};
use crate::tensor::{detach, matrix};

const ROWS: usize = 3;

/// Every layer by the name of its file, with the width of its input.
fn layers() -> Vec<(&'static str, Box<dyn Layer>, usize)> {
    let init = Init::Normal(0.0, 0.4);
    let linear = |inputs, outputs| Network::new(vec![Box::new(Linear::new(inputs, outputs))]);
    let tanh = || Box::new(Activation::Tanh);
    let branch = |inputs| Network::new(vec![Box::new(Linear::new(inputs, 2)), tanh()]);
    let branches = vec![(vec![1..3], Network::identity()), (vec![0..1, 2..4], branch(3)), (vec![3..4], branch(1))];
    vec![
        ("activation", Box::new(Activation::Relu), 5),
        ("activation", Box::new(Activation::LeakyRelu), 5),
        ("activation", Box::new(Activation::Elu), 5),
        ("activation", Box::new(Activation::Sigmoid), 5),
        ("activation", tanh(), 5),
        ("add_scalar", Box::new(AddScalar(0.7)), 5),
        ("batch_norm", Box::new(BatchNorm { channels: 2, positions: 3 }), 6),
        ("conv", Box::new(Conv { inputs: 2, outputs: 3, side: 4, init, bias: true }), 32),
        ("conv_transpose", Box::new(ConvTranspose { inputs: 3, outputs: 2, side: 2, init, bias: true }), 12),
        ("dropout", Box::new(Dropout { width: 5, rate: 0.4 }), 5),
        ("instance_norm", Box::new(InstanceNorm { channels: 2, positions: 4 }), 8),
        ("layer_norm", Box::new(LayerNorm { channels: 2, positions: 4 }), 8),
        ("learned_constant", Box::new(LearnedConstant { outputs: 2, start: 0.3 }), 5),
        ("linear", Box::new(Linear::new(5, 4)), 5),
        ("linear", Box::new(Linear { bias: false, ..Linear::new(5, 4) }), 5),
        ("minibatch_discrimination", Box::new(MinibatchDiscrimination { inputs: 5, kernels: 2, dim: 3 }), 5),
        ("minibatch_stddev", Box::new(MinibatchStddev), 5),
        ("parallel", Box::new(Parallel { branches }), 4),
        ("shared", Box::new(Shared { parts: 2, network: linear(3, 2) }), 6),
    ]
}

/// The layer between smooth ones, so that its second derivatives pass through others.
fn network(layer: Box<dyn Layer>, width: usize) -> (Network, Weights) {
    drawn_network(vec![
        Box::new(Linear::new(width, width)),
        Box::new(Activation::Tanh),
        layer,
        Box::new(Activation::Tanh),
    ])
}

/// These layers, with numbers of size 1.
fn drawn_network(layers: Vec<Box<dyn Layer>>) -> (Network, Weights) {
    let network = Network::new(layers);
    let mut rng = Rng::new(1, Stream::Init);
    let device = Device::flex();
    let mut numbers = |positive: bool, [rows, columns]: [usize; 2]| {
        let values = rng.normals(rows * columns).into_iter();
        let scaled = values.map(|x| if positive { 0.5 + x * x } else { x / (rows as f32).sqrt() });
        matrix(scaled.collect(), [rows, columns], &device)
    };
    let params = network.params().iter().map(|spec| numbers(false, spec.shape)).collect();
    let buffers = network.buffers().iter().map(|spec| numbers(spec.name.ends_with("var"), spec.shape)).collect();
    (network, Weights { params, buffers })
}

fn drawn(seed: u64, shape: [usize; 2]) -> Tensor<2> {
    matrix(Rng::new(seed, Stream::Data).normals(shape[0] * shape[1]), shape, &Device::flex())
}

/// Training, with masks of ones.
fn masked(network: &Network) -> Mode {
    let ones = |mask: Mask| Tensor::ones(mask.shape, &Device::flex()).autodiff();
    Mode::train(network.masks(ROWS).into_iter().map(ones).collect())
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    detach(tensor).into_data().try_to_vec().unwrap()
}

fn assert_close(what: &str, got: &[f32], wanted: &[f32], tolerance: f32) {
    let size = wanted.iter().fold(1e-3, |most: f32, w| most.max(w.abs()));
    assert_eq!(got.len(), wanted.len(), "{what}");
    for (g, w) in got.iter().zip(wanted) {
        assert!((g - w).abs() < tolerance * size, "{what}: {g} {w}");
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "this test is native")]
fn every_layer_is_checked() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/nets/layers");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stems = files.map(|name| name.trim_end_matches(".rs").to_owned());
    let no_layers = ["mod", "gradient_check", "standardize"];
    let known: BTreeSet<_> = stems.filter(|stem| !no_layers.contains(&stem.as_str())).collect();
    let checked: BTreeSet<_> = layers().into_iter().map(|(name, ..)| name.to_owned()).collect();
    assert_eq!(known, checked);
}

#[test]
fn vjps_are_what_automatic_differentiation_gives() {
    for (name, layer, width) in layers() {
        let (network, weights) = network(layer, width);
        let x = drawn(2, [ROWS, width]);
        let leaf = x.clone().autodiff().require_grad();
        let y = network.eval(&weights.require_grad(), leaf.clone());
        let g = drawn(3, y.dims());
        let grads = (y.clone() * g.clone().autodiff()).sum().backward();
        let wanted = leaf.grad(&grads).map_or_else(|| vec![0.0; ROWS * width], numbers);
        let (again, vjp) = network.vjp(&weights, x);
        assert_eq!(numbers(again), numbers(y), "{name}: the output");
        assert_close(name, &numbers(vjp(g)), &wanted, 1e-4);
    }
}

#[test]
fn products_are_rounded_in_mixed_precision_and_nothing_else_is() {
    for (name, layer, width) in layers() {
        let has_product = layer.params().iter().any(|spec| spec.is_matrix);
        let (network, weights) = drawn_network(vec![layer]);
        // No two points of minibatch discrimination so close that rounding makes them one.
        let x = drawn(4, [ROWS, width]);
        let results = |network: &Network| {
            let leaves = weights.require_grad();
            let y = network.forward(&leaves, x.clone().autodiff().require_grad(), masked(network)).output;
            assert_eq!(y.dtype(), DType::F32, "{name}");
            let grads = (y.clone() * drawn(3, y.dims()).autodiff()).sum().backward();
            let gradients = leaves.params.iter().map(|leaf| leaf.grad(&grads).unwrap());
            let (_, vjp) = network.vjp(&weights, x.clone());
            [y.clone(), vjp(drawn(3, y.dims()))].into_iter().chain(gradients).map(numbers).collect::<Vec<_>>()
        };
        let single = results(&network);
        let mixed = results(&network.clone().with_precision(Precision::Bf16));
        assert_eq!(mixed != single, has_product, "{name}");
        for (mixed, single) in mixed.iter().zip(&single) {
            // 8 bits.
            assert_close(name, mixed, single, 0.02);
        }
    }
}

#[test]
fn derivatives_of_vjps_are_what_finite_differences_give() {
    for (name, layer, width) in layers() {
        let (network, weights) = network(layer, width);
        let x = drawn(2, [ROWS, width]);
        // ‖gᵀJ‖² as a function of input and parameters.
        let norm = |x: Tensor<2>, weights: &Weights| {
            let (y, vjp) = network.vjp(weights, x);
            let g = drawn(3, y.dims());
            let product = vjp(crate::tensor::constant_like(&y, g));
            (product.clone() * product).sum()
        };
        let leaves = weights.require_grad();
        let leaf = x.clone().autodiff().require_grad();
        let value = norm(leaf.clone(), &leaves);
        let grads = value.backward();
        // Along one direction of everything together: Σ gradient · direction.
        let all = || std::iter::once(&x).chain(&weights.params);
        let directions: Vec<_> = all().enumerate().map(|(i, t)| drawn(10 + i as u64, t.dims())).collect();
        let tracked = std::iter::once(&leaf).chain(&leaves.params);
        let along = tracked.zip(&directions).filter_map(|(leaf, direction)| {
            let gradient = leaf.grad(&grads)?;
            Some(numbers(gradient * direction.clone()).iter().map(|&x| f64::from(x)).sum::<f64>())
        });
        let got = along.sum::<f64>();
        let at = |by: f32| {
            let moved: Vec<_> = all().zip(&directions).map(|(t, d)| t.clone() + d.clone() * by).collect();
            let weights = Weights { params: moved[1..].to_vec(), buffers: weights.buffers.clone() };
            norm(moved[0].clone(), &weights).into_scalar::<f32>()
        };
        let step = 1e-3;
        let wanted = f64::from(at(step) - at(-step)) / (2.0 * f64::from(step));
        let size = f64::from(at(0.0)).abs().max(wanted.abs()).max(1e-2);
        assert!((got - wanted).abs() < 0.01 * size, "{name}: {got} {wanted}");
    }
}
