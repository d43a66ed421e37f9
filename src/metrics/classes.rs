//! The classes that a classifier predicts for images, and its confidence.

use crate::quantity::{Better, Format, Quantity};

/// Class KL.
pub const CLASS_KL: Quantity = Quantity {
    name: "class_kl",
    label: "Class KL",
    help: "Kullback–Leibler divergence of the shares of the predicted classes from equal shares.",
    format: Format::Nats,
    better: Better::Lower,
};

/// Confidence.
pub const CONFIDENCE: Quantity = Quantity {
    name: "confidence",
    label: "Confidence",
    help: "Mean probability of the class that the classifier predicts.",
    format: Format::Percent,
    better: Better::Higher,
};

/// The classes of a set of samples, by a classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    /// The share of samples that show each class, or each combination of classes; NaN without samples.
    pub shares: Vec<f64>,
    /// The mean probability of the class that an image shows, 1 / classes to 1; NaN without images.
    pub confidence: f64,
}

impl Classes {
    /// Counts the likeliest class of each row of `classes` probabilities, or, where a sample is of several images, a
    /// channel each and a row each, which of classes ^ channels combinations its rows show. Rows that are not finite
    /// count as the first class, and make the confidence NaN.
    #[must_use]
    pub fn count(probabilities: &[f32], classes: usize, channels: usize) -> Self {
        let n = (probabilities.len() / classes / channels) as f64;
        let mut shares = vec![0.0; classes.pow(channels as u32)];
        let mut confidence = 0.0;
        for sample in probabilities.chunks_exact(classes * channels) {
            let mut combination = 0;
            for row in sample.chunks_exact(classes) {
                let likeliest = likeliest(row);
                combination = combination * classes + likeliest;
                confidence += f64::from(row[likeliest]);
            }
            shares[combination] += 1.0;
        }
        Self {
            shares: shares.into_iter().map(|count| count / n).collect(),
            confidence: confidence / n / channels as f64,
        }
    }

    /// How many of them are seen at all.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.shares.iter().filter(|&&share| share > 0.0).count()
    }

    /// KL(shares ‖ uniform) in nats: 0 where all classes are as frequent, ln 10 where there is but one of ten. n
    /// perfect draws of K classes score some (K − 1) / 2n.
    #[must_use]
    pub fn kl_to_uniform(&self) -> f64 {
        let classes = self.shares.len() as f64;
        let term = |share: f64| {
            // 0 ln 0 is 0.
            if share == 0.0 { 0.0 } else { share * (share * classes).ln() }
        };
        self.shares.iter().map(|&share| term(share)).sum()
    }
}

/// The class with the largest probability: of equal ones the first, and of what is not finite too.
#[must_use]
pub fn likeliest(probabilities: &[f32]) -> usize {
    let mut likeliest = 0;
    for (class, &probability) in probabilities.iter().enumerate() {
        if probability > probabilities[likeliest] {
            likeliest = class;
        }
    }
    likeliest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    #[test]
    fn shares_and_confidence_are_counted() {
        let rows = [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.0, 0.0, 1.0], [0.4, 0.6, 0.0]];
        let seen = Classes::count(&rows.concat(), 3, 1);
        assert_eq!(seen.seen(), 3);
        assert_eq!(seen.shares, [0.25, 0.25, 0.5]);
        // (.5 + .8 + 1 + .6) / 4
        assert!((seen.confidence - 0.725).abs() < 1e-7, "{seen:?}");
    }

    #[test]
    fn known_divergences() {
        let kl = |shares: &[f64]| Classes { shares: shares.to_vec(), confidence: 1.0 }.kl_to_uniform();
        assert_eq!(kl(&[0.25; 4]), 0.0);
        assert!((kl(&[0.0, 1.0, 0.0, 0.0]) - 4.0_f64.ln()).abs() < 1e-15);
        // ½ ln(½ · 4) + 2 · ¼ ln(¼ · 4) = ½ ln 2.
        assert!((kl(&[0.5, 0.25, 0.25, 0.0]) - 0.5 * 2.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn perfect_draws_score_their_degrees_of_freedom() {
        // 2n KL is χ² with K − 1 degrees of freedom to first order: 9 / 2n = .0045 at n = 1000 in the mean; the
        // standard error of 400 such means is √(2 · 9) / 2n / 20 = .0001.
        let mut rng = Rng::new(0, Stream::Metrics);
        let mean = (0..400)
            .map(|_| {
                let mut rows = vec![0.0; 10_000];
                for row in rows.chunks_exact_mut(10) {
                    row[rng.below(10)] = 1.0;
                }
                Classes::count(&rows, 10, 1).kl_to_uniform() / 400.0
            })
            .sum::<f64>();
        assert!((mean - 0.0045).abs() < 0.0005, "{mean}");
    }

    #[test]
    fn nothing_to_count_is_nan() {
        let none = Classes::count(&[], 10, 1);
        assert!(none.kl_to_uniform().is_nan() && none.confidence.is_nan());
        let unknown = Classes::count(&[f32::NAN; 10], 10, 1);
        assert!(unknown.confidence.is_nan() && unknown.shares[0] == 1.0);
    }
}
