//! The Jensen–Shannon divergence between a histogram of samples and the mixture's exact probabilities of its bins.
//!
//! JS(q, p) = ½ KL(q ‖ m) + ½ KL(p ‖ m), m = (q + p) / 2, in nats: 0 to ln 2 (Lin 1991). Only the samples' side is
//! noisy: n perfect draws over K well-filled bins score some (K − 1) / 8n (half of half a χ² statistic), which is why
//! the bins are few.

use crate::data::Mixture;
use crate::data::mixture::mode_cdf;

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
        for mode in mixture.modes() {
            // Isotropic: a bin's probability is the product of its sides'.
            let along = |dimension| -> Vec<f64> {
                let edges: Vec<f64> = (0..=side)
                    .map(|i| mode_cdf(mode, dimension, low + width * i as f64))
                    .collect();
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
    let part = |x: f64| if x > 0.0 { 0.5 * x * (x / middle).ln() } else { 0.0 };
    if q.is_nan() { q } else { part(q) + part(p) }
}
