//! The hinge loss (Lim & Ye 2017; Tran et al. 2017).

use burn::tensor::{Tensor, activation};

use super::{Game, Targets};

pub(super) struct Hinge;

impl Game for Hinge {
    fn d_loss(&self, logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
        activation::relu(logits * targets.sign.clone() + 1.0)
    }

    fn g_loss(&self, logits: Tensor<2>) -> Tensor<2> {
        -logits
    }

    fn optimal_discriminator(&self, real: f32, fake: f32, _label: f32) -> Option<f32> {
        Some(if real == fake { 0.0 } else { (real - fake).signum() })
    }

    fn value(&self, [real, fake]: [f64; 2], logit: f64) -> Option<f64> {
        Some(-real * (1.0 - logit).max(0.0) - fake * (1.0 + logit).max(0.0))
    }

    /// In all 2 TV − 2, with the total variation TV between both densities.
    fn best_value(&self, [real, fake]: [f64; 2]) -> Option<f64> {
        Some(-2.0 * real.min(fake))
    }

    fn equilibrium_output(&self) -> Option<f32> {
        Some(0.0)
    }

    fn outputs_probability(&self) -> bool {
        false
    }

    fn has_targets(&self) -> bool {
        false
    }
}
