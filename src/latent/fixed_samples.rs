//! The fixed samples of a run: a view of all of them, an interpolation between two, latent arithmetic with some, and
//! the plane through three.

use serde::Deserialize;

use super::Prior;
use super::arithmetic::Expression;
use super::pad::{self, Pad};
use super::path::Path;
use crate::error::{Error, Result};
use crate::experiment::Experiment;

/// Samples of an interpolation, both ends included.
pub const STEPS: usize = 8;

/// An interpolation between two fixed samples, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Interpolation {
    /// The first sample.
    #[cfg_attr(test, ts(type = "number"))]
    pub from: usize,
    /// The last sample.
    #[cfg_attr(test, ts(type = "number"))]
    pub to: usize,
    /// The path between their latents.
    pub path: Path,
}

/// A view of the latent space: truncation of the fixed samples, an interpolation, latent arithmetic, and points of a
/// plane.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LatentQuery {
    /// The threshold of truncation: see [`Prior::truncate`](super::Prior::truncate).
    pub truncation: Option<f32>,
    /// An interpolation between two fixed samples.
    pub interpolation: Option<Interpolation>,
    /// Latent arithmetic with fixed samples, such as `12-3+40`.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub arithmetic: Option<Expression>,
    /// Points of the plane through three fixed samples.
    pub pad: Option<Pad>,
    /// Whether the map of the latent space is drawn, where there is one.
    pub map: bool,
}

impl LatentQuery {
    /// Checks that every sample it names is one of `n`.
    ///
    /// # Errors
    /// [`Error::Setting`] when one is not, or the threshold is negative or not finite.
    pub fn check(&self, n: usize) -> Result<()> {
        if let Some(threshold) = self.truncation
            && !(threshold.is_finite() && threshold >= 0.0)
        {
            return Err(Error::setting("truncation", threshold, "a number of 0 or more, such as 0.7"));
        }
        let within = |name: &str, largest: usize| {
            if largest < n {
                return Ok(());
            }
            let expected = format!("between the fixed samples, numbered from 0 to {}", n - 1);
            Err(Error::setting(name, format!("of sample {largest}"), expected))
        };
        if let Some(Interpolation { from, to, .. }) = self.interpolation {
            within("interpolation", from.max(to))?;
        }
        if let Some(pad) = &self.pad {
            within("pad", pad.samples.into_iter().fold(0, usize::max))?;
            pad.check()?;
        }
        self.arithmetic.as_ref().map_or(Ok(()), |expression| within("arithmetic", expression.largest()))
    }
}

/// The latents of the fixed samples in their order, and their classes.
pub struct FixedSamples<'a> {
    experiment: &'a Experiment,
    latents: Vec<f32>,
    labels: Vec<u8>,
}

impl<'a> FixedSamples<'a> {
    /// The first `n`, within ±`truncation`.
    #[must_use]
    pub fn new(experiment: &'a Experiment, n: usize, seed: u64, truncation: Option<f32>) -> Self {
        let mut latents = experiment.fixed_latents(n, seed);
        if let Some(threshold) = truncation {
            experiment.prior.truncate(&mut latents, threshold);
        }
        Self { latents, labels: experiment.fixed_labels(n, seed), experiment }
    }

    /// The generator inputs of all of them, `[n, generator_inputs]`.
    #[must_use]
    pub fn inputs(self) -> Vec<f32> {
        self.experiment.concat_labels(self.latents, &self.labels)
    }

    /// The generator inputs of an interpolation, `[STEPS, generator_inputs]`, with the class of its first sample.
    ///
    /// # Panics
    /// When a number is not that of a sample.
    #[must_use]
    pub fn interpolation(&self, Interpolation { from, to, path }: Interpolation) -> Vec<f32> {
        let mut points = path.points(self.latent(from), self.latent(to), STEPS);
        if self.experiment.prior == Prior::Uniform {
            // A great circle leaves the cube in which all latents are.
            for z in &mut points {
                *z = z.clamp(-1.0, 1.0);
            }
        }
        self.experiment.concat_labels(points, &[self.labels[from]; STEPS])
    }

