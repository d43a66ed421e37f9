//! [`Mixture`]: isotropic Gaussians in any dimension, with everything about them that is known in closed form.

use std::f64::consts::PI;

use super::Batch;
use crate::error::{Error, Result};
use crate::experiment::Mode;
use crate::rng::Rng;

/// A mixture of isotropic Gaussians: density Σₖ wₖ N(x; μₖ, σₖ² I).
#[derive(Clone, Debug)]
pub struct Mixture {
    modes: Vec<Mode>,
    /// Running sums of the weights; the last is 1.
    cumulative: Vec<f32>,
    dim: usize,
}

impl Mixture {
    /// The mixture of these modes, their weights divided by the sum.
    ///
    /// # Errors
    /// [`Error::Setting`] unless there are 1 to 256 modes of one dimension, with finite means and positive, finite
    /// deviations and weights.
    pub fn new(modes: &[Mode]) -> Result<Self> {
        let positive = |x: f32| x > 0.0 && x.is_finite();
        let dim = modes.first().map_or(0, |mode| mode.mean.len());
        let total: f32 = modes.iter().map(|mode| mode.weight).sum();
        let sound = |mode: &Mode| {
            mode.mean.len() == dim
                && mode.mean.iter().all(|x| x.is_finite())
                && positive(mode.std)
                && positive(mode.weight)
        };
        // Labels are bytes.
        if dim == 0 || modes.len() > 256 || !positive(total) || !modes.iter().all(sound) {
            return Err(Error::setting(
                "mixture",
                "not a mixture",
                "1 to 256 Gaussians of one dimension, with positive weights and deviations",
            ));
        }
        let mut modes = modes.to_vec();
        let mut sum = 0.0;
        let mut cumulative = Vec::with_capacity(modes.len());
        for mode in &mut modes {
            mode.weight /= total;
            sum += mode.weight;
            cumulative.push(sum);
        }
        Ok(Self { modes, cumulative, dim })
    }

    /// Its Gaussians; the weights sum to 1.
    #[must_use]
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// Numbers in one sample.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// `n` independent draws, labelled with their modes.
    pub fn sample(&self, n: usize, rng: &mut Rng) -> Batch {
        let mut batch = Batch {
            values: Vec::with_capacity(n * self.dim),
            labels: Vec::with_capacity(n),
        };
        for _ in 0..n {
            let u = rng.uniform();
            // Rounding may leave the last sum a little under 1.
            let k = self.cumulative.partition_point(|&sum| sum <= u).min(self.modes.len() - 1);
            let Mode { mean, std, .. } = &self.modes[k];
            batch.values.extend(mean.iter().map(|mean| mean + std * rng.normal()));
            batch.labels.push(k as u8);
        }
        batch
    }

    /// The probability density at a point of `dim` coordinates.
    #[must_use]
    pub fn density(&self, x: &[f32]) -> f64 {
        let at = |mode: &Mode| {
            let std = f64::from(mode.std);
            let scale = (std * (2.0 * PI).sqrt()).powf(self.dim as f64);
            f64::from(mode.weight) * (-0.5 * squared_distance(mode, x)).exp() / scale
        };
        self.modes.iter().map(at).sum()
    }

