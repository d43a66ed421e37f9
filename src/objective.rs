//! The losses of both players, on logits; a higher logit means more real.
//!
//! Written with softplus, never with the logarithm of a sigmoid, so that a confident discriminator still has its exact loss and
//! gradient. BEGAN's logit is minus the error of the discriminator's reconstruction.

use burn::tensor::{Tensor, activation};

pub use crate::experiment::Objective;
use crate::tensor::matrix;

/// The targets of a discriminator update, as columns `[2n, 1]`: the real half, then the fake.
#[derive(Clone)]
pub struct Targets {
    /// −1 for a real row, +1 for a fake one.
    pub sign: Tensor<2>,
    /// One-sided label smoothing (Salimans et al. 2016, §3.4): 1 − α for a real row, 0 for a fake one; `None` where α is 1.
    pub slack: Option<Tensor<2>>,
    /// BEGAN's balance, the weight of a row: 1 for a real one, k for a fake one.
    pub balance: Option<Tensor<2>>,
}

impl Targets {
    /// For `n` real rows and as many fake ones, real labels being `smoothing`.
    #[must_use]
    pub fn new(n: usize, smoothing: f32, device: &burn::tensor::Device) -> Self {
        let column = |real, fake| matrix([vec![real; n], vec![fake; n]].concat(), [2 * n, 1], device);
        Self {
            sign: column(-1.0, 1.0).autodiff(),
            slack: (smoothing < 1.0).then(|| column(1.0 - smoothing, 0.0).autodiff()),
            balance: None,
        }
    }
}

impl Objective {
    /// The discriminator's loss, row by row, from its logits `[2n, 1]` for real rows and then fake ones.
    ///
    /// The whole loss is the mean over real rows plus the mean over fake rows. At an undecided discriminator the first two
    /// objectives give 2 ln 2.
    #[must_use]
    pub fn discriminator(self, logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
        let sign = targets.sign.clone();
        match self {
            Self::Saturating | Self::NonSaturating => {
                let rows = softplus(logits.clone() * sign);
                // α softplus(-d) + (1 - α) softplus(d) is softplus(-d) + (1 - α) d.
                match &targets.slack {
                    Some(slack) => rows + logits * slack.clone(),
                    None => rows,
                }
            }
            Self::LeastSquares => {
                // 1 for real rows and 0 for fake ones, less what is smoothed away.
                let mut error = logits + sign * 0.5 - 0.5;
                if let Some(slack) = &targets.slack {
                    error = error + slack.clone();
                }
                error.clone() * error * 0.5
            }
            Self::Wasserstein => logits * sign,
            Self::Hinge => activation::relu(logits * sign + 1.0),
            Self::Began => {
                let rows = logits * sign;
                match &targets.balance {
                    Some(balance) => rows * balance.clone(),
                    None => rows,
                }
            }
        }
    }

    /// The generator's loss, row by row, from the discriminator's logits `[n, 1]` for its samples; the whole loss is the mean.
    #[must_use]
    pub fn generator(self, logits: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Saturating => -softplus(logits),
            Self::NonSaturating => softplus(-logits),
            Self::LeastSquares => {
                let error = logits - 1.0;
                error.clone() * error * 0.5
            }
            Self::Wasserstein | Self::Hinge | Self::Began => -logits,
        }
    }
}

/// BEGAN's logits `[n, 1]`: minus the mean absolute error of each row's reconstruction (L with η = 1).
#[must_use]
pub fn reconstruction_score(rows: Tensor<2>, reconstructions: Tensor<2>) -> Tensor<2> {
    -(rows - reconstructions).abs().mean_dim(1)
}

/// BEGAN's balance after a step: k + λ (γ L(x) − L(G(z))), kept in [0, 1]. All are `[1, 1]`; errors L are not negative.
#[must_use]
pub fn balance(k: Tensor<2>, real: Tensor<2>, fake: Tensor<2>, gamma: f32, lambda: f32) -> Tensor<2> {
    (k + (real * gamma - fake) * lambda).clamp(0.0, 1.0)
}

/// BEGAN's measure of convergence M: L(x) + |γ L(x) − L(G(z))|.
#[must_use]
pub fn convergence(real: f32, fake: f32, gamma: f32) -> f32 {
    real + (gamma * real - fake).abs()
}

/// ACGAN's class loss, row by row `[n, 1]`: the cross-entropy of raw class logits `[n, classes]` against one-hot rows.
#[must_use]
pub fn cross_entropy(logits: Tensor<2>, classes: Tensor<2>) -> Tensor<2> {
    -(activation::log_softmax(logits, 1) * classes).sum_dim(1)
}

