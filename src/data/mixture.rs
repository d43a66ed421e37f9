//! [`Mixture`]: isotropic Gaussians in any dimension, with everything about them that is known in closed form.

use std::f64::consts::PI;

use super::Batch;
use super::normal::{CDF_REACH, normal_cdf};
use crate::error::{Error, Result};
use crate::rng::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An isotropic Gaussian of a mixture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Relative weight; the mixture divides by the sum.
    #[serde(default = "one")]
    #[schemars(range(min = 0.001, max = 1000))]
    pub weight: f32,
    /// Centre, one number a dimension; every centre has as many.
    #[schemars(length(min = 1, max = 1024), inner(range(min = -1000, max = 1000)))]
    pub mean: Vec<f32>,
    /// Standard deviation in each direction.
    #[schemars(range(min = 0.0001, max = 1000))]
    pub std: f32,
}

fn one() -> f32 {
    1.0
}

/// A mixture of isotropic Gaussians: density Σₖ wₖ N(x; μₖ, σₖ² I).
#[derive(Clone, Debug)]
pub struct Mixture {
    components: Vec<Component>,
    /// Running sums of the weights; the last is 1.
    cumulative: Vec<f32>,
    dim: usize,
}

impl Mixture {
    /// The mixture of these components, their weights divided by the sum.
    ///
    /// # Errors
    /// [`Error::Setting`] unless there are 1 to 256 components of one dimension, with finite means and positive, finite
    /// deviations and weights.
    pub fn new(components: &[Component]) -> Result<Self> {
        let positive = |x: f32| x > 0.0 && x.is_finite();
        let dim = components.first().map_or(0, |component| component.mean.len());
        let total: f32 = components.iter().map(|component| component.weight).sum();
        let sound = |component: &Component| {
            component.mean.len() == dim
                && component.mean.iter().all(|x| x.is_finite())
                && positive(component.std)
                && positive(component.weight)
        };
        // Labels are bytes.
        if dim == 0 || components.len() > 256 || !positive(total) || !components.iter().all(sound) {
            return Err(Error::setting(
                "mixture",
                "not a mixture",
                "1 to 256 Gaussians of one dimension, with positive weights and deviations",
            ));
        }
        let mut components = components.to_vec();
        let mut sum = 0.0;
        let mut cumulative = Vec::with_capacity(components.len());
        for component in &mut components {
            component.weight /= total;
            sum += component.weight;
            cumulative.push(sum);
        }
        Ok(Self { components, cumulative, dim })
    }

    /// The same with every deviation widened: the mixture seen through a Gaussian blur of `deviation`.
    #[must_use]
    pub fn blurred(mut self, deviation: f32) -> Self {
        for component in &mut self.components {
            component.std = component.std.hypot(deviation);
        }
        self
    }

    /// Its Gaussians; the weights sum to 1.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Numbers in one sample.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// One of the components, drawn by weight.
    pub fn component(&self, rng: &mut Rng) -> u8 {
        let u = rng.uniform();
        // Rounding may leave the last sum a little under 1.
        let under = self.cumulative.partition_point(|&sum| sum <= u);
        under.min(self.components.len() - 1) as u8
    }

    /// `n` independent draws, labelled with their components.
    pub fn sample(&self, n: usize, rng: &mut Rng) -> Batch {
        let mut batch = Batch { values: vec![0.0; n * self.dim], labels: Vec::with_capacity(n) };
        for row in batch.values.chunks_exact_mut(self.dim) {
            let k = self.component(rng);
            let Component { mean, std, .. } = &self.components[usize::from(k)];
            rng.fill_normals(row);
            row.iter_mut().zip(mean).for_each(|(x, mean)| *x = mean + std * *x);
            batch.labels.push(k);
        }
        batch
    }

    /// The probability density at a point of `dim` coordinates.
    #[must_use]
    pub fn density(&self, x: &[f32]) -> f64 {
        let at = |component: &Component| {
            let std = f64::from(component.std);
            let scale = (std * (2.0 * PI).sqrt()).powf(self.dim as f64);
            f64::from(component.weight) * (-0.5 * squared_distance(component, x)).exp() / scale
        };
        self.components.iter().map(at).sum()
    }