    /// The share that lies at or under `x` along the first dimension: in 1-D, the distribution function.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        self.modes.iter().map(|mode| f64::from(mode.weight) * mode_cdf(mode, 0, x)).sum()
    }

    /// The inverse of [`Mixture::cdf`]: where the share `p` lies below. Infinite at 0 and 1, NaN outside.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.quantile_above(p, f64::NEG_INFINITY)
    }

    /// The quantiles at (i + ½) / n, for i in `0..n`: the sorted sample of size n that represents the mixture best.
    #[must_use]
    pub fn quantiles(&self, n: usize) -> Vec<f64> {
        let mut last = f64::NEG_INFINITY;
        (0..n)
            .map(|i| {
                last = self.quantile_above((i as f64 + 0.5) / n as f64, last);
                last
            })
            .collect()
    }

    /// The quantile of `p`, known to be at least `floor`: Newton's method, kept inside a bracket by bisection because
    /// the density all but vanishes between modes.
    fn quantile_above(&self, p: f64, floor: f64) -> f64 {
        if !(p > 0.0 && p < 1.0) {
            return match p {
                0.0 => f64::NEG_INFINITY,
                1.0 => f64::INFINITY,
                _ => f64::NAN,
            };
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for mode in &self.modes {
            let (mean, reach) = (f64::from(mode.mean[0]), CDF_REACH * f64::from(mode.std));
            low = low.min(mean - reach);
            high = high.max(mean + reach);
        }
        let mut x = if floor > low { floor } else { 0.5 * (low + high) };
        low = low.max(floor);
        for _ in 0..100 {
            let excess = self.cdf(x) - p;
            if excess > 0.0 {
                high = x;
            } else {
                low = x;
            }
            let newton = x - excess / self.slope(x);
            let inside = newton > low && newton < high;
            let next = if inside { newton } else { 0.5 * (low + high) };
            let moved = (next - x).abs();
            x = next;
            if moved <= 1e-12 * (1.0 + x.abs()) {
                break;
            }
        }
        x
    }

    /// The derivative of [`Mixture::cdf`].
    fn slope(&self, x: f64) -> f64 {
        let at = |mode: &Mode| {
            let std = f64::from(mode.std);
            let z = (x - f64::from(mode.mean[0])) / std;
            f64::from(mode.weight) * (-0.5 * z * z).exp() / (std * (2.0 * PI).sqrt())
        };
        self.modes.iter().map(at).sum()
    }

    /// The mode that a point is the fewest of its deviations away from, and how many; infinitely many for a point
    /// that is not finite. With equal deviations that is the nearest mode.
    #[must_use]
    pub fn nearest(&self, x: &[f32]) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for (k, mode) in self.modes.iter().enumerate() {
            let squared = squared_distance(mode, x);
            // NaN is never less.
            if squared < best.1 {
                best = (k, squared);
            }
        }
        (best.0, best.1.sqrt())
    }

    /// A range for pictures, the same in every dimension: three deviations about every mode, and a tenth more on
    /// either side.
    #[must_use]
    pub fn bounds(&self) -> (f32, f32) {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for mode in &self.modes {
            let reach = 3.0 * f64::from(mode.std);
            for &mean in &mode.mean {
                low = low.min(f64::from(mean) - reach);
                high = high.max(f64::from(mean) + reach);
            }
        }
        let margin = 0.1 * (high - low);
        ((low - margin) as f32, (high + margin) as f32)
    }
}

/// ‖x − μ‖² / σ².
fn squared_distance(mode: &Mode, x: &[f32]) -> f64 {
    let squared: f64 = mode
        .mean
        .iter()
        .zip(x)
        .map(|(&mean, &x)| (f64::from(x) - f64::from(mean)).powi(2))
        .sum();
    squared / f64::from(mode.std).powi(2)
}

/// The share of one mode that lies at or under `x` along one of its dimensions.
pub(crate) fn mode_cdf(mode: &Mode, dimension: usize, x: f64) -> f64 {
    normal_cdf((x - f64::from(mode.mean[dimension])) / f64::from(mode.std))
}

/// Beyond this many deviations a normal's tail, 6·10⁻¹⁶, is lost in the rounding of 1.
const CDF_REACH: f64 = 8.0;

/// Φ(z), to some 10⁻¹⁵: ½ + φ(z) (z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + …), after Marsaglia, "Evaluating the normal
/// distribution", 2004.
fn normal_cdf(z: f64) -> f64 {
    if !(z.abs() < CDF_REACH) {
        return if z.is_nan() { z } else { f64::from(u8::from(z > 0.0)) };
    }
    let (mut term, mut sum, mut before, mut odd) = (z, z, f64::NAN, 1.0);
    while sum != before {
        odd += 2.0;
        term *= z * z / odd;
        before = sum;
        sum += term;
    }
    (0.5 + sum * (-0.5 * z * z).exp() / (2.0 * PI).sqrt()).clamp(0.0, 1.0)
}
