//! The losses of both players, one file an objective. Losses are functions of logits; a higher logit means more real.

mod began;
mod hinge;
mod least_squares;
mod non_saturating;
mod saturating;
mod wasserstein;

use burn::tensor::{Tensor, activation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::began::{CONVERGENCE, K, balance, convergence, reconstruction_score};
pub use self::wasserstein::optimal_critic;
use crate::tensor::matrix;

/// The losses of both players, as functions of logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// The minimax game of Goodfellow et al. 2014.
    #[schemars(title = "Saturating (minimax)")]
    Saturating,
    /// Goodfellow et al. 2014: the same discriminator; the generator minimises −log D(G(z)).
    #[schemars(title = "Non-saturating")]
    NonSaturating,
    /// LSGAN (Mao et al. 2017): squared error against the targets 0 and 1.
    #[schemars(title = "Least squares")]
    LeastSquares,
    /// WGAN (Arjovsky, Chintala & Bottou 2017): a difference of mean scores; needs a Lipschitz constraint on the
    /// critic.
    #[schemars(title = "Wasserstein")]
    Wasserstein,
    /// The hinge loss of Lim & Ye 2017 and Miyato et al. 2018.
    #[schemars(title = "Hinge")]
    Hinge,
    /// Berthelot, Schumm & Metz 2017: the discriminator is an autoencoder, and its score is the reconstruction error.
    #[schemars(title = "BEGAN")]
    Began,
}

/// The targets of a discriminator update, as columns `[2n, 1]`: the real half, then the fake.
#[derive(Clone)]
pub struct Targets {
    /// −1 for a real row, +1 for a fake one.
    pub sign: Tensor<2>,
    /// One-sided label smoothing (Salimans et al. 2016, §3.4): 1 − α for a real row, 0 for a fake one; `None` where α
    /// is 1.
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

/// The two losses of an objective, its optimal discriminator and its equilibrium.
///
/// No method has a default, so that a new objective has to answer every question.
pub trait Game {
    /// The discriminator's loss, row by row, of its logits `[2n, 1]` for real rows and then fakes. The loss is the mean
    /// over real rows plus the mean over fakes.
    fn d_loss(&self, logits: Tensor<2>, targets: &Targets) -> Tensor<2>;

    /// The generator's loss, row by row, of the discriminator's logits `[n, 1]` for its samples. The loss is the mean.
    fn g_loss(&self, logits: Tensor<2>) -> Tensor<2>;

    /// The output of the optimal discriminator where the data have the density `real` and the generator `fake`, with
    /// `label` as the target of real samples; `None` where it has no closed form.
    fn optimal_discriminator(&self, real: f32, fake: f32, label: f32) -> Option<f32>;

    /// Minus the discriminator's loss at a point with these densities, real and generated, for its logit there and no
    /// label smoothing: what it adds to the value of the game. `None` where the loss depends on more.
    fn value(&self, densities: [f64; 2], logit: f64) -> Option<f64>;

    /// The most that [`Game::value`] is for any logit; `None` where there is no such, as without a constraint on a
    /// critic.
    fn best_value(&self, densities: [f64; 2]) -> Option<f64>;

    /// The discriminator's output at the equilibrium, where both densities are equal; `None` where only differences of
    /// outputs mean anything.
    fn equilibrium_output(&self) -> Option<f32>;

    /// Whether the discriminator's output is the sigmoid of its logit, a probability; else it is the logit itself, a
    /// score.
    fn outputs_probability(&self) -> bool;

    /// Whether the discriminator's loss has a target for real samples, which label smoothing lowers.
    fn has_targets(&self) -> bool;
}

impl Objective {
    /// All objectives.
    pub const ALL: [Self; 6] =
        [Self::Saturating, Self::NonSaturating, Self::LeastSquares, Self::Wasserstein, Self::Hinge, Self::Began];

    /// Its losses and its theory.
    #[must_use]
    pub fn game(self) -> &'static dyn Game {
        match self {
            Self::Saturating => &saturating::Saturating,
            Self::NonSaturating => &non_saturating::NonSaturating,
            Self::LeastSquares => &least_squares::LeastSquares,
            Self::Wasserstein => &wasserstein::Wasserstein,
            Self::Hinge => &hinge::Hinge,
            Self::Began => &began::Began,
        }
    }
}

/// ACGAN's class loss, row by row `[n, 1]`: the cross-entropy of raw class logits `[n, classes]` against one-hot rows.
#[must_use]
pub fn cross_entropy(logits: Tensor<2>, classes: Tensor<2>) -> Tensor<2> {
    -(activation::log_softmax(logits, 1) * classes).sum_dim(1)
}