    /// The share that lies at or under `x` along the first dimension: in 1-D, the distribution function.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        self.components.iter().map(|component| f64::from(component.weight) * component_cdf(component, 0, x)).sum()
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
    /// the density all but vanishes between components.
    fn quantile_above(&self, p: f64, floor: f64) -> f64 {
        if !(p > 0.0 && p < 1.0) {
            return match p {
                0.0 => f64::NEG_INFINITY,
                1.0 => f64::INFINITY,
                _ => f64::NAN,
            };
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for component in &self.components {
            let (mean, reach) = (f64::from(component.mean[0]), CDF_REACH * f64::from(component.std));
            low = low.min(mean - reach);
            high = high.max(mean + reach);
        }
        let mut x = if floor > low { floor } else { 0.5 * (low + high) };
        low = low.max(floor);
        for _ in 0..100 {
            let excess = self.cdf(x) - p;
            if excess.abs() < 1e-14 {
                break;
            }
            if excess > 0.0 {
                high = x;
            } else {
                low = x;
            }
            let newton = x - excess / self.slope(x);
            let inside = newton > low && newton < high;
            let next = if inside { newton } else { 0.5 * (low + high) };
            if (next - x).abs() <= f64::EPSILON * x.abs() {
                break;
            }
            x = next;
        }
        x
    }

    /// The derivative of [`Mixture::cdf`].
    fn slope(&self, x: f64) -> f64 {
        let at = |component: &Component| {
            let std = f64::from(component.std);
            let z = (x - f64::from(component.mean[0])) / std;
            f64::from(component.weight) * (-0.5 * z * z).exp() / (std * (2.0 * PI).sqrt())
        };
        self.components.iter().map(at).sum()
    }

    /// The component that a point is the fewest of its deviations away from, and how many; infinitely many for a point
    /// that is not finite. With equal deviations that is the nearest component.
    #[must_use]
    pub fn nearest(&self, x: &[f32]) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for (k, component) in self.components.iter().enumerate() {
            let squared = squared_distance(component, x);
            // NaN is never less.
            if squared < best.1 {
                best = (k, squared);
            }
        }
        (best.0, best.1.sqrt())
    }

    /// A range for pictures, the same in every dimension: three deviations about every component, and a tenth more on
    /// either side.
    #[must_use]
    pub fn bounds(&self) -> (f32, f32) {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for component in &self.components {
            let reach = 3.0 * f64::from(component.std);
            for &mean in &component.mean {
                low = low.min(f64::from(mean) - reach);
                high = high.max(f64::from(mean) + reach);
            }
        }
        let margin = 0.1 * (high - low);
        ((low - margin) as f32, (high + margin) as f32)
    }
}

/// ‖x − μ‖² / σ².
fn squared_distance(component: &Component, x: &[f32]) -> f64 {
    let squared: f64 = component.mean.iter().zip(x).map(|(&mean, &x)| (f64::from(x) - f64::from(mean)).powi(2)).sum();
    squared / f64::from(component.std).powi(2)
}

