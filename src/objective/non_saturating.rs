//! The non-saturating game (Goodfellow et al. 2014, §3): the generator minimises −log D(G(z)), which has a strong
//! gradient where D is confident.

use burn::tensor::Tensor;

use super::saturating::{best_log_likelihood, binary_cross_entropy, log_likelihood, real_share};
use super::{Game, Targets, softplus};

pub(super) struct NonSaturating;

impl Game for NonSaturating {
    fn d_loss(&self, logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
        binary_cross_entropy(logits, targets)
    }

    fn g_loss(&self, logits: Tensor<2>) -> Tensor<2> {
        softplus(-logits)
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
