//! The minimax game of Goodfellow et al. 2014: V(D, G) = E log D(x) + E log(1 − D(G(z))), which the discriminator
//! maximises and the generator minimises. The generator's gradient vanishes where D is confident: it saturates.

use burn::tensor::Tensor;

use super::{Game, Targets, softplus};

pub(super) struct Saturating;

impl Game for Saturating {
    fn d_loss(&self, logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
        binary_cross_entropy(logits, targets)
    }

    fn g_loss(&self, logits: Tensor<2>) -> Tensor<2> {
        -softplus(logits)
    }

    fn optimal_discriminator(&self, real: f32, fake: f32, label: f32) -> Option<f32> {
        Some(label * real_share(real, fake))
    }

    fn equilibrium_output(&self) -> Option<f32> {
        Some(0.5)
    }

    fn outputs_probability(&self) -> bool {
        true
    }

    fn has_targets(&self) -> bool {
        true
    }
}

/// −log D for real rows and −log(1 − D) for fakes, with one-sided label smoothing.
pub(super) fn binary_cross_entropy(logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
    let rows = softplus(logits.clone() * targets.sign.clone());
    // α softplus(-d) + (1 - α) softplus(d) is softplus(-d) + (1 - α) d.
    match &targets.slack {
        Some(slack) => rows + logits * slack.clone(),
        None => rows,
    }
}

/// p / (p + q): the probability that a sample at a point with these densities is real. One half where there are no
/// samples: the output there is free.
pub(super) fn real_share(real: f32, fake: f32) -> f32 {
    let sum = real + fake;
    if sum > 0.0 { real / sum } else { 0.5 }
}
