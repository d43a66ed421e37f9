//! BEGAN (Berthelot et al. 2017): the discriminator is an autoencoder, and its logit is minus the reconstruction error
//! L. It minimises L(x) − k L(G(z)), the generator L(G(z)); k moves towards the balance γ = L(G(z)) / L(x).

use burn::tensor::Tensor;

use super::{Game, Targets};
use crate::quantity::{Better, Format, Quantity};

/// Balance k.
pub const K: Quantity = Quantity {
    name: "k",
    label: "Balance k",
    help: "Weight of fake samples in BEGAN’s discriminator loss: it rises while fakes are reconstructed too \
           well (Berthelot et al. 2017).",
    format: Format::Number,
    better: Better::Neither,
};

/// BEGAN’s measure M.
pub const CONVERGENCE: Quantity = Quantity {
    name: "convergence",
    label: "BEGAN’s measure M",
    help: "Reconstruction error of real samples plus the distance from the balance (Berthelot et al. 2017).",
    format: Format::Number,
    better: Better::Lower,
};

pub(super) struct Began;

impl Game for Began {
    fn d_loss(&self, logits: Tensor<2>, targets: &Targets) -> Tensor<2> {
        let rows = logits * targets.sign.clone();
        match &targets.balance {
            Some(balance) => rows * balance.clone(),
            None => rows,
        }
    }

    fn g_loss(&self, logits: Tensor<2>) -> Tensor<2> {
        -logits
    }

    fn optimal_discriminator(&self, _real: f32, _fake: f32, _label: f32) -> Option<f32> {
        None
    }

    fn value(&self, _densities: [f64; 2], _logit: f64) -> Option<f64> {
        None
    }

    fn best_value(&self, _densities: [f64; 2]) -> Option<f64> {
        None
    }

    fn equilibrium_output(&self) -> Option<f32> {
        None
    }

    fn outputs_probability(&self) -> bool {
        false
    }

    fn has_targets(&self) -> bool {
        false
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

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::tensor::{detach, matrix};

    fn column(values: &[f32]) -> Tensor<2> {
        matrix(values.to_vec(), [values.len(), 1], &Device::flex())
    }

    fn scalar(rows: Tensor<2>) -> f32 {
        detach(rows.mean()).into_scalar()
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
        let loss = 2.0 * scalar(Began.d_loss(logits, &targets));
        assert!((loss - 0.675).abs() < 1e-6, "{loss}");
        assert!((scalar(Began.g_loss(column(&[-0.2]))) - 0.2).abs() < 1e-6);
        let rows = || matrix(vec![1.0, -1.0, 0.0, 0.5], [2, 2], &Device::flex());
        let error = reconstruction_score(rows(), rows() * 0.0);
        assert_eq!(error.into_data().try_to_vec::<f32>().unwrap(), [-1.0, -0.25]);
    }
}