    /// The generator inputs of the points of a plane, a row each, with the class of its first sample.
    ///
    /// # Panics
    /// When a number is not that of a sample.
    #[must_use]
    pub fn pad(&self, Pad { samples, points }: &Pad) -> Vec<f32> {
        let corners = samples.map(|i| self.latent(i));
        let latent = |&point: &[f32; 2]| pad::point(self.experiment.prior, corners, point);
        let latents = points.iter().flat_map(latent).collect();
        self.experiment.concat_labels(latents, &vec![self.labels[samples[0]]; points.len()])
    }

    fn latent(&self, i: usize) -> &[f32] {
        let dim = self.experiment.latent_dim;
        &self.latents[i * dim..(i + 1) * dim]
    }

    /// The generator inputs of the terms of an expression, and of its value: a row each, with the class of the first
    /// sample.
    ///
    /// # Panics
    /// When a number is not that of a sample.
    #[must_use]
    pub fn arithmetic(&self, expression: &Expression) -> Vec<f32> {
        let dim = self.experiment.latent_dim;
        let rows = [expression.means(&self.latents, dim), expression.value(&self.latents, dim)].concat();
        let class = self.labels[expression.first()];
        let count = expression.terms().len() + 1;
        self.experiment.concat_labels(rows, &vec![class; count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment() -> Experiment {
        let mut e = Experiment::preset("digits-mlp").unwrap();
        e.latent_dim = 2;
        e
    }

    #[test]
    fn fixed_samples_without_truncation_are_those_of_a_run() {
        let mut e = experiment();
        e.set_all([("conditional", "label"), ("classes", "[3,7]")]).unwrap();
        assert_eq!(FixedSamples::new(&e, 6, 5, None).inputs(), e.fixed_inputs(6, 5));
        let truncated = FixedSamples::new(&e, 6, 5, Some(0.0)).inputs();
        assert_eq!(truncated[..4], [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(truncated[20..], [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn under_a_uniform_prior_an_interpolation_stays_among_its_latents() {
        let mut e = experiment();
        e.prior = Prior::Uniform;
        let fixed = FixedSamples::new(&e, 40, 5, None);
        let pairs = (0..39).map(|from| Interpolation { from, to: from + 1, path: Path::Slerp });
        let (mut beyond, mut all) = (0, Vec::new());
        for pair in pairs {
            let circle = Path::Slerp.points(fixed.latent(pair.from), fixed.latent(pair.to), STEPS);
            beyond += circle.iter().filter(|z| z.abs() > 1.0).count();
            all.extend(fixed.interpolation(pair));
        }
        assert!(beyond > 0 && all.iter().all(|z| z.abs() <= 1.0), "{beyond}");
    }

    #[test]
    fn an_interpolation_starts_and_ends_at_its_samples() {
        let e = experiment();
        let all = e.fixed_inputs(6, 5);
        for path in [Path::Lerp, Path::Slerp] {
            let walk = FixedSamples::new(&e, 6, 5, None).interpolation(Interpolation { from: 4, to: 1, path });
            assert_eq!(walk.len(), 2 * STEPS);
            assert_eq!((&walk[..2], &walk[2 * STEPS - 2..]), (&all[8..10], &all[2..4]));
        }
    }

    #[test]
    fn the_corners_of_a_pad_are_its_samples() {
        let e = experiment();
        let all = e.fixed_inputs(6, 5);
        let pad = Pad { samples: [4, 1, 2], points: vec![[1.0, 0.0], [0.0, 0.0], [0.5, 0.5]] };
        let rows = FixedSamples::new(&e, 6, 5, None).pad(&pad);
        assert_eq!((&rows[..2], &rows[2..4]), (&all[2..4], &all[8..10]));
        assert_eq!(rows[4], 0.5 * all[2] + 0.5 * all[4]);
        assert_eq!(rows.len(), 6);
    }

    #[test]
    fn a_result_follows_its_terms() {
        let e = experiment();
        let all = e.fixed_inputs(6, 5);
        let sum = FixedSamples::new(&e, 6, 5, None).arithmetic(&"2-2+5".parse().unwrap());
        assert_eq!(sum[..4], [&all[4..6], &all[4..6]].concat());
        assert_eq!((&sum[4..6], &sum[6..]), (&all[10..], &all[10..]));
    }

    #[test]
    fn what_is_made_of_samples_has_the_first_ones_class() {
        let mut e = experiment();
        e.set_all([("conditional", "label"), ("classes", "[3,7]")]).unwrap();
        let fixed = FixedSamples::new(&e, 6, 5, None);
        let classes = |rows: Vec<f32>| rows.chunks_exact(4).all(|row| row[2..] == [0.0, 1.0]);
        assert!(classes(fixed.interpolation(Interpolation { from: 4, to: 0, path: Path::Lerp })));
        assert!(classes(fixed.arithmetic(&"5-0+1".parse().unwrap())));
        assert!(classes(fixed.pad(&Pad { samples: [4, 0, 1], points: vec![[1.0, 0.0]; 3] })));
    }

    #[test]
    fn a_query_names_samples_that_there_are() {
        let walk = |from, to| LatentQuery {
            interpolation: Some(Interpolation { from, to, path: Path::Slerp }),
            ..LatentQuery::default()
        };
        let sum = |text: &str| LatentQuery { arithmetic: Some(text.parse().unwrap()), ..LatentQuery::default() };
        let pad = |samples, points: &[[f32; 2]]| LatentQuery {
            pad: Some(Pad { samples, points: points.to_vec() }),
            ..LatentQuery::default()
        };
        let truncation = |threshold| LatentQuery { truncation: Some(threshold), ..LatentQuery::default() };
        for sound in
            [LatentQuery::default(), walk(0, 5), sum("5-0+1"), truncation(0.0), pad([0, 5, 0], &[[9.0, -9.0]; 32])]
        {
            assert!(sound.check(6).is_ok(), "{sound:?}");
        }
        for (query, word) in [
            (walk(6, 0), "0 to 5"),
            (walk(0, usize::MAX), "0 to 5"),
            (sum("0-6"), "0 to 5"),
            (pad([0, 6, 0], &[[0.0; 2]]), "0 to 5"),
            (pad([0, 1, 2], &[]), "1 to 32"),
            (pad([0, 1, 2], &[[0.0; 2]; 33]), "1 to 32"),
            (pad([0, 1, 2], &[[0.0, f32::NAN]]), "finite"),
            (truncation(-1.0), "truncation"),
            (truncation(f32::NAN), "truncation"),
        ] {
            let error = query.check(6).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_query_is_read_from_plain_data() {
        let read = serde_json::from_str::<LatentQuery>;
        let all = r#"{"truncation":0.5,"interpolation":{"from":1,"to":2,"path":"lerp"},"arithmetic":"1-2+3"}"#;
        assert_eq!(read(all).unwrap().interpolation.map(|walk| walk.to), Some(2));
        let pad = read(r#"{"pad":{"samples":[3,1,2],"points":[[0.5,-0.25]]}}"#).unwrap().pad.unwrap();
        assert_eq!(pad, Pad { samples: [3, 1, 2], points: vec![[0.5, -0.25]] });
        assert_eq!(read(r#"{"interpolation":null}"#).unwrap(), LatentQuery::default());
        for wrong in [
            r#"{"arithmetic":"1--2"}"#,
            r#"{"interpolation":{"from":-1,"to":2,"path":"lerp"}}"#,
            r#"{"interpolation":{"from":1,"to":2,"path":"up"}}"#,
            r#"{"colour":1}"#,
            r#"{"pad":{"samples":[1,2],"points":[[0,0]]}}"#,
            r#"{"pad":{"samples":[1,2,3],"points":[[0,0,0]]}}"#,
            "7",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
