//! How close samples are to the real distribution.
//!
//! A finite sample of the *true* distribution does not score 0: every [`Metric`] has its noise floor, the mean score of
//! ideal samplers of the same size.

pub mod classes;
pub mod coverage;
pub mod density;
pub mod frechet;
pub mod images;
pub mod jensen_shannon;
pub mod stacked;
pub mod wasserstein;

use self::coverage::{HIGH_QUALITY, MODES, coverage};
use self::jensen_shannon::{Bins, JS};
use self::wasserstein::W1;
use crate::data::Mixture;
use crate::quantity::Quantity;
use crate::rng::{Rng, Stream};

/// The number of samples that VEEGAN's rule counts modes in.
pub const SAMPLES: usize = 2500;

/// A metric's value and its noise floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// The quantity that it is a value of.
    pub quantity: Quantity,
    /// The score of the samples.
    pub value: f64,
    /// The mean score of ideal samplers of the same n.
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

/// Perfect samplers whose scores make a floor: its standard error is a seventh of one sampler's spread.
const PERFECT_SAMPLERS: usize = 50;
/// Coordinates compared for the floors at most, some 100 ms: in hundreds of dimensions one ideal sampler has to do,
/// and does, as its score hardly varies there.
const FLOOR_BUDGET: usize = 20_000_000;

