//! Wasserstein-1 in one dimension: how far probability must be carried, on average, to turn samples into the mixture.
//!
//! W1 = ∫₀¹ |F⁻¹(p) − Q(p)| dp, where F⁻¹ is the samples' quantile function and Q the mixture's (Villani 2003, §2.2);
//! by the midpoint rule, mean over i of |x₍ᵢ₎ − Q((i + ½) / n)|. In the data's own units, 0 to ∞.

use crate::data::Mixture;

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
