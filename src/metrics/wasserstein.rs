//! Wasserstein-1 in one dimension: how far probability must be carried, on average, to turn samples into the mixture.
//!
//! W1 = ∫₀¹ |F⁻¹(p) − Q(p)| dp, where F⁻¹ is the samples' quantile function and Q the mixture's (Villani 2003, §2.2);
//! by the midpoint rule, mean over i of |x₍ᵢ₎ − Q((i + ½) / n)|. In the data's own units, 0 to ∞.

use crate::data::Mixture;
use crate::quantity::{Better, Format, Quantity};

/// W1.
pub const W1: Quantity = Quantity {
    name: "w1",
    label: "W1",
    help: "Wasserstein-1 distance between samples and the mixture, in the units of the data (Villani 2003).",
    format: Format::Number,
    better: Better::Lower,
};

/// W1 between samples and the first dimension of a mixture; NaN without samples, or with one that is not finite.
#[must_use]
pub fn w1(samples: &[f32], mixture: &Mixture) -> f64 {
    w1_to_quantiles(samples, &mixture.quantiles(samples.len()))
}

/// W1 between samples and a distribution given by as many quantiles, at (i + ½) / n in increasing order.
#[must_use]
pub fn w1_to_quantiles(samples: &[f32], quantiles: &[f64]) -> f64 {
    if samples.len() != quantiles.len() || samples.iter().any(|x| !x.is_finite()) {
        return f64::NAN;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let carried: f64 = sorted.iter().zip(quantiles).map(|(&x, q)| (f64::from(x) - q).abs()).sum();
    carried / samples.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Component;

    fn normal(mean: f32, std: f32) -> Mixture {
        Mixture::new(&[Component { weight: 1.0, mean: vec![mean], std }]).unwrap()
    }

    fn ideal(mixture: &Mixture, n: usize) -> Vec<f32> {
        mixture.quantiles(n).iter().map(|&q| q as f32).collect()
    }

    #[test]
    fn two_gaussians_shifted_by_m_are_m_apart() {
        for m in [0.0, 0.5, -3.0] {
            let mut samples = ideal(&normal(m, 1.0), 2500);
            samples.reverse();
            let distance = w1(&samples, &normal(0.0, 1.0));
            assert!((distance - f64::from(m).abs()).abs() < 1e-6, "{m}: {distance}");
        }
    }

    #[test]
    fn two_gaussians_of_one_centre_differ_by_their_deviations() {
        // Quantiles are σ z, so W1 = |σ − τ| E|z| = |σ − τ| √(2/π).
        let distance = w1(&ideal(&normal(0.0, 3.0), 20_000), &normal(0.0, 1.0));
        assert!((distance - 2.0 * (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-3, "{distance}");
    }

    #[test]
    fn a_single_point_is_a_mean_absolute_deviation_away() {
        // E|z| = √(2/π).
        let distance = w1(&vec![0.0; 20_000], &normal(0.0, 1.0));
        assert!((distance - (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-3, "{distance}");
    }

    #[test]
    fn what_cannot_be_measured_is_nan() {
        let mixture = normal(0.0, 1.0);
        assert!(w1(&[], &mixture).is_nan());
        assert!(w1(&[0.0, f32::NAN], &mixture).is_nan());
        assert!(w1(&[0.0, f32::INFINITY], &mixture).is_nan());
        assert!(w1_to_quantiles(&[0.0], &[0.0, 1.0]).is_nan());
    }
}
