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

    fn value(&self, densities: [f64; 2], logit: f64) -> Option<f64> {
        Some(log_likelihood(densities, logit))
    }

    fn best_value(&self, densities: [f64; 2]) -> Option<f64> {
        Some(best_log_likelihood(densities))
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

/// p ln D + q ln(1 − D), where D is the sigmoid of the logit.
pub(super) fn log_likelihood([real, fake]: [f64; 2], logit: f64) -> f64 {
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    -real * softplus(-logit) - fake * softplus(logit)
}

/// The same for D = p / (p + q).
pub(super) fn best_log_likelihood([real, fake]: [f64; 2]) -> f64 {
    // 0 ln 0 is 0.
    let part = |density: f64| if density > 0.0 { density * (density / (real + fake)).ln() } else { 0.0 };
    part(real) + part(fake)
}

/// p / (p + q): the probability that a sample at a point with these densities is real. One half where there are no
/// samples: the output there is free.
pub(super) fn real_share(real: f32, fake: f32) -> f32 {
    let sum = real + fake;
    if sum > 0.0 { real / sum } else { 0.5 }
}
