//! The samples that a run shows throughout, by number: all of them, a walk between two, a sum of some.

use serde::Deserialize;

use super::arithmetic::Expression;
use super::path::Path;
use crate::error::{Error, Result};
use crate::experiment::Experiment;

/// Samples in a row of a walk, both ends included.
pub const STEPS: usize = 8;

/// From one sample to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Walk {
    /// The number of the sample where it starts.
    #[cfg_attr(test, ts(type = "number"))]
    pub from: usize,
    /// The number of the sample where it ends.
    #[cfg_attr(test, ts(type = "number"))]
    pub to: usize,
    /// How it goes.
    pub path: Path,
}

/// A view of the latent space: truncation of the fixed samples, an interpolation, and latent arithmetic.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Probe {
    /// What latents are truncated to: see [`Prior::truncate`](super::Prior::truncate).
    pub truncation: Option<f32>,
    /// A walk between two of them.
    pub walk: Option<Walk>,
    /// A sum of some.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub sum: Option<Expression>,
}

impl Probe {
    /// Checks that every sample it names is one of `n`.
    ///
    /// # Errors
    /// [`Error::Setting`] when one is not, or the threshold is no number.
    pub fn check(&self, n: usize) -> Result<()> {
        if let Some(threshold) = self.truncation
            && !(threshold.is_finite() && threshold >= 0.0)
        {
            let expected = "a number that is not below 0, such as 0.7";
            return Err(Error::setting("truncation", threshold, expected));
        }
        let within = |name: &str, largest: usize| {
            if largest < n {
                return Ok(());
            }
            let expected = format!("between samples that there are: they are numbered from 0 to {}", n - 1);
            Err(Error::setting(name, format!("of sample {largest}"), expected))
        };
        if let Some(walk) = self.walk {
            within("walk", walk.from.max(walk.to))?;
        }
        self.sum.as_ref().map_or(Ok(()), |sum| within("arithmetic", sum.largest()))
    }
}

/// The latents of those samples in their order, and the classes that go with them.
pub struct Sheet<'a> {
    experiment: &'a Experiment,
    latents: Vec<f32>,
    labels: Vec<u8>,
}

impl<'a> Sheet<'a> {
    /// The first `n`, within ±`truncation`.
    #[must_use]
    pub fn new(experiment: &'a Experiment, n: usize, seed: u64, truncation: Option<f32>) -> Self {
        let mut latents = experiment.fixed_latents(n, seed);
        if let Some(threshold) = truncation {
            experiment.prior.truncate(&mut latents, threshold);
        }
        Self { latents, labels: experiment.fixed_labels(n, seed), experiment }
    }

    /// What the generator is given for all of them, row after row.
    #[must_use]
    pub fn inputs(self) -> Vec<f32> {
        self.experiment.concat_labels(self.latents, &self.labels)
    }

    /// What it is given on a walk: [`STEPS`] rows, of the class that it starts from, where there are classes.
    ///
    /// # Panics
    /// When there is no sample of these numbers.
    #[must_use]
    pub fn walk(&self, Walk { from, to, path }: Walk) -> Vec<f32> {
        let dim = self.experiment.latent_dim;
        let row = |i: usize| &self.latents[i * dim..(i + 1) * dim];
        let points = path.points(row(from), row(to), STEPS);
        self.experiment.concat_labels(points, &[self.labels[from]; STEPS])
    }

    /// What it is given for the terms of a sum, and then for the sum: a row each, of the first sample's class.
    ///
    /// # Panics
    /// When there is no sample of a number in it.
    #[must_use]
    pub fn sum(&self, sum: &Expression) -> Vec<f32> {
        let dim = self.experiment.latent_dim;
        let rows = [sum.means(&self.latents, dim), sum.value(&self.latents, dim)].concat();
        let class = self.labels[sum.first()];
        let count = sum.terms().len() + 1;
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
    fn a_sheet_without_truncation_is_what_a_run_shows() {
        let mut e = experiment();
        e.set_all([("conditional", "label"), ("classes", "[3,7]")]).unwrap();
        assert_eq!(Sheet::new(&e, 6, 5, None).inputs(), e.fixed_inputs(6, 5));
        let truncated = Sheet::new(&e, 6, 5, Some(0.0)).inputs();
        assert_eq!(truncated[..4], [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(truncated[20..], [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn a_walk_goes_from_one_sample_to_another() {
        let e = experiment();
        let all = e.fixed_inputs(6, 5);
        for path in [Path::Lerp, Path::Slerp] {
            let walk = Sheet::new(&e, 6, 5, None).walk(Walk { from: 4, to: 1, path });
            assert_eq!(walk.len(), 2 * STEPS);
            assert_eq!((&walk[..2], &walk[2 * STEPS - 2..]), (&all[8..10], &all[2..4]));
        }
    }

    #[test]
    fn a_sum_follows_its_terms() {
        let e = experiment();
        let all = e.fixed_inputs(6, 5);
        let sum = Sheet::new(&e, 6, 5, None).sum(&"2-2+5".parse().unwrap());
        assert_eq!(sum[..4], [&all[4..6], &all[4..6]].concat());
        assert_eq!((&sum[4..6], &sum[6..]), (&all[10..], &all[10..]));
    }

    #[test]
    fn walks_and_sums_are_of_the_first_samples_class() {
        let mut e = experiment();
        e.set_all([("conditional", "label"), ("classes", "[3,7]")]).unwrap();
        let sheet = Sheet::new(&e, 6, 5, None);
        let classes = |rows: Vec<f32>| rows.chunks_exact(4).all(|row| row[2..] == [0.0, 1.0]);
        assert!(classes(sheet.walk(Walk { from: 4, to: 0, path: Path::Lerp })));
        assert!(classes(sheet.sum(&"5-0+1".parse().unwrap())));
    }

    #[test]
    fn a_probe_names_samples_that_there_are() {
        let walk = |from, to| Probe { walk: Some(Walk { from, to, path: Path::Slerp }), ..Probe::default() };
        let sum = |text: &str| Probe { sum: Some(text.parse().unwrap()), ..Probe::default() };
        let truncation = |threshold| Probe { truncation: Some(threshold), ..Probe::default() };
        for sound in [Probe::default(), walk(0, 5), sum("5-0+1"), truncation(0.0)] {
            assert!(sound.check(6).is_ok(), "{sound:?}");
        }
        for (probe, word) in [
            (walk(6, 0), "0 to 5"),
            (walk(0, usize::MAX), "0 to 5"),
            (sum("0-6"), "0 to 5"),
            (truncation(-1.0), "truncation"),
            (truncation(f32::NAN), "truncation"),
        ] {
            let error = probe.check(6).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_probe_is_read_from_plain_data() {
        let read = serde_json::from_str::<Probe>;
        let all = r#"{"truncation":0.5,"walk":{"from":1,"to":2,"path":"lerp"},"sum":"1-2+3"}"#;
        assert_eq!(read(all).unwrap().walk.map(|walk| walk.to), Some(2));
        assert_eq!(read(r#"{"walk":null}"#).unwrap(), Probe::default());
        for wrong in [
            r#"{"sum":"1--2"}"#,
            r#"{"walk":{"from":-1,"to":2,"path":"lerp"}}"#,
            r#"{"walk":{"from":1,"to":2,"path":"up"}}"#,
            r#"{"colour":1}"#,
            "7",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
