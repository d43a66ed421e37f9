//! Gradients and penalties of whole networks against closed forms and automatic differentiation.

use burn::tensor::{Device, Tensor};

use super::gradient_penalty::{GradientPenalty, input_gradients};
use super::path_length;
use crate::experiment::Experiment;
use crate::nets::layers::Linear;
use crate::nets::{Network, Weights};
use crate::rng::{Rng, Stream};
use crate::tensor::{detach, matrix};

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    detach(tensor).into_data().try_to_vec().unwrap()
}

/// A network with numbers of size 1, so that differences show, and smooth functions, so that they exist.
fn network(preset: &str, settings: &[(&str, &str)], generator: bool) -> (Network, Weights) {
    let mut e = Experiment::preset(preset).unwrap();
    e.set_all(settings.iter().copied()).unwrap();
    let network = if generator { Network::generator(&e) } else { Network::discriminator(&e) };
    let device = Device::flex();
    let mut weights = network.init(&mut Rng::new(1, Stream::Init), &device);
    let mut rng = Rng::new(2, Stream::Init);
    for (spec, param) in network.params().iter().zip(&mut weights.params) {
        let [rows, columns] = spec.shape;
        let (mean, spread) = if spec.is_matrix { (0.0, 1.0 / (rows as f32).sqrt()) } else { (0.5, 0.3) };
        let drawn = rng.normals(rows * columns);
        let values = drawn.iter().map(|x| mean + spread * x).collect();
        *param = matrix(values, spec.shape, &device);
    }
    (network, weights)
}

/// Critics with every layer that a penalty may meet, each with the shape of its input.
fn critics(function: &str) -> Vec<(&'static str, (Network, Weights), [usize; 2])> {
    let function = ("discriminator_activation", function);
    let mlp = |norm| {
        let settings = [function, ("discriminator_hidden", "[7, 5]"), ("discriminator_norm", norm)];
        network("ring", &settings, false)
    };
    let dcgan = |norm| {
        let settings = [function, ("data", "digits"), ("base_channels", "2"), ("discriminator_norm", norm)];
        network("mnist-dcgan", &settings, false)
    };
    vec![
        ("mlp", mlp("none"), [5, 2]),
        ("mlp, layer norm", mlp("layer"), [5, 2]),
        ("dcgan", dcgan("none"), [2, 784]),
        ("dcgan, layer norm", dcgan("layer"), [2, 784]),
        ("dcgan, instance norm", dcgan("instance"), [2, 784]),
        ("dcgan, batch norm in evaluation", dcgan("batch"), [2, 784]),
    ]
}

#[test]
fn input_gradients_are_what_automatic_differentiation_gives() {
    let functions = ["relu", "leaky-relu", "elu", "sigmoid", "tanh"];
    for (what, (network, weights), [n, dim]) in functions.into_iter().flat_map(critics) {
        let x = matrix(Rng::new(3, Stream::Data).normals(n * dim), [n, dim], &Device::flex());
        let leaf = x.clone().autodiff().require_grad();
        let logits = network.eval(&weights.no_grad(), leaf.clone());
        let grads = logits.sum().backward();
        let wanted = numbers(leaf.grad(&grads).unwrap());
        let got = numbers(input_gradients(&network, &weights, x, dim));
        let size = wanted.iter().fold(0.0, |m: f32, w| m.max(w.abs()));
        assert!(size > 1e-4, "{what}: {size}");
        for (g, w) in got.iter().zip(&wanted) {
            assert!((g - w).abs() < 1e-4 * size, "{what}: {g} {w}");
        }
    }
}

#[test]
fn a_linear_critic_with_a_gradient_of_five_has_a_penalty_of_sixteen() {
    // D = w·x with ‖w‖ = 5 on 7 images of 3 × 4 × 4: (5 - 1)² (Gulrajani et al. 2017, eq. 3). A norm over one
    // dimension, or one for the whole batch, gives something else.
    let device = Device::flex();
    let network = Network::new(vec![Box::new(Linear::dcgan(48, 1))]);
    let w = Rng::new(1, Stream::Data).normals(48);
    let length = w.iter().map(|w| w * w).sum::<f32>().sqrt();
    let weights = Weights {
        params: vec![matrix(w.iter().map(|w| 5.0 * w / length).collect(), [48, 1], &device)],
        buffers: Vec::new(),
    };
    let x = || matrix(Rng::new(2, Stream::Data).normals(7 * 48), [7, 48], &device);
    for (penalty, wanted) in [
        (GradientPenalty::WganGp, 16.0),
        (GradientPenalty::Dragan, 16.0),
        (GradientPenalty::R1, 12.5),
        (GradientPenalty::R2, 12.5),
    ] {
        let rows = numbers(penalty.rows(input_gradients(&network, &weights, x(), 48)));
        assert_eq!(rows.len(), 7);
        assert!(rows.iter().all(|r| (r - wanted).abs() < 1e-4), "{penalty:?} {rows:?}");
    }
}

#[test]
fn an_orthogonal_linear_generator_has_the_length_of_the_direction() {
    // G(z) = z Q with Q orthogonal: ‖Jᵀy‖ = ‖y‖, whose square is 1 in the mean, for y of N(0, 1 / dim).
    let device = Device::flex();
    let (n, dim) = (4000, 3);
    let network = Network::new(vec![Box::new(Linear::dcgan(dim, dim))]);
    // A rotation about one axis, then a reflection.
    let (c, s) = (0.6, 0.8);
    let rotation = vec![c, s, 0.0, -s, c, 0.0, 0.0, 0.0, -1.0];
    let weights = Weights { params: vec![matrix(rotation, [dim, dim], &device)], buffers: Vec::new() };
    let z = Tensor::zeros([n, dim], &device);
    let directions = Rng::new(5, Stream::Noise).normals(n * dim);
    let y = matrix(directions.clone(), [n, dim], &device);
    let lengths = numbers(path_length::lengths(&network, &weights, z, dim, y, dim));
    for (y, length) in directions.chunks(dim).zip(&lengths) {
        let wanted = (y.iter().map(|y| y * y).sum::<f32>() / dim as f32).sqrt();
        assert!((length - wanted).abs() < 1e-5, "{length} {wanted}");
    }
    let mean = lengths.iter().map(|l| l * l).sum::<f32>() / n as f32;
    assert!((mean - 1.0).abs() < 0.05, "{mean}");
}
