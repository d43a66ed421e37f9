//! The density of samples on a line, for the picture: a kernel density estimate, fast enough for every frame.

/// The kernel's deviation as a share of the picture: narrow against the presets' components, wide against the gaps
/// between thousands of samples. Fixed, so that the curve moves only when the samples do.
const BANDWIDTH: f32 = 0.01;

/// The kernel's deviation for a picture from `low` to `high`: 1% of the range.
#[must_use]
pub fn bandwidth(low: f32, high: f32) -> f32 {
    BANDWIDTH * (high - low)
}

/// The samples' density at `points` equally spaced places from `low` to `high`, both included: a Gaussian kernel
/// estimate with this deviation, on linearly binned samples (Silverman 1982; Wand 1994).
///
/// Its integral is about the share of samples in range. All zeros without samples or an increasing, finite range;
/// samples that are not finite count as out of range.
#[must_use]
pub fn estimate(samples: &[f32], low: f32, high: f32, points: usize, deviation: f32) -> Vec<f32> {
    let step = (f64::from(high) - f64::from(low)) / points.saturating_sub(1) as f64;
    if samples.is_empty() || points < 2 || !(step > 0.0 && step.is_finite()) {
        return vec![0.0; points];
    }
    let kernel = kernel(f64::from(deviation) / step);
    // Samples a kernel's reach outside still show inside.
    let reach = kernel.len() / 2;
    let mut bins = vec![0.0; points + 2 * reach];
    for &sample in samples {
        let at = (f64::from(sample) - f64::from(low)) / step + reach as f64;
        // Written so that NaN is left out.
        if at >= 0.0 && at < (bins.len() - 1) as f64 {
            let first = at as usize;
            let along = at - first as f64;
            bins[first] += 1.0 - along;
            bins[first + 1] += along;
        }
    }
    let scale = 1.0 / (samples.len() as f64 * step);
    let at = |window: &[f64]| window.iter().zip(&kernel).map(|(bin, k)| bin * k).sum::<f64>();
    bins.windows(kernel.len()).map(|window| (at(window) * scale) as f32).collect()
}

/// A Gaussian of this deviation in grid steps, out to four of them, summing to 1.
fn kernel(deviation: f64) -> Vec<f64> {
    let reach = (4.0 * deviation).ceil() as i32;
    let values: Vec<f64> = (-reach..=reach).map(|i| (-0.5 * (f64::from(i) / deviation).powi(2)).exp()).collect();
    let sum: f64 = values.iter().sum();
    values.iter().map(|value| value / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn estimate(samples: &[f32], low: f32, high: f32, points: usize) -> Vec<f32> {
        super::estimate(samples, low, high, points, bandwidth(low, high))
    }

    /// By the trapezoid rule.
    fn integral(density: &[f32], low: f32, high: f32) -> f32 {
        let ends = 0.5 * (density[0] + density[density.len() - 1]);
        (density.iter().sum::<f32>() - ends) * (high - low) / (density.len() - 1) as f32
    }

    #[test]
    fn it_integrates_to_the_share_in_range() {
        let samples = [-1.0, 0.0, 0.3, 0.5, f32::NAN, f32::INFINITY, 1e30, 40.0];
        for points in [20, 100, 601] {
            let share = integral(&estimate(&samples, -2.0, 2.0, points), -2.0, 2.0);
            assert!((share - 0.5).abs() < 1e-4, "{points}: {share}");
        }
    }

    #[test]
    fn one_sample_is_the_kernel_where_it_lies() {
        // A normal of deviation .01 · 4 = .04, about .5: 1 / (.04 √2π) at its centre, exp(−½) of it a deviation away.
        let density = estimate(&[0.5], -2.0, 2.0, 401);
        let peak = 1.0 / (0.04 * std::f32::consts::TAU.sqrt());
        assert!((density[250] / peak - 1.0).abs() < 1e-3, "{} {peak}", density[250]);
        for at in [246, 254] {
            assert!((density[at] / (peak * (-0.5_f32).exp()) - 1.0).abs() < 1e-3);
        }
        // Between two points of the grid, both have half: binning alone would move it.
        let density = estimate(&[0.505], -2.0, 2.0, 401);
        assert!((density[250] - density[251]).abs() < 1e-4 * peak);
    }

    #[test]
    fn samples_just_outside_still_show_inside() {
        let density = estimate(&[-2.01], -2.0, 2.0, 401);
        assert!(density[0] > 1.0, "{}", density[0]);
    }

    #[test]
    fn normal_samples_give_the_normal_density() {
        let samples = Rng::new(0, Stream::Metrics).normals(200_000);
        let density = estimate(&samples, -4.0, 4.0, 401);
        for (i, value) in density.iter().enumerate() {
            let x = -4.0 + 0.02 * i as f32;
            let wanted = (-0.5 * x * x).exp() / std::f32::consts::TAU.sqrt();
            assert!((value - wanted).abs() < 0.015, "{x}: {value}, not {wanted}");
        }
    }

    #[test]
    fn nothing_to_show_is_zero() {
        assert_eq!(estimate(&[], 0.0, 1.0, 3), [0.0; 3]);
        assert!(estimate(&[0.5], 0.0, 1.0, 0).is_empty());
        assert_eq!(estimate(&[0.5], 0.0, 1.0, 1), [0.0]);
        for (low, high) in [(1.0, 0.0), (0.0, 0.0), (f32::NAN, 1.0), (0.0, f32::INFINITY)] {
            assert_eq!(estimate(&[0.5], low, high, 4), [0.0; 4]);
        }
        assert_eq!(estimate(&[f32::NAN], 0.0, 1.0, 4), [0.0; 4]);
    }
}
