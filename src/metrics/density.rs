//! The density of samples on a line, for the picture: a kernel estimate that is quick enough for every frame.

/// The kernel's deviation as a share of the picture: narrow beside the presets' modes, wide beside the gaps between
/// thousands of samples. Fixed, so that the curve moves only when the samples do.
const BANDWIDTH: f64 = 0.01;

/// The samples' density at `points` equally spaced places from `low` to `high`, both included: a Gaussian kernel
/// estimate with a deviation of 1% of the range, on linearly binned samples (Silverman 1982; Wand 1994).
///
/// Its integral is about the share of samples in range. All zeros without samples or an increasing, finite range;
/// samples that are not finite count as out of range.
#[must_use]
pub fn estimate(samples: &[f32], low: f32, high: f32, points: usize) -> Vec<f32> {
    let step = (f64::from(high) - f64::from(low)) / points.saturating_sub(1) as f64;
    if samples.is_empty() || points < 2 || !(step > 0.0 && step.is_finite()) {
        return vec![0.0; points];
    }
    let kernel = kernel(BANDWIDTH * (points - 1) as f64);
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
    let values: Vec<f64> =
        (-reach..=reach).map(|i| (-0.5 * (f64::from(i) / deviation).powi(2)).exp()).collect();
    let sum: f64 = values.iter().sum();
    values.iter().map(|value| value / sum).collect()
}
