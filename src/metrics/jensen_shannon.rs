//! The Jensen–Shannon divergence between a histogram of samples and the mixture's exact probabilities of its bins.
//!
//! JS(q, p) = ½ KL(q ‖ m) + ½ KL(p ‖ m), m = (q + p) / 2, in nats: 0 to ln 2 (Lin 1991). Only the samples' side is
//! noisy. To second order JS is χ² / 8n, so that n perfect draws over K well-filled bins score some (K − 1) / 8n,
//! which is why the bins are few.

use crate::data::Mixture;
use crate::data::mixture::component_cdf;
use crate::quantity::{Better, Format, Quantity};

/// JS.
pub const JS: Quantity = Quantity {
    name: "js",
    label: "JS divergence",
    help: "Jensen–Shannon divergence between the histograms of samples and mixture, 0 to ln 2 (Lin 1991).",
    format: Format::Nats,
    better: Better::Lower,
};

/// Equal bins over the mixture's bounds in one or two dimensions, and one more for what lies outside.
#[derive(Clone, Debug)]
pub struct Bins {
    low: f64,
    width: f64,
    /// Bins along one dimension.
    side: usize,
    dim: usize,
    /// The mixture's probability of each bin, row-major with the first dimension slowest; the last is outside.
    masses: Vec<f64>,
}

impl Bins {
    /// 64 bins in one dimension, 32 × 32 in two, which narrow modes fill as evenly; none in more, where there
    /// would be more bins than samples.
    #[must_use]
    pub fn new(mixture: &Mixture) -> Option<Self> {
        match mixture.dim() {
            1 => Some(Self::with_side(mixture, 64)),
            2 => Some(Self::with_side(mixture, 32)),
            _ => None,
        }
    }

    fn with_side(mixture: &Mixture, side: usize) -> Self {
        let dim = mixture.dim();
        let (low, high) = mixture.bounds();
        let low = f64::from(low);
        let width = (f64::from(high) - low) / side as f64;
        let mut masses = vec![0.0; side.pow(dim as u32) + 1];
        for mode in mixture.components() {
            // Isotropic: a bin's probability is the product of its sides'.
            let along = |dimension| -> Vec<f64> {
                let edges: Vec<f64> =
                    (0..=side).map(|i| component_cdf(mode, dimension, low + width * i as f64)).collect();
                edges.windows(2).map(|edge| edge[1] - edge[0]).collect()
            };
            let first = along(0);
            let second = if dim == 2 { along(1) } else { vec![1.0] };
            for (i, &a) in first.iter().enumerate() {
                for (j, &b) in second.iter().enumerate() {
                    masses[i * second.len() + j] += f64::from(mode.weight) * a * b;
                }
            }
        }
        let inside: f64 = masses.iter().sum();
        if let Some(outside) = masses.last_mut() {
            *outside = (1.0 - inside).max(0.0);
        }
        Self { low, width, side, dim, masses }
    }

    /// JS between the samples' histogram and the mixture; NaN without samples. Those that are not finite lie outside.
    #[must_use]
    pub fn divergence(&self, samples: &[f32]) -> f64 {
        let mut counts = vec![0_u32; self.masses.len()];
        for sample in samples.chunks_exact(self.dim) {
            counts[self.bin(sample)] += 1;
        }
        let n = (samples.len() / self.dim) as f64;
        let shares = counts.iter().map(|&count| f64::from(count) / n);
        shares.zip(&self.masses).map(|(q, &p)| divergence_term(q, p)).sum()
    }

    fn bin(&self, sample: &[f32]) -> usize {
        let mut bin = 0;
        for &x in sample {
            let at = ((f64::from(x) - self.low) / self.width).floor();
            // Written so that NaN is outside.
            if !(at >= 0.0 && at < self.side as f64) {
                return self.masses.len() - 1;
            }
            bin = bin * self.side + at as usize;
        }
        bin
    }
}

