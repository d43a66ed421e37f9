//! What each side minimises, on logits; a higher logit means more real.
//!
//! Goodfellow et al. 2014. Written with softplus, never with the logarithm of a sigmoid, so that a confident discriminator
//! still gives its exact loss and gradient.

use burn::tensor::{Tensor, activation};

pub use crate::experiment::Objective;

impl Objective {
    /// The discriminator's loss, row by row: logits `[n, 1]` and `sign` `[n, 1]`, −1 for a real row and +1 for a fake one.
    ///
    /// The whole loss is the mean over real rows plus the mean over fake rows. At an undecided discriminator it is 2 ln 2.
    #[must_use]
    pub fn discriminator(self, logits: Tensor<2>, sign: Tensor<2>) -> Tensor<2> {
        softplus(logits * sign)
    }

    /// The generator's loss, row by row, from the discriminator's logits `[n, 1]` for its samples; the whole loss is the mean.
    #[must_use]
    pub fn generator(self, logits: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Saturating => -softplus(logits),
            Self::NonSaturating => softplus(-logits),
        }
    }
}

/// ln(1 + eˣ), without overflow: the backends' log-sigmoid takes care of both tails, and of its own gradient.
fn softplus(x: Tensor<2>) -> Tensor<2> {
    -activation::log_sigmoid(-x)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nets::matrix;

    // TorchGAN's unit-test vector (tests/torchgan/test_losses.py).
    const REAL: [f32; 4] = [1.3, 2.9, 8.4, 6.3];
    const FAKE: [f32; 4] = [4.8, 1.2, -3.5, 5.9];

    fn column(values: &[f32]) -> Tensor<2> {
        matrix(values.to_vec(), [values.len(), 1], &Device::flex())
    }

    fn mean(rows: Tensor<2>) -> f32 {
        rows.mean().into_scalar()
    }

    fn discriminator(objective: Objective, real: &[f32], fake: &[f32]) -> f32 {
        mean(objective.discriminator(column(real), column(&vec![-1.0; real.len()])))
            + mean(objective.discriminator(column(fake), column(&vec![1.0; fake.len()])))
    }

    #[test]
    fn values_on_the_published_vector() {
        for (objective, generator) in [
            (Objective::Saturating, -3.0510),
            (Objective::NonSaturating, 0.950_99),
        ] {
            assert!((discriminator(objective, &REAL, &FAKE) - 3.125_15).abs() < 1e-4);
            let g = mean(objective.generator(column(&FAKE)));
            assert!((g - generator).abs() < 1e-4, "{objective:?}: {g}");
        }
    }

    #[test]
    fn an_undecided_discriminator_loses_two_ln_two() {
        let loss = discriminator(Objective::NonSaturating, &[0.0; 3], &[0.0; 5]);
        assert!((loss - 2.0 * std::f32::consts::LN_2).abs() < 1e-6);
    }

    #[test]
    fn far_logits_keep_their_loss_and_gradient() {
        let logits = column(&[-200.0, -20.0, 0.0, 200.0])
            .autodiff()
            .require_grad();
        let loss = Objective::NonSaturating.generator(logits.clone()).sum();
        let grads = loss.backward();
        let gradient = logits
            .grad(&grads)
            .unwrap()
            .into_data()
            .try_to_vec::<f32>()
            .unwrap();
        let wanted = [-1.0, -1.0, -0.5, 0.0];
        assert!(loss.inner().into_scalar::<f32>() > 219.0);
        assert!(
            gradient
                .iter()
                .zip(wanted)
                .all(|(g, w)| (g - w).abs() < 1e-6),
            "{gradient:?}"
        );
    }
}
