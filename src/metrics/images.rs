//! How close images are to real ones by a classifier: `class_kl`, `confidence` and `classifier_frechet`.
//!
//! Real images are split into two halves. The first is the reference. The second is the ideal sampler: it is scored
//! like generated images, with the same n, and its scores are the floors. The floor of `class_kl` therefore includes
//! the divergence of the real classes from uniformity, and that of `classifier_frechet` the bias of its n.

use super::Metric;
use super::classes::{CLASS_KL, CONFIDENCE, Classes};
use super::frechet::{CLASSIFIER_FRECHET, Gaussian};
use crate::classifier::{CLASSES, FEATURES, Predictions};
use crate::quantity::Quantity;

/// Images in a scored set, where there are as many: the bias of the Fréchet distance is then small against generators'
/// scores, and a CPU needs seconds.
pub const SAMPLES: usize = 5000;

/// Scores images against one set of real ones.
#[derive(Clone, Debug)]
pub struct ImageEvaluator {
    reference: Gaussian,
    n: usize,
    real: Scores,
}

/// What images score.
#[derive(Clone, Debug)]
struct Scores {
    classes: Classes,
    frechet: f64,
}

impl ImageEvaluator {
    /// How many real images, of `held`, both halves take together; `None` where they are too few for a covariance.
    #[must_use]
    pub fn real_images(held: usize) -> Option<usize> {
        let n = SAMPLES.min(held / 2);
        (n >= 2).then_some(2 * n)
    }

    /// An evaluator from the predictions on two halves' real images, which should be in random order.
    #[must_use]
    pub fn new(real: &Predictions) -> Self {
        let n = real.len() / 2;
        let (features, perfect_features) = real.features.split_at(n * FEATURES);
        let (_, perfect_probabilities) = real.probabilities.split_at(n * CLASSES);
        let reference = Gaussian::fitted(features, FEATURES);
        let real = Scores::new(&reference, perfect_features, perfect_probabilities);
        Self { reference, n, real }
    }

    /// How many images it should be given.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// The share of each class among the real images.
    #[must_use]
    pub fn real_shares(&self) -> &[f64] {
        &self.real.classes.shares
    }

    /// The share of each class, and the metrics.
    #[must_use]
    pub fn evaluate(&self, generated: &Predictions) -> (Vec<f64>, Vec<Metric>) {
        let scores = Scores::new(&self.reference, &generated.features, &generated.probabilities);
        let metrics = scores
            .named()
            .into_iter()
            .zip(self.real.named())
            .map(|((quantity, value), (_, floor))| Metric { quantity, value, floor })
            .collect();
        (scores.classes.shares, metrics)
    }
}

impl Scores {
    fn new(reference: &Gaussian, features: &[f32], probabilities: &[f32]) -> Self {
        Self {
            classes: Classes::count(probabilities, CLASSES, 1),
            frechet: Gaussian::fitted(features, FEATURES).distance(reference),
        }
    }

    fn named(&self) -> [(Quantity, f64); 3] {
        [
            (CLASS_KL, self.classes.kl_to_uniform()),
            (CONFIDENCE, self.classes.confidence),
            (CLASSIFIER_FRECHET, self.frechet),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    /// n predictions: features about `centre`, and all sure of a class below `classes`.
    fn predictions(n: usize, centre: f32, classes: usize, seed: u64) -> Predictions {
        let mut rng = Rng::new(seed, Stream::Metrics);
        let mut probabilities = vec![0.0; n * CLASSES];
        for row in probabilities.chunks_exact_mut(CLASSES) {
            row[rng.below(classes)] = 0.75;
        }
        Predictions { features: rng.normals(n * FEATURES).into_iter().map(|x| x + centre).collect(), probabilities }
    }

    fn values(metrics: &[Metric]) -> Vec<(&str, f64, f64)> {
        metrics.iter().map(|m| (m.quantity.name, m.value, m.floor)).collect()
    }

    #[test]
    fn a_perfect_sampler_scores_about_its_floor() {
        let evaluator = ImageEvaluator::new(&predictions(2000, 0.0, CLASSES, 1));
        assert_eq!(evaluator.n(), 1000);
        let (shares, metrics) = evaluator.evaluate(&predictions(1000, 0.0, CLASSES, 2));
        assert_eq!(shares.len(), CLASSES);
        let names: Vec<_> = metrics.iter().map(|metric| metric.quantity.name).collect();
        assert_eq!(names, ["class_kl", "confidence", "classifier_frechet"]);
        let (_, frechet, floor) = values(&metrics)[2];
        assert!((frechet / floor - 1.0).abs() < 0.1, "{frechet} {floor}");
        let (_, kl, floor) = values(&metrics)[0];
        // 9 / 2n = .0045 in the mean.
        assert!(kl < 0.015 && floor < 0.015, "{kl} {floor}");
        assert_eq!(values(&metrics)[1], ("confidence", 0.75, 0.75));
    }

    #[test]
    fn what_is_off_scores_worse() {
        let evaluator = ImageEvaluator::new(&predictions(2000, 0.0, CLASSES, 1));
        let (shares, metrics) = evaluator.evaluate(&predictions(1000, 1.0, 1, 2));
        assert_eq!(shares[0], 1.0);
        let kl = metrics[0].value;
        assert!((kl - 10.0_f64.ln()).abs() < 1e-12, "{kl}");
        let frechet = metrics[2];
        // The centre is 1 off in each of 64 dimensions; the rest is noise, as in the floor.
        let (over, dims) = (frechet.value - frechet.floor, FEATURES as f64);
        assert!((over / dims - 1.0).abs() < 0.1, "{frechet:?}");
    }

    #[test]
    fn real_images_are_dealt_in_two() {
        let halves = [0, 3, 4, 21, 9999, 60_000].map(ImageEvaluator::real_images);
        assert_eq!(halves, [None, None, Some(4), Some(20), Some(9998), Some(10_000)]);
    }

    #[test]
    fn a_floor_is_the_second_half_against_the_first() {
        let mut real = predictions(400, 0.0, CLASSES, 1);
        for x in &mut real.features[200 * FEATURES..] {
            *x += 3.0;
        }
        let evaluator = ImageEvaluator::new(&real);
        let second = Predictions {
            features: real.features[200 * FEATURES..].to_vec(),
            probabilities: real.probabilities[200 * CLASSES..].to_vec(),
        };
        let (shares, metrics) = evaluator.evaluate(&second);
        assert_eq!(shares, evaluator.real_shares());
        for Metric { quantity: Quantity { name, .. }, value, floor } in metrics {
            assert_eq!(value, floor, "{name}");
        }
    }
}
