//! Virtual adversarial training (Miyato et al. 2018): D(x) should not change under the small perturbation that changes
//! it most.
//!
//! The worst direction is the leading eigenvector of the Hessian of the divergence between D before and after a
//! perturbation. The paper approaches it by a power iteration with finite differences of ξ = 10⁻⁶, which single
//! precision loses. Here the limit ξ → 0 is taken exactly: for one logit with gradient s the Hessian is p (1 − p) s sᵀ,
//! so that one iteration from any direction d gives ±s, with the sign of s·d.

use burn::tensor::Tensor;

use super::gradient_penalty::input_gradients;
use crate::nets::{Network, Weights};
use crate::objective::softplus;
use crate::quantity::{Better, Format, Quantity};

/// VAT divergence.
pub const VIRTUAL_ADVERSARIAL: Quantity = Quantity {
    name: "virtual_adversarial",
    label: "VAT divergence",
    help: "Mean divergence of D(x) under its worst small perturbation, before the weight (Miyato et al. \
           2018).",
    format: Format::Nats,
    better: Better::Lower,
};

/// Keeps a norm from dividing by 0.
const EPSILON: f32 = 1e-12;

/// The perturbation of length `epsilon` that changes each row's probability most, `[n, dim]`, in the first `dim`
/// numbers of `rows`. `start` `[n, dim]` are directions of N(0, I), where the power iteration starts; no argument
/// carries a graph.
#[must_use]
pub fn perturbation(
    network: &Network,
    weights: &Weights,
    rows: Tensor<2>,
    start: Tensor<2>,
    epsilon: f32,
) -> Tensor<2> {
    let [_, dim] = start.dims();
    let gradients = input_gradients(network, weights, rows, dim);
    let along = (gradients.clone() * start).sum_dim(1);
    let length = ((gradients.clone() * gradients.clone()).sum_dim(1) + EPSILON).sqrt();
    gradients * along.sign() / length * epsilon
}

/// KL(before ‖ after) between two Bernoulli distributions, row by row, from their logits `[n, 1]`.
#[must_use]
pub fn divergence(before: Tensor<2>, after: Tensor<2>) -> Tensor<2> {
    let p = burn::tensor::activation::sigmoid(before.clone());
    // -H(p) plus the cross-entropy softplus(b) - p b.
    softplus(after.clone()) - softplus(before.clone()) - p * (after - before)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::layers::Linear;
    use crate::rng::{Rng, Stream};
    use crate::tensor::matrix;

    #[test]
    fn the_perturbation_of_a_logistic_discriminator_is_along_its_weights() {
        let device = Device::flex();
        let network = Network::new(vec![Box::new(Linear::new(3, 1))]);
        let w = [0.3, -1.2, 0.5];
        let weights = Weights {
            params: vec![matrix(w.to_vec(), [3, 1], &device), matrix(vec![0.1], [1, 1], &device)],
            buffers: Vec::new(),
        };
        let x = matrix(Rng::new(1, Stream::Data).normals(30), [10, 3], &device);
        let start = matrix(Rng::new(2, Stream::Noise).normals(30), [10, 3], &device);
        let perturbations = perturbation(&network, &weights, x, start, 2.5);
        let size = w.iter().map(|w| w * w).sum::<f32>().sqrt();
        for r in perturbations.into_data().try_to_vec::<f32>().unwrap().chunks(3) {
            let length = r.iter().map(|r| r * r).sum::<f32>().sqrt();
            let dot: f32 = r.iter().zip(w).map(|(r, w)| r * w).sum();
            assert!((length - 2.5).abs() < 1e-4, "{length}");
            assert!((dot / (length * size)).abs() > 0.9999, "{r:?}");
        }
    }

    #[test]
    fn divergence_is_the_textbooks() {
        let column = |v: &[f32]| matrix(v.to_vec(), [v.len(), 1], &Device::flex());
        let (a, b) = ([0.0, 2.0, -1.0], [1.0, 2.0, 3.0]);
        let got = divergence(column(&a), column(&b)).into_data();
        let got = got.try_to_vec::<f32>().unwrap();
        for ((a, b), got) in a.iter().zip(b).zip(got) {
            let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
            let (p, q) = (sigmoid(*a), sigmoid(b));
            let wanted = p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
            assert!((got - wanted).abs() < 1e-6, "{got} {wanted}");
        }
    }
}