/// ln(1 + eˣ) without overflow. Losses are written with it, never with the logarithm of a sigmoid, so that a confident
/// discriminator still has its exact loss and gradient: the backends' log-sigmoid is exact in both tails.
#[must_use]
pub fn softplus(x: Tensor<2>) -> Tensor<2> {
    -activation::log_sigmoid(-x)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::tensor::detach;

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
        2.0 * scalar(objective.game().d_loss(logits, &targets))
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
            let got = scalar(objective.game().g_loss(column(&FAKE)));
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
        // At p = q the best D is α / 2 = .45 for α = .9, as a probability and as a least-squares score; smoothing both
        // targets would give .5.
        for (objective, wanted) in [(Objective::NonSaturating, (0.45_f32 / 0.55).ln()), (Objective::LeastSquares, 0.45)]
        {
            let mut logit = 0.3_f32;
            for _ in 0..500 {
                let leaf = column(&[logit]).autodiff().require_grad();
                let logits = Tensor::cat(vec![leaf.clone(), leaf.clone()], 0);
                let targets = Targets::new(1, 0.9, &Device::flex());
                let grads = objective.game().d_loss(logits, &targets).sum().backward();
                logit -= 0.2 * scalar(leaf.grad(&grads).unwrap());
            }
            assert!((logit - wanted).abs() < 1e-4, "{objective:?}: {logit} {wanted}");
        }
    }

    #[test]
    fn far_logits_keep_their_loss_and_gradient() {
        let logits = column(&[-200.0, -20.0, 0.0, 200.0]).autodiff().require_grad();
        let loss = Objective::NonSaturating.game().g_loss(logits.clone()).sum();
        let grads = loss.backward();
        let gradient = logits.grad(&grads).unwrap().into_data().try_to_vec::<f32>().unwrap();
        let wanted = [-1.0, -1.0, -0.5, 0.0];
        assert!(loss.inner().into_scalar::<f32>() > 219.0);
        assert!(gradient.iter().zip(wanted).all(|(g, w)| (g - w).abs() < 1e-6), "{gradient:?}");
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

    #[test]
    fn the_value_is_minus_the_loss_and_the_optimal_discriminator_has_the_most() {
        let device = Device::flex();
        let (p, q) = (0.3_f32, 0.1_f32);
        for objective in Objective::ALL {
            let game = objective.game();
            let value = |logit: f32| game.value([p.into(), q.into()], logit.into());
            if objective == Objective::Began {
                assert_eq!((value(0.0), game.best_value([0.3, 0.1])), (None, None));
                continue;
            }
            for logit in [-3.0, -0.5, 0.2, 4.0] {
                let logits = matrix(vec![logit; 2], [2, 1], &device).autodiff();
                let rows = detach(game.d_loss(logits, &Targets::new(1, 1.0, &device)));
                let [real, fake] = rows.into_data().try_to_vec::<f32>().unwrap()[..] else { panic!("two rows") };
                let loss = p * real + q * fake;
                assert!((value(logit).unwrap() + f64::from(loss)).abs() < 1e-6, "{objective:?} at {logit}");
            }
            let Some(best) = game.best_value([p.into(), q.into()]) else {
                assert_eq!(objective, Objective::Wasserstein);
                continue;
            };
            let output = game.optimal_discriminator(p, q, 1.0).unwrap();
            let optimum = if game.outputs_probability() { (output / (1.0 - output)).ln() } else { output };
            assert!((value(optimum).unwrap() - best).abs() < 1e-6, "{objective:?}");
            assert!([-0.1, 0.1].iter().all(|by| value(optimum + by).unwrap() < best), "{objective:?}");
        }
    }

    #[test]
    fn the_optimal_discriminators_are_the_published_ones() {
        let optimal = |objective: Objective| objective.game().optimal_discriminator(0.3, 0.1, 1.0);
        // p / (p + q), for least squares with labels 1 and 0 as well (Mao et al. 2017, eq. 5); hinge's is the sign of p
        // − q (Lim & Ye 2017).
        assert_eq!(optimal(Objective::Saturating), Some(0.3 / 0.4));
        assert_eq!(optimal(Objective::NonSaturating), Some(0.3 / 0.4));
        assert_eq!(optimal(Objective::LeastSquares), Some(0.3 / 0.4));
        assert_eq!(optimal(Objective::Hinge), Some(1.0));
        assert_eq!(optimal(Objective::Wasserstein), None);
        assert_eq!(optimal(Objective::Began), None);
        let smoothed = Objective::NonSaturating.game().optimal_discriminator(0.2, 0.2, 0.9);
        assert!((smoothed.unwrap() - 0.45).abs() < 1e-6);
    }
}
