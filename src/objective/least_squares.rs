//! Least squares (Mao et al. 2017): ½ (D − 1)² for real rows, ½ D² for fakes; the generator minimises ½ (D − 1)².

use burn::tensor::Tensor;

use super::saturating::real_share;
use super::{Game, Targets};

pub(super) struct LeastSquares;

impl Game for LeastSquares {
    fn d_loss(&self, logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
        // The target is 1 for real rows and 0 for fakes, less the smoothing.
        let mut error = logits + targets.sign.clone() * 0.5 - 0.5;
        if let Some(slack) = &targets.slack {
            error = error + slack.clone();
        }
        error.clone() * error * 0.5
    }

    fn g_loss(&self, logits: Tensor<2>) -> Tensor<2> {
        let error = logits - 1.0;
        error.clone() * error * 0.5
    }

    fn optimal_discriminator(&self, real: f32, fake: f32, label: f32) -> Option<f32> {
        Some(label * real_share(real, fake))
    }

    fn value(&self, [real, fake]: [f64; 2], logit: f64) -> Option<f64> {
        Some(-0.5 * (real * (logit - 1.0).powi(2) + fake * logit.powi(2)))
    }

    /// In all ¼ χ² − ¼, with Pearson's χ² of the real density from the mean of both.
    fn best_value(&self, [real, fake]: [f64; 2]) -> Option<f64> {
        let sum = real + fake;
        Some(if sum > 0.0 { -0.5 * real * fake / sum } else { 0.0 })
    }

    fn equilibrium_output(&self) -> Option<f32> {
        Some(0.5)
    }

    fn outputs_probability(&self) -> bool {
        false
    }

    fn has_targets(&self) -> bool {
        true
    }
}
