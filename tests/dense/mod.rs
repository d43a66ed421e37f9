//! An affine map and its activation in one operation, against burn's operations one by one on the CPU: values and
//! gradients, for every activation, shapes of each kernel and random ones.

use burn::tensor::{Device, Tensor, TensorData};
use counterfeit::experiment::Activation;
use counterfeit::nets::layers::{Layer, Linear};
use counterfeit::nets::{Mode, Network, Weights};
use counterfeit::rng::{Rng, Stream};

/// Rows, inputs and outputs. The products of the last but one are computed in blocks, which do not divide them; those of
/// the last are left to burn's matrix multiplication.
const SHAPES: [[usize; 3]; 6] = [[1, 1, 1], [7, 3, 5], [33, 16, 1], [64, 20, 70], [130, 131, 133], [300, 400, 300]];
/// Shapes that are drawn, of up to so many rows and columns.
const DRAWN: usize = 8;
const LARGEST: usize = 90;

const FUNCTIONS: [Option<Activation>; 6] = [
    None,
    Some(Activation::Relu),
    Some(Activation::LeakyRelu),
    Some(Activation::Elu),
    Some(Activation::Sigmoid),
    Some(Activation::Tanh),
];

/// Which of x, W and b require gradients: D on samples, a whole network, and D as the generator's critic.
const TRACKED: [[bool; 3]; 3] = [[false, true, true], [true, true, true], [true, false, false]];

pub async fn check(device: &Device) {
    let mut rng = Rng::new(1, Stream::Init);
    let drawn = [(); DRAWN].map(|()| [(); 3].map(|()| 1 + rng.below(LARGEST)));
    for [n, inputs, outputs] in SHAPES.into_iter().chain(drawn) {
        let mut draw = |shape: [usize; 2], scale: f32| {
            let values: Vec<f32> = rng.normals(shape[0] * shape[1]).into_iter().map(|x| scale * x).collect();
            TensorData::new(values, shape)
        };
        let given = [
            draw([n, inputs], 1.0),
            draw([inputs, outputs], 1.0 / (inputs as f32).sqrt()),
            draw([1, outputs], 0.5),
            draw([n, outputs], 1.0),
        ];
        for function in FUNCTIONS {
            let mut layers: Vec<Box<dyn Layer>> = vec![Box::new(Linear::new(inputs, outputs))];
            layers.extend(function.map(|function| Box::new(function) as Box<dyn Layer>));
            let network = Network::new(layers);
            for tracked in TRACKED {
                let fused = |[x, weight, bias]: [Tensor<2>; 3]| {
                    let weights = Weights { params: vec![weight, bias], buffers: Vec::new() };
                    network.forward(&weights, x, Mode::train(Vec::new())).output
                };
                let composed = |[x, weight, bias]: [Tensor<2>; 3]| {
                    let affine = x.matmul(weight) + bias;
                    function.map_or(affine.clone(), |function| function.apply(affine))
                };
                let here = results(&given, tracked, device, fused).await;
                let there = results(&given, tracked, &Device::flex(), composed).await;
                compare(&here, &there, &format!("{n} {inputs} {outputs} {function:?} {tracked:?}"));
            }
        }
    }
}

/// Checks that results are alike, to a few roundings of the largest number of each.
pub fn compare(here: &[Vec<f32>], there: &[Vec<f32>], case: &str) {
    assert_eq!(here.len(), there.len());
    for (i, (here, there)) in here.iter().zip(there).enumerate() {
        assert_eq!(here.len(), there.len());
        let size = there.iter().fold(1e-3, |max: f32, x| max.max(x.abs()));
        let worst = here.iter().zip(there).fold(0.0, |max: f32, (a, b)| max.max((a - b).abs()));
        assert!(worst <= 2e-5 * size, "{case} {i}: {worst} of {size}");
    }
}

/// y, and the gradients of what is tracked where y has the last of `given` as its gradient.
pub async fn results(
    given: &[TensorData; 4],
    tracked: [bool; 3],
    device: &Device,
    of: impl Fn([Tensor<2>; 3]) -> Tensor<2>,
) -> Vec<Vec<f32>> {
    let [x, weight, bias, gradient] = given.clone().map(|data| Tensor::<2>::from_data(data, device).autodiff());
    let mut leaves = [x, weight, bias];
    for (leaf, tracked) in leaves.iter_mut().zip(tracked) {
        if tracked {
            *leaf = leaf.clone().require_grad();
        }
    }
    let y = of(leaves.clone());
    let gradients = (y.clone() * gradient).sum().backward();
    let mut all = vec![y.inner()];
    all.extend(
        leaves.iter().zip(tracked).filter(|(_, tracked)| *tracked).map(|(leaf, _)| leaf.grad(&gradients).unwrap()),
    );
    let mut read = Vec::new();
    for tensor in all {
        read.push(Box::pin(tensor.into_data_async()).await.unwrap().try_to_vec().unwrap());
    }
    read
}
