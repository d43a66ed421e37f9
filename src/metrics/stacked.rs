//! Stacked MNIST (Metz et al. 2017; Srivastava et al. 2017): samples of three digits, a channel each, have 1,000 modes.
//! `modes` counts those among the samples, `mode_kl` is the divergence of their shares from equal ones, in nats.
//!
//! The noise floors are the scores of as many real samples by the same classifier, whose errors, the unequal classes
//! of MNIST and the noise of n are in both.

use super::Metric;
use super::classes::{CONFIDENCE, Classes};
use super::coverage::MODES;
use crate::classifier::{CLASSES, Predictions};
use crate::quantity::{Better, Format, Quantity};

/// Mode KL.
pub const MODE_KL: Quantity = Quantity {
    name: "mode_kl",
    label: "Mode KL",
    help: "Kullback–Leibler divergence of the shares of the 1,000 modes from equal shares (Srivastava et al. \
           2017).",
    format: Format::Nats,
    better: Better::Lower,
};

/// Samples that modes are counted in, by VEEGAN's and PacGAN's rules.
pub const SAMPLES: usize = 26_000;

/// The number of samples to score, for a dataset of `held` images: [`SAMPLES`], or `held` where it is smaller, since
/// real samples would repeat images.
#[must_use]
pub fn samples(held: usize) -> usize {
    SAMPLES.min(held)
}

/// `modes`, `mode_kl` and `confidence`, from the predictions on the channels of as many real and generated samples, one
/// after another.
#[must_use]
pub fn evaluate(real: &Predictions, generated: &Predictions, channels: usize) -> Vec<Metric> {
    let [floors, values] = [real, generated].map(|predictions| {
        let seen = Classes::count(&predictions.probabilities, CLASSES, channels);
        [(MODES, seen.seen() as f64), (MODE_KL, seen.kl_to_uniform()), (CONFIDENCE, seen.confidence)]
    });
    let both = values.into_iter().zip(floors);
    both.map(|((quantity, value), (_, floor))| Metric { quantity, value, floor }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Predictions on channels that show these digits, as sure as can be.
    fn predictions(digits: impl IntoIterator<Item = usize>) -> Predictions {
        let row = |digit| (0..CLASSES).map(move |class| f32::from(u8::from(class == digit)));
        Predictions { features: Vec::new(), probabilities: digits.into_iter().flat_map(row).collect() }
    }

    /// Each of 1,000 triples once.
    fn all() -> Predictions {
        predictions((0..1000).flat_map(|i| [i / 100, i / 10 % 10, i % 10]))
    }

    #[test]
    fn known_divergences() {
        let scores = |generated: &Predictions| -> Vec<f64> {
            let metrics = evaluate(&all(), generated, 3);
            assert_eq!((metrics[0].quantity, metrics[0].floor), (MODES, 1000.0));
            assert_eq!(metrics[1].quantity, MODE_KL);
            assert!(metrics[1].floor.abs() < 1e-12);
            metrics.iter().map(|metric| metric.value).collect()
        };
        let even = scores(&all());
        assert!(even[0] == 1000.0 && even[1].abs() < 1e-12 && even[2] == 1.0, "{even:?}");
        let one = scores(&predictions([7, 0, 3].repeat(500)));
        assert!(one[0] == 1.0 && (one[1] - 1000.0_f64.ln()).abs() < 1e-12, "{one:?}");
        // The order of the channels matters: 1, 2, 3 is not 3, 2, 1.
        let two = scores(&predictions([1, 2, 3, 3, 2, 1]));
        assert!(two[0] == 2.0 && (two[1] - 500.0_f64.ln()).abs() < 1e-12, "{two:?}");
        // Three channels that always agree: every digit is as frequent as every other, and 990 modes are missing.
        let tied = scores(&predictions((0..1000).flat_map(|i| [i % 10; 3])));
        assert!(tied[0] == 10.0 && (tied[1] - 100.0_f64.ln()).abs() < 1e-12, "{tied:?}");
    }

    #[test]
    fn as_many_are_scored_as_the_rules_have_and_the_data_allow() {
        assert_eq!([40, 26_000, 60_000].map(samples), [40, 26_000, 26_000]);
    }
}
