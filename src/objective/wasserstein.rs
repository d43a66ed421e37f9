//! The Wasserstein game (Arjovsky, Chintala & Bottou 2017): a difference of means. The critic needs a constraint:
//! weight clipping, a gradient penalty or spectral normalisation.

use burn::tensor::Tensor;

use super::{Game, Targets};

pub(super) struct Wasserstein;

/// The share of the samples that may lie beyond the points.
const BEYOND: f64 = 0.01;

/// The optimal critic of slope 1 on a line, of densities at points `width` apart, and its value, their W1. By parts,
/// with the distribution functions P and Q of the densities p and q,
/// ∫ f (p − q) = ∫ f′ (Q − P), which is largest where f′ is the sign of Q − P. Only its differences mean anything.
/// `None` where more samples of one kind than of the other lie beyond the points.
#[must_use]
pub fn optimal_critic(real: &[f32], fake: &[f32], width: f32) -> Option<(Vec<f32>, f64)> {
    let width = f64::from(width);
    let (mut critic, mut value, mut ahead) = (vec![0.0], 0.0, 0.0);
    for (p, q) in real.iter().zip(fake).take(real.len().saturating_sub(1)) {
        ahead += (f64::from(*q) - f64::from(*p)) * width;
        value += ahead.abs() * width;
        let slope = if ahead == 0.0 { 0.0 } else { ahead.signum() };
        critic.push(critic.last().copied().unwrap_or_default() + slope * width);
    }
    (ahead.abs() <= BEYOND).then(|| (critic.into_iter().map(|f| f as f32).collect(), value))
}

impl Game for Wasserstein {
    fn d_loss(&self, logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
        logits * targets.sign.clone()
    }

    fn g_loss(&self, logits: Tensor<2>) -> Tensor<2> {
        -logits
    }

    fn optimal_discriminator(&self, _real: f32, _fake: f32, _label: f32) -> Option<f32> {
        None
    }

    fn value(&self, [real, fake]: [f64; 2], logit: f64) -> Option<f64> {
        Some((real - fake) * logit)
    }

    fn best_value(&self, _densities: [f64; 2]) -> Option<f64> {
        None
    }

    fn equilibrium_output(&self) -> Option<f32> {
        // A constant added to all scores changes nothing.
        None
    }

    fn outputs_probability(&self) -> bool {
        false
    }

    fn has_targets(&self) -> bool {
        false
    }
}
