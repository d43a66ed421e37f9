//! Mode coverage, by the rule of VEEGAN (Srivastava et al. 2017, §4): a sample is of high quality within three standard
//! deviations of its nearest mode, and a mode is covered when it is the nearest of at least one such sample.
//!
//! A perfect sampler does not reach 1: the share of an isotropic Gaussian within 3σ is 99.73% in one dimension,
//! 98.89% in two, and next to nothing in hundreds.

use crate::data::Mixture;

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
    let mut covered = vec![false; mixture.modes().len()];
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
