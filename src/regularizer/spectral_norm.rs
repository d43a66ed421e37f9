//! Spectral normalisation (Miyato et al. 2018): each matrix of the discriminator divided by its largest singular value.

use burn::tensor::{Device, Tensor};

use crate::nets::{Network, ParamSpec, Weights};
use crate::rng::Rng;
use crate::tensor::{constant_like, matrix};

/// Keeps a norm from dividing by 0.
const EPSILON: f32 = 1e-12;

/// Estimates of the first left singular vectors, improved from update to update.
#[derive(Clone, Debug)]
pub struct SpectralNorm {
    /// For each parameter in turn its vector u, `[rows, 1]`, of length 1; `None` where it is not the matrix of a linear
    /// map.
    pub vectors: Vec<Option<Tensor<2>>>,
}

impl SpectralNorm {
    /// For `network`, with vectors drawn from `rng`.
    #[must_use]
    pub fn new(network: &Network, rng: &mut Rng, device: &Device) -> Self {
        let mut vector = |spec: ParamSpec| {
            let rows = spec.shape[0];
            spec.is_matrix.then(|| unit(matrix(rng.normals(rows), [rows, 1], device)))
        };
        Self { vectors: network.params().into_iter().map(&mut vector).collect() }
    }

    /// One power iteration, u ← W Wᵀ u at length 1: once an update, and never in evaluation.
    pub fn iterate(&mut self, weights: &Weights) {
        for (vector, weight) in self.vectors.iter_mut().zip(&weights.params) {
            if let Some(u) = vector {
                let v = unit(weight.clone().transpose().matmul(u.clone()));
                *u = unit(weight.clone().matmul(v));
            }
        }
    }

    /// The weights that the network uses, W / ‖Wᵀu‖. Where `weights` require gradients, they pass through the divisor
    /// too, with u as a constant.
    #[must_use]
    pub fn normalize(&self, weights: &Weights) -> Weights {
        let divide = |(weight, vector): (&Tensor<2>, &Option<Tensor<2>>)| match vector {
            Some(u) => {
                let u = constant_like(weight, u.clone());
                weight.clone() / norm(weight.clone().transpose().matmul(u))
            }
            None => weight.clone(),
        };
        Weights {
            params: weights.params.iter().zip(&self.vectors).map(divide).collect(),
            buffers: weights.buffers.clone(),
        }
    }
}

/// The Euclidean length of a column, `[1, 1]`.
fn norm(column: Tensor<2>) -> Tensor<2> {
    ((column.clone() * column).sum_dim(0) + EPSILON).sqrt()
}

fn unit(column: Tensor<2>) -> Tensor<2> {
    column.clone() / norm(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::rng::Stream;

    #[test]
    fn the_largest_singular_value_of_the_used_weights_is_one() {
        let device = Device::flex();
        let network = Network::discriminator(&Experiment::preset("digits-mlp").unwrap());
        let weights = network.init(&mut Rng::new(3, Stream::Init), &device);
        let mut spectral = SpectralNorm::new(&network, &mut Rng::new(4, Stream::Init), &device);
        for _ in 0..300 {
            spectral.iterate(&weights);
        }
        let used = spectral.normalize(&weights);
        let mut checked = 0;
        for (spec, weight) in network.params().iter().zip(&used.params) {
            if !spec.is_matrix {
                continue;
            }
            // The largest singular value by a long power iteration of its own.
            let [rows, _] = weight.dims();
            let mut u = unit(matrix(Rng::new(9, Stream::Data).normals(rows), [rows, 1], &device));
            for _ in 0..300 {
                u = unit(weight.clone().matmul(weight.clone().transpose().matmul(u)));
            }
            let sigma: f32 = norm(weight.clone().transpose().matmul(u)).into_scalar();
            assert!((sigma - 1.0).abs() < 1e-3, "{}: {sigma}", spec.name);
            checked += 1;
        }
        assert_eq!(checked, 2);
    }

    #[test]
    fn gradients_pass_through_the_divisor() {
        // W / σ does not change when W grows, so its gradient is orthogonal to W.
        let device = Device::flex();
        let e = Experiment::preset("ring").unwrap();
        let network = Network::discriminator(&e);
        let weights = network.init(&mut Rng::new(3, Stream::Init), &device);
        let mut spectral = SpectralNorm::new(&network, &mut Rng::new(4, Stream::Init), &device);
        for _ in 0..200 {
            spectral.iterate(&weights);
        }
        let leaves = weights.require_grad();
        let x = matrix(Rng::new(5, Stream::Data).normals(64), [32, 2], &device).autodiff();
        let logits = network.eval(&spectral.normalize(&leaves), x);
        let grads = logits.sum().backward();
        let weight = &leaves.params[2];
        let gradient = weight.grad(&grads).unwrap();
        let along: f32 = (gradient.clone() * weight.clone().inner()).sum().into_scalar();
        let size: f32 = gradient.powf_scalar(2.0).sum().sqrt().into_scalar();
        assert!(size > 1e-3 && along.abs() < 1e-3 * size, "{along} {size}");
    }
}
