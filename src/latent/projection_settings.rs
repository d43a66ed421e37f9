//! The settings of a projection.

/// The settings of a projection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Updates of every latent.
    pub steps: usize,
    /// Independent latents that start for each target, of which the best is kept; at least 1.
    pub restarts: usize,
    /// Adam's learning rate.
    pub learning_rate: f32,
    /// Weight of a normal latent's mean ½ z², which is −log p(z) but for a constant (Creswell & Bharath 2018).
    pub prior_weight: f32,
    /// Weight of the realism loss, where one is given (Yeh et al. 2017).
    pub realism_weight: f32,
}

impl Default for Settings {
    /// Tried on 40 to 80 test digits of MNIST with a DCGAN of 1,500 steps and a hole of 8 × 12 pixels, by the error in
    /// the hole: without realism it is a quarter larger, and learning rates from 0.2 to 0.5 differ little.
    fn default() -> Self {
        Self { steps: 200, restarts: 4, learning_rate: 0.3, prior_weight: 0.03, realism_weight: 0.01 }
    }
}
