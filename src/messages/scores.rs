//! Messages about scores of images.

use serde::Serialize;

use super::Reading;
use crate::snapshot::{ImageScores, Scoring};
use crate::typed_array::floats;

/// The result of a slice of scoring.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScoringState {
    /// Slices of the classifier's training and test that are done; `null` when all are.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub done: Option<usize>,
    /// All of these.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub of: Option<usize>,
    /// Whether the generator has not changed since it was scored.
    pub unchanged: bool,
    /// New scores.
    pub scores: Option<ClassScores>,
}

/// Scores of generated images by a classifier of the run's own images.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClassScores {
    /// The step of the generator.
    #[cfg_attr(test, ts(type = "number"))]
    pub step: u64,
    /// The number of generated images.
    #[cfg_attr(test, ts(type = "number"))]
    pub samples: usize,
    /// The share of each of the ten classes among the generated images.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub classes: Vec<f32>,
    /// The same of as many real images.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub real: Vec<f32>,
    /// The metrics with their noise floors.
    pub metrics: Vec<Reading>,
    /// Real images that the classifier learned from.
    #[cfg_attr(test, ts(type = "number"))]
    pub trained_on: usize,
    /// Real images that were held out from that, for its test.
    #[cfg_attr(test, ts(type = "number"))]
    pub tested_on: usize,
    /// The share of these that it classifies correctly.
    pub accuracy: f64,
}

impl From<Scoring> for ScoringState {
    fn from(scoring: Scoring) -> Self {
        let plain = Self { done: None, of: None, unchanged: false, scores: None };
        match scoring {
            Scoring::Learning { done, of } => Self { done: Some(done), of: Some(of), ..plain },
            Scoring::Generating => plain,
            Scoring::Unchanged => Self { unchanged: true, ..plain },
            Scoring::Scored(scores) => Self { scores: Some(scores.into()), ..plain },
        }
    }
}

impl From<ImageScores> for ClassScores {
    fn from(scores: ImageScores) -> Self {
        let shares = |shares: Vec<f64>| shares.into_iter().map(|share| share as f32).collect();
        Self {
            step: scores.step,
            samples: scores.samples,
            classes: shares(scores.classes),
            real: shares(scores.real),
            metrics: scores.metrics.iter().map(Reading::from).collect(),
            trained_on: scores.record.trained_on,
            tested_on: scores.record.tested_on,
            accuracy: scores.record.accuracy,
        }
    }
}
