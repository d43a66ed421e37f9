//! The Wasserstein game (Arjovsky, Chintala & Bottou 2017): a difference of means. The critic needs a constraint:
//! weight clipping, a gradient penalty or spectral normalisation.

use burn::tensor::Tensor;

use super::{Game, Targets};

pub(super) struct Wasserstein;

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
