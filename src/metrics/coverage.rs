//! Mode coverage, by the rule of VEEGAN (Srivastava et al. 2017, §4): a sample is of high quality within three standard
//! deviations of its nearest mode, and a mode is covered when it is the nearest of at least one such sample.
//!
//! An ideal sampler does not reach 1: the share of an isotropic Gaussian within 3σ is 99.73% in one dimension,
//! 98.89% in two, and next to nothing in hundreds.

use crate::data::Mixture;
use crate::quantity::{Better, Format, Quantity};

/// Modes.
pub const MODES: Quantity = Quantity {
    name: "modes",
    label: "Modes",
    help: "Modes that are the nearest mode of at least one sample within 3σ (Srivastava et al. 2017).",
    format: Format::Count,
    better: Better::Higher,
};

/// High quality: within 3σ of a mode.
pub const HIGH_QUALITY: Quantity = Quantity {
    name: "high_quality",
    label: "Within 3σ of a mode",
    help: "Share of samples of high quality: within 3σ of their nearest mode (Srivastava et al. 2017).",
    format: Format::Percent,
    better: Better::Higher,
};

/// What [`coverage`] counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// Modes covered.
    pub modes: usize,
    /// Share of samples of high quality, 0 to 1; NaN without samples.
    pub high_quality: f64,
}

/// How many modes n × dim samples cover, and how many of them are good. Samples that are not finite are not.
#[must_use]
pub fn coverage(samples: &[f32], mixture: &Mixture) -> Coverage {
    let mut covered = vec![false; mixture.components().len()];
    let mut good = 0;
    for sample in samples.chunks_exact(mixture.dim()) {
        let (mode, deviations) = mixture.nearest(sample);
        if deviations <= 3.0 {
            covered[mode] = true;
            good += 1;
        }
    }
    Coverage {
        modes: covered.into_iter().filter(|&covered| covered).count(),
        high_quality: f64::from(good) / (samples.len() / mixture.dim()) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Component;
    use crate::rng::{Rng, Stream};

    /// Two modes, at (0, 0) and (10, 0), of deviation 1.
    fn pair() -> Mixture {
        let mode = |x| Component { weight: 1.0, mean: vec![x, 0.0], std: 1.0 };
        Mixture::new(&[mode(0.0), mode(10.0)]).unwrap()
    }

    #[test]
    fn three_deviations_are_good_and_more_are_not() {
        let at = |x: f32, y: f32| coverage(&[x, y], &pair());
        assert_eq!(at(3.0, 0.0), Coverage { modes: 1, high_quality: 1.0 });
        assert_eq!(at(0.0, -3.0), Coverage { modes: 1, high_quality: 1.0 });
        assert_eq!(at(3.001, 0.0), Coverage { modes: 0, high_quality: 0.0 });
        // Each coordinate is within 3, the distance is not.
        assert_eq!(at(2.5, 2.5), Coverage { modes: 0, high_quality: 0.0 });
    }

    #[test]
    fn a_mode_needs_a_good_sample_of_its_own() {
        let samples = [0.0, 0.0, 1.0, 1.0, 6.0, 0.0, f32::NAN, 0.0];
        // (6, 0) is nearest to the second mode, but 4 deviations away.
        assert_eq!(coverage(&samples, &pair()), Coverage { modes: 1, high_quality: 0.5 });
        assert_eq!(coverage(&[0.0, 0.0, 12.0, 1.0], &pair()), Coverage { modes: 2, high_quality: 1.0 });
        let none = coverage(&[], &pair());
        assert!(none.modes == 0 && none.high_quality.is_nan());
    }

    #[test]
    fn a_perfect_sampler_reaches_the_ceiling_of_two_dimensions() {
        // 1 − exp(−9/2) = .98889; its standard error at 100,000 is .0003.
        let samples = pair().sample(100_000, &mut Rng::new(0, Stream::Metrics)).values;
        let share = coverage(&samples, &pair()).high_quality;
        assert!((share - 0.98889).abs() < 0.0015, "{share}");
    }
}