/// ln(1 + eˣ), without overflow: the backends' log-sigmoid takes care of both tails, and of its own gradient.
#[must_use]
pub fn softplus(x: Tensor<2>) -> Tensor<2> {
    -activation::log_sigmoid(-x)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    // TorchGAN's unit-test vector (tests/torchgan/test_losses.py).
    const REAL: [f32; 4] = [1.3, 2.9, 8.4, 6.3];
    const FAKE: [f32; 4] = [4.8, 1.2, -3.5, 5.9];

    fn column(values: &[f32]) -> Tensor<2> {
        matrix(values.to_vec(), [values.len(), 1], &Device::flex())
    }

    fn scalar(rows: Tensor<2>) -> f32 {
        crate::tensor::detach(rows.mean()).into_scalar()
    }

    fn discriminator(objective: Objective, real: &[f32], fake: &[f32], smoothing: f32) -> f32 {
        let logits = column(&[real, fake].concat()).autodiff();
        let targets = Targets::new(real.len(), smoothing, &Device::flex());
        2.0 * scalar(objective.discriminator(logits, &targets))
    }

    #[test]
    fn values_on_the_published_vector() {
        for (objective, d, g) in [
            (Objective::Saturating, 3.125_15, -3.0510),
            (Objective::NonSaturating, 3.125_15, 0.950_99),
            (Objective::LeastSquares, 19.761_25, 7.3425),
            (Objective::Wasserstein, -2.625, -2.1),
            (Objective::Hinge, 3.725, -2.1),
        ] {
            let got = discriminator(objective, &REAL, &FAKE, 1.0);
            assert!((got - d).abs() < 1e-4, "{objective:?}: {got}");
            let got = scalar(objective.generator(column(&FAKE)));
            assert!((got - g).abs() < 1e-4, "{objective:?}: {got}");
        }
    }

    #[test]
    fn an_undecided_discriminator_loses_two_ln_two() {
        let loss = discriminator(Objective::NonSaturating, &[0.0; 3], &[0.0; 3], 1.0);
        assert!((loss - 2.0 * std::f32::consts::LN_2).abs() < 1e-6);
    }

    #[test]
    fn a_free_discriminator_outputs_half_of_a_smoothed_label() {
        // At p = q the best D is α / 2 = .45 for α = .9, as a probability and as a least-squares score; smoothing both targets
        // would give .5.
        for (objective, wanted) in [(Objective::NonSaturating, (0.45_f32 / 0.55).ln()), (Objective::LeastSquares, 0.45)]
        {
            let mut logit = 0.3_f32;
            for _ in 0..500 {
                let leaf = column(&[logit]).autodiff().require_grad();
                let logits = Tensor::cat(vec![leaf.clone(), leaf.clone()], 0);
                let targets = Targets::new(1, 0.9, &Device::flex());
                let grads = objective.discriminator(logits, &targets).sum().backward();
                logit -= 0.2 * scalar(leaf.grad(&grads).unwrap());
            }
            assert!((logit - wanted).abs() < 1e-4, "{objective:?}: {logit} {wanted}");
        }
    }

    #[test]
    fn far_logits_keep_their_loss_and_gradient() {
        let logits = column(&[-200.0, -20.0, 0.0, 200.0]).autodiff().require_grad();
        let loss = Objective::NonSaturating.generator(logits.clone()).sum();
        let grads = loss.backward();
        let gradient = logits.grad(&grads).unwrap().into_data().try_to_vec::<f32>().unwrap();
        let wanted = [-1.0, -1.0, -0.5, 0.0];
        assert!(loss.inner().into_scalar::<f32>() > 219.0);
        assert!(gradient.iter().zip(wanted).all(|(g, w)| (g - w).abs() < 1e-6), "{gradient:?}");
    }

    #[test]
    fn began_balances_and_measures_as_published() {
        // γ = .5, λ = .001, L(x) = 1, L(G) = .2: k = .0003 and M = 1.3 (Berthelot et al. 2017, §3.4).
        let next = |k, real, fake, lambda| scalar(balance(column(&[k]), column(&[real]), column(&[fake]), 0.5, lambda));
        assert!((next(0.0, 1.0, 0.2, 1e-3) - 0.0003).abs() < 1e-8);
        assert!((convergence(1.0, 0.2, 0.5) - 1.3).abs() < 1e-6);
        assert_eq!(next(0.0, 0.2, 1.0, 1e-3), 0.0, "k stays at 0");
        assert_eq!(next(0.9, 1.0, 0.0, 1.0), 1.0, "k stays at 1");
    }

    #[test]
    fn began_weighs_the_fakes_by_its_balance() {
        // Errors of 1 and .5 on a real row, .2 and .4 on fake ones, k = .25: (1 + .5 - .25 (.2 + .4)) / 2.
        let logits = column(&[-1.0, -0.5, -0.2, -0.4]).autodiff();
        let mut targets = Targets::new(2, 1.0, &Device::flex());
        targets.balance = Some(column(&[1.0, 1.0, 0.25, 0.25]).autodiff());
        let loss = 2.0 * scalar(Objective::Began.discriminator(logits, &targets));
        assert!((loss - 0.675).abs() < 1e-6, "{loss}");
        assert!((scalar(Objective::Began.generator(column(&[-0.2]))) - 0.2).abs() < 1e-6);
        let rows = || matrix(vec![1.0, -1.0, 0.0, 0.5], [2, 2], &Device::flex());
        let error = reconstruction_score(rows(), rows() * 0.0);
        assert_eq!(error.into_data().try_to_vec::<f32>().unwrap(), [-1.0, -0.25]);
    }

    #[test]
    fn a_confident_and_correct_class_costs_next_to_nothing() {
        // On probabilities rather than logits it could not fall below 1.461 at ten classes.
        let one_hot = |class: usize| {
            let row = (0..10).map(|i| if i == class { 1.0 } else { 0.0 }).collect();
            matrix(row, [1, 10], &Device::flex())
        };
        let logits = || one_hot(3) * 10.0;
        assert!(scalar(cross_entropy(logits(), one_hot(3))) < 0.01);
        assert!(scalar(cross_entropy(logits(), one_hot(4))) > 9.0);
    }
}
