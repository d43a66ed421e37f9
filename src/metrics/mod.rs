//! How close samples are to the real distribution, each figure beside what perfection would score.
//!
//! A finite sample of the *true* distribution does not score 0: every [`Metric`] carries its noise floor, the mean
//! score of perfect samplers of the same size, without which its value means little.

pub mod coverage;
pub mod density;
pub mod jensen_shannon;
pub mod wasserstein;

use self::coverage::coverage;
use self::jensen_shannon::Bins;
use crate::data::Mixture;
use crate::rng::{Rng, Stream};

/// The number of samples that VEEGAN's rule counts modes in.
pub const SAMPLES: usize = 2500;

/// A metric's value and its noise floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// `w1`, `js`, `modes` or `high_quality`.
    pub name: &'static str,
    /// What the samples score.
    pub value: f64,
    /// What perfect samplers of the same n score in the mean.
    pub floor: f64,
}

/// Scores samples against one mixture. Built once for a mixture and a number of samples: it keeps the quantiles, the
/// bins and the floors.
#[derive(Clone, Debug)]
pub struct Evaluator {
    mixture: Mixture,
    n: usize,
    /// At (i + ½) / n; empty but in one dimension.
    quantiles: Vec<f64>,
    bins: Option<Bins>,
    floors: Vec<f64>,
}

/// Perfect samplers whose scores make a floor: its standard error is then some 5% of the spread that is itself shown.
const PERFECT_SAMPLERS: usize = 20;
/// Coordinates compared for the floors at most, some 50 ms: in hundreds of dimensions one perfect sampler has to do, and
/// does, as its score hardly varies there.
const FLOOR_BUDGET: usize = 20_000_000;

impl Evaluator {
    /// An evaluator of `n` samples at a time, usually [`SAMPLES`].
    #[must_use]
    pub fn new(mixture: &Mixture, n: usize) -> Self {
        let n = n.max(1);
        let quantiles = if mixture.dim() == 1 { mixture.quantiles(n) } else { Vec::new() };
        let bins = Bins::new(mixture);
        let mut evaluator =
            Self { mixture: mixture.clone(), n, quantiles, bins, floors: Vec::new() };
        evaluator.floors = evaluator.perfect_scores();
        evaluator
    }

    /// How many samples the floors are for.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Scores n × dim samples, row-major: `w1` (1-D only), `js` (1-D and 2-D), `modes` and `high_quality`.
    ///
    /// Another number of samples is scored too, more slowly, beside floors that are then not theirs. Samples that are
    /// not finite make `w1` NaN, and elsewhere count as far from everything.
    #[must_use]
    pub fn evaluate(&self, samples: &[f32]) -> Vec<Metric> {
        let with_floor = |((name, value), &floor)| Metric { name, value, floor };
        self.scores(samples).into_iter().zip(&self.floors).map(with_floor).collect()
    }

    fn scores(&self, samples: &[f32]) -> Vec<(&'static str, f64)> {
        let mut scores = Vec::with_capacity(4);
        if self.mixture.dim() == 1 {
            let w1 = if samples.len() == self.n {
                wasserstein::w1_to_quantiles(samples, &self.quantiles)
            } else {
                wasserstein::w1(samples, &self.mixture)
            };
            scores.push(("w1", w1));
        }
        if let Some(bins) = &self.bins {
            scores.push(("js", bins.divergence(samples)));
        }
        let covered = coverage(samples, &self.mixture);
        scores.push(("modes", covered.modes as f64));
        scores.push(("high_quality", covered.high_quality));
        scores
    }

    fn perfect_scores(&self) -> Vec<f64> {
        let work = self.n * self.mixture.dim() * self.mixture.modes().len();
        let samplers = (FLOOR_BUDGET / work.max(1)).clamp(1, PERFECT_SAMPLERS);
        // A fixed seed: a mixture's floors are the same in every run.
        let mut rng = Rng::new(0, Stream::Metrics);
        let mut means = Vec::new();
        for _ in 0..samplers {
            let perfect = self.mixture.sample(self.n, &mut rng);
            let scores = self.scores(&perfect.values);
            means.resize(scores.len(), 0.0);
            for (mean, (_, score)) in means.iter_mut().zip(scores) {
                *mean += score / samplers as f64;
            }
        }
        means
    }
}