impl Evaluator {
    /// An evaluator of `n` samples at a time, usually [`SAMPLES`].
    #[must_use]
    pub fn new(mixture: &Mixture, n: usize) -> Self {
        let n = n.max(1);
        let quantiles = if mixture.dim() == 1 { mixture.quantiles(n) } else { Vec::new() };
        let bins = Bins::new(mixture);
        let mut evaluator = Self { mixture: mixture.clone(), n, quantiles, bins, floors: Vec::new() };
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
    /// Another number of samples is scored too, more slowly; the floors are then not theirs. Samples that are
    /// not finite make `w1` NaN, and elsewhere count as far from everything.
    #[must_use]
    pub fn evaluate(&self, samples: &[f32]) -> Vec<Metric> {
        let with_floor = |((quantity, value), &floor)| Metric { quantity, value, floor };
        self.scores(samples).into_iter().zip(&self.floors).map(with_floor).collect()
    }

    fn scores(&self, samples: &[f32]) -> Vec<(Quantity, f64)> {
        let mut scores = Vec::with_capacity(4);
        if self.mixture.dim() == 1 {
            let w1 = if samples.len() == self.n {
                wasserstein::w1_to_quantiles(samples, &self.quantiles)
            } else {
                wasserstein::w1(samples, &self.mixture)
            };
            scores.push((W1, w1));
        }
        if let Some(bins) = &self.bins {
            scores.push((JS, bins.divergence(samples)));
        }
        let covered = coverage(samples, &self.mixture);
        scores.push((MODES, covered.modes as f64));
        scores.push((HIGH_QUALITY, covered.high_quality));
        scores
    }

    fn perfect_scores(&self) -> Vec<f64> {
        let work = self.n * self.mixture.dim() * self.mixture.components().len();
        let samplers = (FLOOR_BUDGET / work.max(1)).clamp(1, PERFECT_SAMPLERS);
        // A fixed seed: a mixture's floors are the same in every run.
        let mut rng = Rng::new(0, Stream::Metrics);
        let mut sums = Vec::new();
        for _ in 0..samplers {
            let perfect = self.mixture.sample(self.n, &mut rng);
            let scores = self.scores(&perfect.values);
            sums.resize(scores.len(), 0.0);
            for (sum, (_, score)) in sums.iter_mut().zip(scores) {
                *sum += score;
            }
        }
        sums.iter().map(|sum| sum / samplers as f64).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Component, Experiment};

    fn preset(name: &str) -> Mixture {
        Mixture::new(&Experiment::preset(name).unwrap().mixture).unwrap()
    }

    fn normal(dim: usize) -> Mixture {
        Mixture::new(&[Component { weight: 1.0, mean: vec![0.0; dim], std: 1.0 }]).unwrap()
    }

    fn metric(metrics: &[Metric], name: &str) -> Metric {
        *metrics.iter().find(|metric| metric.quantity.name == name).unwrap()
    }

    #[test]
    fn each_dimension_has_its_metrics() {
        let names = |mixture: &Mixture| -> Vec<_> {
            let samples = vec![0.0; 50 * mixture.dim()];
            Evaluator::new(mixture, 50).evaluate(&samples).iter().map(|metric| metric.quantity.name).collect()
        };
        assert_eq!(names(&normal(1)), ["w1", "js", "modes", "high_quality"]);
        assert_eq!(names(&normal(2)), ["js", "modes", "high_quality"]);
        assert_eq!(names(&normal(3)), ["modes", "high_quality"]);
    }

    #[test]
    fn floors_are_what_theory_says() {
        let floors = Evaluator::new(&normal(1), SAMPLES).evaluate(&vec![0.0; SAMPLES]);
        // E W1 → √(2/π) / √n · ∫ √(F (1 − F)) dx (del Barrio, Giné & Matrán 1999); the integral, by a sum over
        // 200,000 points in Python, is 1.6147, so .02577 at n = 2500.
        let w1 = metric(&floors, "w1").floor;
        assert!((w1 / 0.02577 - 1.0).abs() < 0.2, "{w1}");
        // Within 3σ in one dimension.
        let high_quality = metric(&floors, "high_quality").floor;
        assert!((high_quality - 0.9973).abs() < 0.001, "{high_quality}");
        assert_eq!(metric(&floors, "modes").floor, 1.0);
        let ring = Evaluator::new(&preset("ring"), SAMPLES).evaluate(&vec![0.0; 2 * SAMPLES]);
        // 1 − exp(−9/2) in two.
        assert!((metric(&ring, "high_quality").floor - 0.9889).abs() < 0.002);
        assert_eq!(metric(&ring, "modes").floor, 8.0);
    }

    #[test]
    fn a_perfect_sampler_scores_its_floor_and_a_collapsed_one_does_not() {
        for name in ["mixture-1d", "mixture-1d-5", "ring", "grid"] {
            let mixture = preset(name);
            let evaluator = Evaluator::new(&mixture, SAMPLES);
            assert_eq!(evaluator.n(), SAMPLES);
            let perfect = mixture.sample(SAMPLES, &mut Rng::new(7, Stream::Metrics)).values;
            for Metric { quantity: Quantity { name, .. }, value, floor } in evaluator.evaluate(&perfect) {
                let off = (value / floor - 1.0).abs();
                assert!(off < if name == "w1" { 1.0 } else { 0.3 }, "{name}: {value}, floor {floor}");
            }
            let collapsed: Vec<f32> =
                mixture.components()[0].mean.iter().copied().cycle().take(perfect.len()).collect();
            let scores = evaluator.evaluate(&collapsed);
            assert_eq!(metric(&scores, "modes").value, 1.0);
            assert_eq!(metric(&scores, "high_quality").value, 1.0);
            let js = metric(&scores, "js");
            assert!(js.value > 10.0 * js.floor, "{js:?}");
        }
    }

    #[test]
    fn floors_fall_with_n_and_replay() {
        let mixture = preset("mixture-1d");
        let floors = |n| Evaluator::new(&mixture, n).floors;
        assert_eq!(floors(500), floors(500));
        assert!(floors(2500)[0] < 0.7 * floors(500)[0]);
        assert!(floors(2500)[1] < 0.3 * floors(500)[1]);
    }

    #[test]
    fn no_samples_panic() {
        for name in ["mixture-1d", "ring"] {
            let mixture = preset(name);
            let evaluator = Evaluator::new(&mixture, 100);
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
                for n in [0, 1, 99, 100, 101] {
                    let scores = evaluator.evaluate(&vec![value; n * mixture.dim()]);
                    assert_eq!(metric(&scores, "modes").value, 0.0);
                }
            }
            assert_eq!(Evaluator::new(&mixture, 0).n(), 1);
        }
        // One bad sample does not hide the others' quality.
        let evaluator = Evaluator::new(&preset("mixture-1d"), 4);
        let scores = evaluator.evaluate(&[-2.0, 0.0, 2.0, f32::NAN]);
        assert!(metric(&scores, "w1").value.is_nan());
        assert!(metric(&scores, "js").value.is_finite());
        assert_eq!(metric(&scores, "modes").value, 3.0);
        assert_eq!(metric(&scores, "high_quality").value, 0.75);
    }

    #[test]
    fn another_number_of_samples_is_scored_all_the_same() {
        let mixture = preset("mixture-1d");
        let samples = mixture.sample(300, &mut Rng::new(3, Stream::Metrics)).values;
        let value = |n| metric(&Evaluator::new(&mixture, n).evaluate(&samples), "w1").value;
        assert_eq!(value(300), value(200));
    }
}
