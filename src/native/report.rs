//! Reports of a run: a JSON object for programs, one line for people.

use std::fmt;
use std::io::{self, Write};

use anyhow::{Context, Result};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::metrics::Metric;
use crate::quantity::Quantity;
use crate::snapshot::GanStats;

/// A report of a run at a step. As JSON one flat object: metrics by name, each followed by its noise floor.
#[derive(Clone, Serialize)]
pub struct Report {
    /// `done` or `interrupted` in the last report of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<&'static str>,
    /// The number of generator updates.
    pub step: u64,
    /// The discriminator's loss.
    pub d_loss: f32,
    /// The generator's loss.
    pub g_loss: f32,
    /// Mean of sigmoid(D) over real samples.
    pub d_real: f32,
    /// Mean of sigmoid(D) over generated ones.
    pub d_fake: f32,
    /// Further terms of the losses, by name.
    #[serde(flatten)]
    pub terms: Terms,
    /// Metrics of the data, where it has any.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// The classifier's metrics, in `evaluate` only.
    #[serde(flatten)]
    pub seen: Option<Seen>,
    /// Real samples per second since the previous report; over the whole run in the last report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images_per_s: Option<f64>,
    /// The path of the checkpoint, in the last report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The path of a grid of images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<String>,
}

/// Scalars of a step, by name.
#[derive(Clone)]
pub struct Terms(pub Vec<(Quantity, f32)>);

/// The classifier's metrics of generated images and of as many real ones.
#[derive(Clone, Serialize)]
pub struct Seen {
    /// The share of each class among generated images.
    pub classes: Vec<f64>,
    /// The share of each class among real images.
    pub classes_floor: Vec<f64>,
    /// The number of generated images, and of real ones.
    pub metric_samples: usize,
    /// The classifier's file.
    pub classifier: String,
    /// The classifier's accuracy on its test images.
    pub classifier_accuracy: f64,
}

/// Metrics with their floors.
#[derive(Clone)]
pub struct Metrics(pub Vec<Metric>);

impl Report {
    /// The report of a step.
    pub fn new(step: u64, game: GanStats, metrics: Vec<Metric>) -> Self {
        Self {
            event: None,
            step,
            d_loss: game.d_loss,
            g_loss: game.g_loss,
            d_real: game.d_real,
            d_fake: game.d_fake,
            terms: Terms(game.terms),
            metrics: Metrics(metrics),
            seen: None,
            images_per_s: None,
            checkpoint: None,
            samples: None,
        }
    }
}

impl Report {
    /// Each number with a name for TensorBoard, which groups them by what stands before the slash.
    pub fn scalars(&self) -> Vec<(String, f64)> {
        let training =
            [("d_loss", self.d_loss), ("g_loss", self.g_loss), ("d_real", self.d_real), ("d_fake", self.d_fake)];
        let terms = self.terms.0.iter().map(|(quantity, value)| (quantity.name, *value));
        let training =
            training.into_iter().chain(terms).map(|(name, value)| (format!("training/{name}"), value.into()));
        let metrics = self.metrics.0.iter().flat_map(|Metric { quantity, value, floor }| {
            let name = format!("metrics/{}", quantity.name);
            [(format!("{name}_floor"), *floor), (name, *value)]
        });
        let speed = self.images_per_s.map(|rate| ("speed/images_per_s".to_owned(), rate));
        training.chain(metrics).chain(speed).collect()
    }
}

/// Prints a JSON object on a line of standard output.
///
/// # Errors
/// When standard output is closed.
pub fn print_json(object: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(object)?;
    print(&line)
}

/// Prints a line on standard output.
///
/// # Errors
/// When standard output is closed.
pub fn print(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("standard output")
}

impl Serialize for Terms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(quantity, value)| (quantity.name, value)))
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2 * self.0.len()))?;
        for metric in &self.0 {
            let name = metric.quantity.name;
            map.serialize_entry(name, &metric.value)?;
            map.serialize_entry(&format!("{name}_floor"), &metric.floor)?;
        }
        map.end()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "D loss {:.3}, G loss {:.3}, D(x) {:.2}, D(G(z)) {:.2}",
            self.d_loss, self.g_loss, self.d_real, self.d_fake
        )?;
        for (quantity, value) in &self.terms.0 {
            write!(f, ", {} {}", quantity.label, quantity.text((*value).into()))?;
        }
        if let Some(rate) = self.images_per_s {
            let digits = usize::from(rate < 10.0) * 2;
            write!(f, ", {rate:.digits$} samples/s")?;
        }
        if self.metrics.0.is_empty() {
            return Ok(());
        }
        // On one line they would be wider than most terminals.
        let between = if f.alternate() { "\n" } else { ", " };
        write!(f, "{between}{}", self.metrics)
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Metric { quantity, value, floor }) in self.0.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            let [value, floor] = [*value, *floor].map(|x| quantity.text(x));
            write!(f, "{} {value} (floor {floor})", quantity.label)?;
        }
        Ok(())
    }
}