/// The share of one component that lies at or under `x` along one of its dimensions.
pub(crate) fn component_cdf(component: &Component, dimension: usize, x: f64) -> f64 {
    normal_cdf((x - f64::from(component.mean[dimension])) / f64::from(component.std))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::rng::Stream;

    fn component(weight: f32, mean: &[f32], std: f32) -> Component {
        Component { weight, mean: mean.to_vec(), std }
    }

    fn uneven() -> Mixture {
        Mixture::new(&[component(1.0, &[-2.0], 0.5), component(3.0, &[1.0], 0.25)]).unwrap()
    }

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b} to {tolerance}");
    }

    #[test]
    fn draws_are_the_mixtures() {
        let n = 40_000;
        let batch = uneven().sample(n, &mut Rng::new(0, Stream::Data));
        assert_eq!((batch.values.len(), batch.labels.len()), (n, n));
        for (label, share, mean, std) in [(0, 0.25, -2.0, 0.5), (1, 0.75, 1.0, 0.25)] {
            let drawn = batch.values.iter().zip(&batch.labels).filter(|(_, l)| **l == label);
            let drawn: Vec<f64> = drawn.map(|(&x, _)| f64::from(x)).collect();
            let count = drawn.len() as f64;
            let centre = drawn.iter().sum::<f64>() / count;
            let variance = drawn.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / count;
            // Some four standard errors each.
            close(count / n as f64, share, 0.009);
            close(centre, mean, 0.02);
            close(variance.sqrt(), std, 0.015);
        }
    }

    #[test]
    fn samples_are_rows_of_their_modes_coordinates() {
        let mixture =
            Mixture::new(&[component(1.0, &[0.0, 5.0, 9.0], 1e-3), component(1.0, &[7.0, 1.0, 3.0], 1e-3)]).unwrap();
        let batch = mixture.sample(50, &mut Rng::new(1, Stream::Data));
        for (row, &label) in batch.values.chunks_exact(3).zip(&batch.labels) {
            for (x, mean) in row.iter().zip(&mixture.components()[usize::from(label)].mean) {
                assert!((x - mean).abs() < 0.01);
            }
        }
    }

    #[test]
    fn the_density_integrates_to_the_distribution() {
        let mixture = uneven();
        let (step, mut integral) = (1e-3, 0.0);
        for i in -6_000..4_000 {
            let x = step * (f64::from(i) + 0.5);
            integral += step * mixture.density(&[x as f32]);
            if i % 500 == 499 {
                close(mixture.cdf(x + 0.5 * step), integral, 1e-6);
            }
        }
        close(integral, 1.0, 1e-6);
        // At the centre of a normal in two dimensions: 1 / (2π σ²).
        let wide = Mixture::new(&[component(2.0, &[3.0, 4.0], 2.0)]).unwrap();
        close(wide.density(&[3.0, 4.0]), 1.0 / (8.0 * PI), 1e-12);
        close(wide.density(&[3.0, 6.0]), (-0.5_f64).exp() / (8.0 * PI), 1e-12);
    }

    #[test]
    fn quantiles_invert_the_distribution() {
        // The last has next to no density between its components, where Newton's method alone would be lost.
        let far = Mixture::new(&[component(1.0, &[-1000.0], 1e-4), component(2.0, &[1000.0], 1e-4)]).unwrap();
        let presets = ["mixture-1d", "mixture-1d-5"]
            .map(|name| Mixture::new(&Experiment::preset(name).unwrap().mixture).unwrap());
        for mixture in presets.iter().chain([&uneven(), &far]) {
            let n = 999;
            let quantiles = mixture.quantiles(n);
            assert!(quantiles.is_sorted());
            for (i, &q) in quantiles.iter().enumerate() {
                let p = (i as f64 + 0.5) / n as f64;
                // Near 1000, neighbouring numbers of f64 are 10⁻¹³ apart, which the density of 2,000 multiplies.
                close(mixture.cdf(q), p, 1e-9);
                close(mixture.quantile(p), q, 1e-8);
            }
        }
        // Tables: the 97.5% point of a standard normal.
        let normal = Mixture::new(&[component(1.0, &[0.0], 1.0)]).unwrap();
        close(normal.quantile(0.975), 1.959_963_984_540_054, 1e-9);
        assert_eq!(normal.quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal.quantile(1.0), f64::INFINITY);
        assert!([f64::NAN, -0.1, 1.1].iter().all(|&p| normal.quantile(p).is_nan()));
        assert!(normal.quantiles(0).is_empty());
    }

    #[test]
    fn nearest_counts_in_each_modes_deviations() {
        let mixture = uneven();
        // 0 is 4 deviations from either; -0.2 is 3.6 from the wide one and 4.8 from the narrow.
        assert_eq!(mixture.nearest(&[-1.5]), (0, 1.0));
        assert_eq!(mixture.nearest(&[0.5]), (1, 2.0));
        assert_eq!(mixture.nearest(&[-0.2]).0, 0);
        for x in [f32::NAN, f32::INFINITY] {
            assert_eq!(mixture.nearest(&[x]).1, f64::INFINITY);
        }
    }

    #[test]
    fn bounds_leave_room_on_both_sides_of_every_dimension() {
        // From -2 - 3·0.5 to 1 + 3·0.25 is 5.25; a tenth of it on either side.
        assert_eq!(uneven().bounds(), (-4.025, 2.275));
        let flat = Mixture::new(&[component(1.0, &[0.0, 10.0], 1.0)]).unwrap();
        assert_eq!(flat.bounds(), (-4.6, 14.6));
    }

    #[test]
    fn what_is_no_mixture_is_refused() {
        let good = component(1.0, &[0.0], 1.0);
        let bad = [
            vec![],
            vec![good.clone(); 257],
            vec![component(1.0, &[], 1.0)],
            vec![good.clone(), component(1.0, &[0.0, 0.0], 1.0)],
            vec![component(1.0, &[f32::NAN], 1.0)],
            vec![component(1.0, &[0.0], 0.0)],
            vec![component(0.0, &[0.0], 1.0), good.clone()],
            vec![component(f32::MAX, &[0.0], 1.0), component(f32::MAX, &[0.0], 1.0)],
        ];
        for components in bad {
            assert!(Mixture::new(&components).is_err(), "{components:?}");
        }
        let weights: Vec<f32> = uneven().components().iter().map(|component| component.weight).collect();
        assert_eq!(weights, [0.25, 0.75]);
    }
}