/// One bin's part of JS; 0 ln 0 is 0.
fn divergence_term(q: f64, p: f64) -> f64 {
    let middle = 0.5 * (q + p);
    let part = |x: f64| {
        if x > 0.0 { 0.5 * x * (x / middle).ln() } else { 0.0 }
    };
    if q.is_nan() { q } else { part(q) + part(p) }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::*;
    use crate::experiment::Component;
    use crate::rng::{Rng, Stream};

    fn mixture(means: &[&[f32]], std: f32) -> Mixture {
        let mode = |mean: &&[f32]| Component { weight: 1.0, mean: mean.to_vec(), std };
        Mixture::new(&means.iter().map(mode).collect::<Vec<_>>()).unwrap()
    }

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b} to {tolerance}");
    }

    #[test]
    fn bins_hold_all_probability_and_no_more() {
        for mixture in [mixture(&[&[0.0], &[3.0]], 0.5), mixture(&[&[0.0, 1.0], &[3.0, -2.0]], 0.5)] {
            let bins = Bins::new(&mixture).unwrap();
            assert!(bins.masses.iter().all(|&mass| mass >= 0.0));
            close(bins.masses.iter().sum(), 1.0, 1e-12);
        }
        assert!(Bins::new(&mixture(&[&[0.0; 3]], 1.0)).is_none());
    }

    #[test]
    fn a_bins_mass_is_the_density_times_its_size() {
        let mixture = mixture(&[&[0.0, 1.0], &[3.0, -2.0]], 1.5);
        let bins = Bins::with_side(&mixture, 200);
        for (i, j) in [(100, 100), (30, 120), (150, 60)] {
            let at = [i, j].map(|k| (bins.low + bins.width * (f64::from(k) + 0.5)) as f32);
            let mass = bins.masses[bins.bin(&at)];
            close(mass / (mixture.density(&at) * bins.width.powi(2)), 1.0, 3e-3);
        }
    }

    #[test]
    fn known_divergences() {
        // Half of (1, 0) against (½, ½): m = (¾, ¼); ½ ln(4/3) + ½ (½ ln(2/3) + ½ ln 2).
        let by_hand = 0.5 * (4.0_f64 / 3.0).ln() + 0.25 * (2.0_f64 / 3.0).ln() + 0.25 * LN_2;
        close(divergence_term(1.0, 0.5) + divergence_term(0.0, 0.5), by_hand, 1e-15);
        // One of two far modes is those two bins again, but for the modes' widths.
        let two = mixture(&[&[-1.0], &[1.0]], 0.01);
        let bins = Bins::with_side(&two, 2);
        close(bins.divergence(&[-1.0; 10]), by_hand, 1e-12);
        // Half the samples in each: none at all.
        close(bins.divergence(&[-1.0, 1.0]), 0.0, 1e-12);
        // Nothing in common: ln 2, whether out of range or not a number.
        close(bins.divergence(&[f32::NAN, 50.0, f32::INFINITY]), LN_2, 1e-12);
        assert!(bins.divergence(&[]).is_nan());
    }

    #[test]
    fn dimensions_are_not_confused() {
        let tall = mixture(&[&[0.0, -2.0], &[0.0, 2.0]], 0.1);
        let bins = Bins::new(&tall).unwrap();
        let mut rng = Rng::new(0, Stream::Metrics);
        let samples = tall.sample(2500, &mut rng).values;
        let swapped: Vec<f32> = samples.chunks_exact(2).flat_map(|xy| [xy[1], xy[0]]).collect();
        assert!(bins.divergence(&samples) < 0.01);
        close(bins.divergence(&swapped), LN_2, 1e-3);
    }

    #[test]
    fn a_perfect_sampler_scores_what_theory_says() {
        // Eight well-filled bins and the outside, which holds some 3 in 10,000: (8 − 1) / 8n and a little.
        let normal = mixture(&[&[0.0]], 1.0);
        let bins = Bins::with_side(&normal, 8);
        let mut rng = Rng::new(0, Stream::Metrics);
        let (n, runs) = (2500, 400);
        let total: f64 = (0..runs).map(|_| bins.divergence(&normal.sample(n, &mut rng).values)).sum();
        let ratio = total / f64::from(runs) * 8.0 * n as f64;
        assert!((6.5..8.5).contains(&ratio), "{ratio}");
    }
}
