//! Slopes and penalties against closed forms and finite differences.

use burn::tensor::{Device, Tensor};

use super::gradient_penalty::{GradientPenalty, slopes};
use super::path_length;
use crate::experiment::Experiment;
use crate::nets::linear::Linear;
use crate::nets::{Layer, Network, Weights, matrix, untracked};
use crate::rng::{Rng, Stream};

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    untracked(tensor).into_data().try_to_vec().unwrap()
}

/// A network with numbers of size 1, so that differences show, and smooth functions, so that they exist.
fn network(preset: &str, settings: &[(&str, &str)], generator: bool) -> (Network, Weights) {
    let mut e = Experiment::preset(preset).unwrap();
    e.set_all(settings.iter().copied()).unwrap();
    let network = if generator { Network::generator(&e) } else { Network::discriminator(&e) };
    let device = Device::flex();
    let mut weights = network.init(&mut Rng::new(1, Stream::Init), &device);
    let mut rng = Rng::new(2, Stream::Init);
    for ((_, slot), weight) in network.trained_slots().iter().zip(&mut weights.trained) {
        let [rows, columns] = slot.shape;
        let (mean, spread) = match slot.role {
            "weight" => (0.0, 1.0 / (rows as f32).sqrt()),
            _ => (0.5, 0.3),
        };
        let drawn = rng.normals(rows * columns);
        let values = drawn.iter().map(|x| mean + spread * x).collect();
        *weight = matrix(values, slot.shape, &device);
    }
    (network, weights)
}

/// Critics with every layer that a penalty may meet, each with what it is shown: rows × numbers.
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
        ("dcgan, batch norm at rest", dcgan("batch"), [2, 784]),
    ]
}

/// Central differences of `f` at the `count` numbers of `tensor` where `gradient` is largest agree with it.
fn check_gradient(what: &str, tensor: &Tensor<2>, gradient: Tensor<2>, f: impl Fn(Tensor<2>) -> f32) {
    let (values, gradient) = (numbers(tensor.clone()), numbers(gradient));
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| gradient[j].abs().total_cmp(&gradient[i].abs()));
    let h = 5e-3;
    for &i in order.iter().take(3) {
        let at = |shift: f32| {
            let mut values = values.clone();
            values[i] += shift;
            f(matrix(values, tensor.dims(), &Device::flex()))
        };
        let difference = (at(h) - at(-h)) / (2.0 * h);
        let exact = gradient[i];
        assert!(exact.abs() > 1e-5, "{what}: a gradient worth testing, {exact}");
        assert!((difference - exact).abs() < 0.02 * exact.abs() + 1e-4, "{what}, {i}: {difference} {exact}");
    }
}

#[test]
fn slopes_are_what_automatic_differentiation_gives() {
    let functions = ["relu", "leaky-relu", "elu", "sigmoid", "tanh"];
    for (what, (network, weights), [n, dim]) in functions.into_iter().flat_map(critics) {
        let x = matrix(Rng::new(3, Stream::Data).normals(n * dim), [n, dim], &Device::flex());
        let leaf = x.clone().autodiff().require_grad();
        let logits = network.sample(&weights.frozen(), leaf.clone());
        let grads = logits.sum().backward();
        let wanted = numbers(leaf.grad(&grads).unwrap());
        let got = numbers(slopes(&network, &weights, x, dim));
        let size = wanted.iter().fold(0.0, |m: f32, w| m.max(w.abs()));
        assert!(size > 1e-4, "{what}: {size}");
        for (g, w) in got.iter().zip(&wanted) {
            assert!((g - w).abs() < 1e-4 * size, "{what}: {g} {w}");
        }
    }
}

#[test]
fn penalties_have_the_gradient_that_differences_show() {
    // The slopes of the others have kinks, over which a difference averages.
    let functions = ["sigmoid", "tanh"];
    for (what, (network, weights), [n, dim]) in functions.into_iter().flat_map(critics) {
        let x = matrix(Rng::new(3, Stream::Data).normals(n * dim), [n, dim], &Device::flex());
        for penalty in [GradientPenalty::WganGp, GradientPenalty::R1] {
            let tracked = weights.tracked();
            let rows = penalty.rows(slopes(&network, &tracked, x.clone().autodiff(), dim));
            let grads = rows.sum().backward();
            for (i, weight) in weights.trained.iter().enumerate() {
                // What is added to a logit, or to what a normalisation takes away, does not tilt it.
                let Some(gradient) = tracked.trained[i].grad(&grads) else {
                    continue;
                };
                if numbers(gradient.clone()).iter().all(|g| g.abs() < 1e-3) {
                    continue;
                }
                check_gradient(&format!("{what}, {penalty:?}, {i}"), weight, gradient, |moved| {
                    let mut weights = weights.clone();
                    weights.trained[i] = moved;
                    numbers(penalty.rows(slopes(&network, &weights, x.clone(), dim))).iter().sum()
                });
            }
        }
    }
}

