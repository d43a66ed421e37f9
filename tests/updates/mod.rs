//! The optimisers' updates on a device, against their formulas number by number.

use burn::tensor::{Device, Tensor, TensorData};
use counterfeit::optimizer::{Optimizer, OptimizerKind};
use counterfeit::rng::{Rng, Stream};

/// Pairs of parameters and one that is left over.
type Shapes = [[usize; 2]; 5];
const SHAPES: Shapes = [[3, 5], [1, 5], [70, 20], [1, 1], [7, 1]];
/// Sides of the shapes that are drawn, at most.
const LARGEST: usize = 90;
const RATE: f32 = 0.1;
const BETAS: (f32, f32) = (0.5, 0.9);

pub async fn check(device: &Device) {
    let mut rng = Rng::new(1, Stream::Init);
    let drawn = [(); 3].map(|()| SHAPES.map(|_| [(); 2].map(|()| 1 + rng.below(LARGEST))));
    for shapes in [SHAPES].into_iter().chain(drawn) {
        check_shapes(shapes, &mut rng, device).await;
    }
}

async fn check_shapes(shapes: Shapes, rng: &mut Rng, device: &Device) {
    for kind in [OptimizerKind::Sgd, OptimizerKind::Adam, OptimizerKind::Rmsprop] {
        let optimizer = Optimizer::new(kind, RATE, BETAS);
        let mut draw = || shapes.map(|[rows, columns]| rng.normals(rows * columns));
        let mut wanted = draw();
        let upload = |numbers: &[Vec<f32>; 5]| -> Vec<Tensor<2>> {
            let pairs = numbers.iter().zip(shapes);
            pairs.map(|(numbers, shape)| Tensor::from_data(TensorData::new(numbers.clone(), shape), device)).collect()
        };
        let mut params = upload(&wanted);
        let before = params.clone();
        let mut moments = optimizer.init(&params);
        let mut sums = shapes.map(|[rows, columns]| vec![[0.0; 2]; rows * columns]);
        for update in 1..=3 {
            let gradients = draw();
            let inputs = optimizer.inputs(update, 1.0).upload(device);
            (params, moments) = optimizer.step(params, moments, upload(&gradients), &inputs);
            for ((wanted, sums), gradients) in wanted.iter_mut().zip(&mut sums).zip(&gradients) {
                for ((p, sums), g) in wanted.iter_mut().zip(sums).zip(gradients) {
                    *p -= direction(kind, sums, f64::from(*g), update) as f32;
                }
            }
        }
        assert_eq!(params.len(), shapes.len());
        for ((param, wanted), before) in params.into_iter().zip(&wanted).zip(before) {
            let got = numbers(param).await;
            let worst = got.iter().zip(wanted).fold(0.0, |max: f32, (a, b)| max.max((a - b).abs()));
            assert!(got.len() == wanted.len() && worst < 1e-5, "{kind:?} {shapes:?}: off by {worst}");
            assert_ne!(numbers(before).await, got, "another reference keeps its numbers");
        }
    }
}

/// The change of a parameter, with the papers' moments: running means.
fn direction(kind: OptimizerKind, [m, v]: &mut [f64; 2], g: f64, update: u64) -> f64 {
    let [beta1, beta2] = [BETAS.0, BETAS.1].map(f64::from);
    let rate = f64::from(RATE);
    let t = i32::try_from(update).unwrap();
    *v = beta2 * *v + (1.0 - beta2) * g * g;
    match kind {
        OptimizerKind::Sgd => {
            *m = beta1 * *m + g;
            rate * *m
        }
        OptimizerKind::Adam => {
            *m = beta1 * *m + (1.0 - beta1) * g;
            rate * (*m / (1.0 - beta1.powi(t))) / ((*v / (1.0 - beta2.powi(t))).sqrt() + 1e-8)
        }
        OptimizerKind::Rmsprop => rate * g / (v.sqrt() + 1e-8),
    }
}

async fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    Box::pin(tensor.into_data_async()).await.unwrap().try_to_vec().unwrap()
}
