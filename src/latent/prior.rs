//! [`Prior`]: the distribution of latents, and its truncation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::normal::{normal_cdf, normal_quantile};
use crate::rng::Rng;

/// Where latents come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Prior {
    /// The standard normal distribution in every coordinate.
    #[schemars(title = "Normal")]
    Normal,
    /// Uniform on [−1, 1) in every coordinate, as in DCGAN and BEGAN.
    #[schemars(title = "Uniform")]
    Uniform,
}

impl Prior {
    /// `n` latents of `dim` coordinates, one after another.
    #[must_use]
    pub fn draw(self, rng: &mut Rng, n: usize, dim: usize) -> Vec<f32> {
        match self {
            Self::Normal => rng.normals(n * dim),
            Self::Uniform => (0..n * dim).map(|_| rng.range(-1.0, 1.0)).collect(),
        }
    }

    /// The value of a coordinate below which a share `p` of the prior lies, 0 < p < 1.
    #[must_use]
    pub fn quantile(self, p: f64) -> f32 {
        match self {
            Self::Normal => normal_quantile(p) as f32,
            Self::Uniform => (2.0 * p - 1.0) as f32,
        }
    }

    /// Keeps every coordinate within ±`threshold`: samples become more typical, and less varied (Brock et al. 2019).
    ///
    /// As in that paper a normal coordinate within it stays, and one beyond it becomes another of the truncated
    /// distribution: here the one that its own place in the tail names, so that samples change smoothly with the
    /// threshold. A uniform latent is scaled, which has the same distribution; a threshold of 1 or more leaves it as it
    /// is. The threshold's sign is of no account.
    pub fn truncate(self, latents: &mut [f32], threshold: f32) {
        let threshold = threshold.abs();
        match self {
            Self::Normal => {
                for z in latents.iter_mut().filter(|z| z.abs() > threshold) {
                    *z = folded(*z, threshold);
                }
            }
            Self::Uniform => {
                for z in latents {
                    *z *= threshold.min(1.0);
                }
            }
        }
    }
}

/// A normal number from beyond ±`threshold`, to within: what share of its tail lies beyond it is evenly distributed,
/// and names a quantile of the truncated normal. At the threshold itself it stays.
fn folded(z: f32, threshold: f32) -> f32 {
    let bound = f64::from(threshold);
    let tail = normal_cdf(-bound);
    let share = normal_cdf(-f64::from(z.abs())) / tail;
    let place = normal_quantile(tail + share * (1.0 - 2.0 * tail)).clamp(-bound, bound) as f32;
    if z < 0.0 { -place } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn moments(z: &[f32]) -> (f32, f32) {
        let n = z.len() as f32;
        let mean = z.iter().sum::<f32>() / n;
        (mean, z.iter().map(|z| (z - mean).powi(2)).sum::<f32>() / n)
    }

    #[test]
    fn draws_have_their_priors_moments() {
        let mut rng = Rng::new(0, Stream::Latent);
        for (prior, variance) in [(Prior::Normal, 1.0), (Prior::Uniform, 1.0 / 3.0)] {
            let z = prior.draw(&mut rng, 1000, 100);
            assert_eq!(z.len(), 100_000);
            let (mean, got) = moments(&z);
            // Five standard errors and more.
            assert!(mean.abs() < 0.016, "{prior:?} {mean}");
            assert!((got - variance).abs() < 0.023, "{prior:?} {got}");
        }
        let z = Prior::Uniform.draw(&mut rng, 1000, 1);
        assert!(z.iter().all(|z| (-1.0..1.0).contains(z)));
    }

    #[test]
    fn a_normal_latent_draws_the_trainers_numbers() {
        let draw = || Rng::new(5, Stream::Fixed);
        assert_eq!(Prior::Normal.draw(&mut draw(), 3, 4), draw().normals(12));
    }

    #[test]
    fn truncation_leaves_nothing_beyond_and_the_shape_within() {
        // The variance of a standard normal within ±t: 1 - 2 t φ(t) / (2 Φ(t) - 1). From tables, φ(.5) = .352065 and
        // Φ(.5) = .691462; φ(2) = .053991 and Φ(2) = .977250.
        for (threshold, variance) in [
            (0.5, 1.0 - 2.0 * 0.5 * 0.352_065 / (2.0 * 0.691_462 - 1.0)),
            (2.0, 1.0 - 2.0 * 2.0 * 0.053_991 / (2.0 * 0.977_250 - 1.0)),
        ] {
            let mut rng = Rng::new(1, Stream::Latent);
            let drawn = Prior::Normal.draw(&mut rng, 1000, 100);
            let mut z = drawn.clone();
            Prior::Normal.truncate(&mut z, threshold);
            assert!(z.iter().all(|z| z.abs() <= threshold), "{threshold}");
            let (mean, got) = moments(&z);
            assert!(mean.abs() < 0.016, "{threshold}: {mean}");
            assert!((got / variance - 1.0).abs() < 0.02, "{threshold}: {got}");
            let kept = |(a, b): (&f32, &f32)| b.abs() > threshold || a == b;
            assert!(z.iter().zip(&drawn).all(kept), "what is within stays");
        }
        let mut z = vec![3.0, 0.5];
        Prior::Normal.truncate(&mut z, 0.0);
        assert_eq!(z, [0.0, 0.0], "even nothing is a threshold");
    }

    #[test]
    fn truncated_latents_move_smoothly_with_the_threshold() {
        for z in [2.5, -0.7] {
            let at = |threshold: f32| {
                let mut latent = [z];
                Prior::Normal.truncate(&mut latent, threshold);
                latent[0]
            };
            let mut last = at(3.0);
            assert_eq!(last, z);
            for i in (0..3000).rev() {
                let now = at(i as f32 * 1e-3);
                // It sets off quickly, out of the tail where few are, and is then as quick as the threshold by the
                // hazard rate over the density: 2.8 / 0.4.
                let most = if now.abs() > 1.0 { 0.2 } else { 0.012 };
                assert!((now - last).abs() < most, "{z} at {i}: {last} {now}");
                last = now;
            }
        }
    }

    #[test]
    fn a_truncated_uniform_latent_is_scaled() {
        let mut z = vec![0.5, -1.0];
        Prior::Uniform.truncate(&mut z, 0.5);
        assert_eq!(z, [0.25, -0.5]);
        Prior::Uniform.truncate(&mut z, 7.0);
        assert_eq!(z, [0.25, -0.5], "there is nothing beyond 1");
    }
}