#[test]
fn a_linear_critic_of_slope_five_costs_sixteen() {
    // D = w·x with ‖w‖ = 5 on 7 images of 3 × 4 × 4: (5 - 1)² (Gulrajani et al. 2017, eq. 3). A norm over one dimension, or one
    // for the whole batch, gives something else.
    let device = Device::flex();
    let network = Network::new(vec![Layer::Linear(Linear::dcgan(48, 1))]);
    let w = Rng::new(1, Stream::Data).normals(48);
    let length = w.iter().map(|w| w * w).sum::<f32>().sqrt();
    let weights = Weights {
        trained: vec![matrix(w.iter().map(|w| 5.0 * w / length).collect(), [48, 1], &device)],
        statistics: Vec::new(),
    };
    let x = || matrix(Rng::new(2, Stream::Data).normals(7 * 48), [7, 48], &device);
    for (penalty, wanted) in [
        (GradientPenalty::WganGp, 16.0),
        (GradientPenalty::Dragan, 16.0),
        (GradientPenalty::R1, 12.5),
        (GradientPenalty::R2, 12.5),
    ] {
        let rows = numbers(penalty.rows(slopes(&network, &weights, x(), 48)));
        assert_eq!(rows.len(), 7);
        assert!(rows.iter().all(|r| (r - wanted).abs() < 1e-4), "{penalty:?} {rows:?}");
    }
}

#[test]
fn each_penalty_looks_where_its_paper_says() {
    let device = Device::flex();
    let (n, dim) = (500, 3);
    let real = || matrix(vec![1.0; n * dim], [n, dim], &device);
    let fake = || matrix(vec![-1.0; n * dim], [n, dim], &device);
    let places = |penalty: GradientPenalty, real: Tensor<2>| {
        numbers(penalty.places(real, fake(), &mut Rng::new(1, Stream::Noise)))
    };
    assert!(places(GradientPenalty::R1, real()).iter().all(|&x| x == 1.0));
    assert!(places(GradientPenalty::R2, real()).iter().all(|&x| x == -1.0));
    // One α a sample, uniform: all numbers of a row are the same, and rows spread over the segment.
    let between = places(GradientPenalty::WganGp, real());
    assert!(between.chunks(dim).all(|row| row.iter().all(|&x| (x - row[0]).abs() < 1e-6)));
    let mean = between.iter().sum::<f32>() / between.len() as f32;
    let square = between.iter().map(|x| x * x).sum::<f32>() / between.len() as f32;
    assert!(mean.abs() < 0.1 && (square - 1.0 / 3.0).abs() < 0.05, "{mean} {square}");
    // x + .5 std(x) U[0, 1]: for x of deviation 2 the shift is in [0, 1), ½ in the mean.
    let values: Vec<f32> = (0..n * dim).map(|i| if i % 2 == 0 { 2.0 } else { -2.0 }).collect();
    let around = places(GradientPenalty::Dragan, matrix(values.clone(), [n, dim], &device));
    let shifts: Vec<f32> = around.iter().zip(&values).map(|(a, x)| a - x).collect();
    assert!(shifts.iter().all(|s| (0.0..1.0).contains(s)));
    let mean = shifts.iter().sum::<f32>() / shifts.len() as f32;
    assert!((mean - 0.5).abs() < 0.03, "{mean}");
}

#[test]
fn an_orthogonal_linear_generator_has_the_length_of_the_direction() {
    // G(z) = z Q with Q orthogonal: ‖Jᵀy‖ = ‖y‖, whose square is 1 in the mean, for y of N(0, 1 / dim).
    let device = Device::flex();
    let (n, dim) = (4000, 3);
    let network = Network::new(vec![Layer::Linear(Linear::dcgan(dim, dim))]);
    // A rotation about one axis, then a reflection.
    let (c, s) = (0.6, 0.8);
    let rotation = vec![c, s, 0.0, -s, c, 0.0, 0.0, 0.0, -1.0];
    let weights = Weights { trained: vec![matrix(rotation, [dim, dim], &device)], statistics: Vec::new() };
    let z = Tensor::zeros([n, dim], &device);
    let mut rng = Rng::new(5, Stream::Noise);
    let directions = rng.clone().normals(n * dim);
    let lengths = numbers(path_length::lengths(&network, &weights, z, dim, dim, &mut rng));
    for (y, length) in directions.chunks(dim).zip(&lengths) {
        let wanted = (y.iter().map(|y| y * y).sum::<f32>() / dim as f32).sqrt();
        assert!((length - wanted).abs() < 1e-5, "{length} {wanted}");
    }
    let mean = lengths.iter().map(|l| l * l).sum::<f32>() / n as f32;
    assert!((mean - 1.0).abs() < 0.05, "{mean}");
}

#[test]
fn path_lengths_have_the_gradient_that_differences_show() {
    let smooth = ("generator_activation", "tanh");
    let dcgan = [smooth, ("data", "digits"), ("base_channels", "2"), ("latent_dim", "3")];
    for (what, (network, weights), n) in [
        ("mlp", network("ring", &[smooth, ("generator_hidden", "[6, 5]")], true), 6),
        ("dcgan", network("mnist-dcgan", &dcgan, true), 2),
    ] {
        let dim = network.trained_slots()[0].1.shape[0];
        let z = matrix(Rng::new(3, Stream::Data).normals(n * dim), [n, dim], &Device::flex());
        let price = |weights: &Weights, z: Tensor<2>| {
            let mut rng = Rng::new(5, Stream::Noise);
            let lengths = path_length::lengths(&network, weights, z, dim, dim, &mut rng);
            path_length::rows(lengths, Tensor::full([1, 1], 0.7, &Device::flex()))
        };
        let tracked = weights.tracked();
        let grads = price(&tracked, z.clone().autodiff()).sum().backward();
        for (i, weight) in weights.trained.iter().enumerate() {
            let Some(gradient) = tracked.trained[i].grad(&grads) else {
                continue;
            };
            if numbers(gradient.clone()).iter().all(|g| g.abs() < 1e-3) {
                continue;
            }
            check_gradient(&format!("{what}, {i}"), weight, gradient, |moved| {
                let mut weights = weights.clone();
                weights.trained[i] = moved;
                numbers(price(&weights, z.clone())).iter().sum()
            });
        }
    }
}
