//! The outcome of a sweep: a table of its runs, the best first, and a picture: curves of the metric, or the images.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use csv::Writer;
use plotters::prelude::*;

use super::{Changes, Run};
use crate::native::filmstrip;
use crate::native::records::{self, Record};
use crate::native::results::mean_and_error;

/// A run as far as it has come.
pub struct Outcome {
    number: usize,
    changes: Changes,
    records: Vec<Record>,
    /// Whether it has done all its steps.
    pub done: bool,
    /// The last grid of its images.
    images: Option<image::DynamicImage>,
    size: usize,
}

/// Runs with the same settings but for the seed.
struct Group<'a> {
    settings: Vec<&'a (String, String)>,
    runs: Vec<&'a Outcome>,
}

impl Outcome {
    /// Of a run's folder.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn read(run: &Run) -> Result<Self> {
        let images = run.experiment.has_images() && run.folder.exists();
        Ok(Self {
            number: run.number,
            changes: run.changes.clone(),
            records: records::read(&run.folder)?,
            done: run.is_done()?,
            images: if images { filmstrip::last(&run.folder)? } else { None },
            size: run.experiment.image_size,
        })
    }

    /// The last value of a number.
    fn last(&self, key: &str) -> Option<f64> {
        self.records.last()?.get(key)?.as_f64()
    }

    fn settings(&self) -> impl Iterator<Item = &(String, String)> {
        self.changes.iter().filter(|(key, _)| key != "seed")
    }

    fn seed(&self) -> &str {
        self.changes.iter().find(|(key, _)| key == "seed").map_or("", |(_, seed)| seed)
    }
}

/// The metrics of the runs: the numbers with a floor.
fn metrics(outcomes: &[Outcome]) -> Vec<String> {
    let names = records::names(outcomes.iter().filter_map(|outcome| outcome.records.last()));
    names.iter().filter_map(|name| name.strip_suffix("_floor").map(ToOwned::to_owned)).collect()
}

/// The runs by their settings, the best by the first metric first: that with the value nearest to its floor.
fn groups(outcomes: &[Outcome]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for outcome in outcomes {
        let settings: Vec<_> = outcome.settings().collect();
        match groups.iter_mut().find(|group| group.settings == settings) {
            Some(group) => group.runs.push(outcome),
            None => groups.push(Group { settings, runs: vec![outcome] }),
        }
    }
    if let Some(metric) = metrics(outcomes).first() {
        let distance = |group: &Group| {
            let distances: Vec<f64> = group
                .runs
                .iter()
                .filter_map(|run| Some((run.last(metric)? - run.last(&format!("{metric}_floor"))?).abs()))
                .collect();
            // A run without the metric has failed.
            if distances.len() < group.runs.len() { f64::INFINITY } else { mean_and_error(&distances).0 }
        };
        groups.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    }
    groups
}

/// A Markdown table: a row for each combination of settings, with means over its seeds and their standard errors.
pub fn table(outcomes: &[Outcome]) -> String {
    let metrics = metrics(outcomes);
    let shown: Vec<&str> =
        if metrics.is_empty() { vec!["d_loss", "g_loss"] } else { metrics.iter().map(String::as_str).collect() };
    let keys: Vec<&String> =
        outcomes.first().into_iter().flat_map(|outcome| outcome.settings().map(|(key, _)| key)).collect();
    let heads: Vec<&str> = keys.iter().map(|key| key.as_str()).chain(["seeds"]).chain(shown.iter().copied()).collect();
    let mut text = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for Group { settings, runs } in groups(outcomes) {
        let done = runs.iter().filter(|run| run.done).count();
        let seeds = if done == runs.len() { format!("{done}") } else { format!("{done} of {}", runs.len()) };
        let figure = |key: &&str| {
            let values: Vec<f64> = runs.iter().filter_map(|run| run.last(key)).collect();
            match mean_and_error(&values) {
                _ if values.is_empty() => "failed".to_owned(),
                (mean, error) if error.is_finite() => format!("{mean:.4} ± {error:.4}"),
                (mean, _) => format!("{mean:.4}"),
            }
        };
        let cells: Vec<String> =
            settings.iter().map(|(_, value)| value.clone()).chain([seeds]).chain(shown.iter().map(figure)).collect();
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// A CSV with a row for each run.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn rows(outcomes: &[Outcome]) -> Result<Vec<u8>> {
    let metrics = metrics(outcomes);
    let keys: Vec<&String> =
        outcomes.first().into_iter().flat_map(|outcome| outcome.changes.iter().map(|(key, _)| key)).collect();
    let numbers: Vec<&str> = ["d_loss", "g_loss"].into_iter().chain(metrics.iter().map(String::as_str)).collect();
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(
        ["run", "done", "step"].into_iter().chain(keys.iter().map(|key| key.as_str())).chain(numbers.iter().copied()),
    )?;
    for outcome in outcomes {
        let number = |key: &str| outcome.last(key).map_or_else(String::new, |value| value.to_string());
        let head = [format!("{:03}", outcome.number), outcome.done.to_string(), number("step")];
        let values = outcome.changes.iter().map(|(_, value)| value.clone());
        writer.write_record(head.into_iter().chain(values).chain(numbers.iter().map(|key| number(key))))?;
    }
    Ok(writer.into_inner()?)
}

/// The name and the bytes of the picture; none before the first report.
///
/// # Errors
/// When it cannot be drawn.
pub fn picture(outcomes: &[Outcome]) -> Result<Option<(String, Vec<u8>)>> {
    let in_order: Vec<&Outcome> = groups(outcomes).into_iter().flat_map(|group| group.runs).collect();
    let images: Vec<_> = in_order.iter().filter_map(|outcome| outcome.images.clone()).collect();
    if let Some(first) = outcomes.first().filter(|_| !images.is_empty()) {
        return Ok(Some(("sweep.png".to_owned(), filmstrip::strip(&images, first.size)?)));
    }
    let metric = metrics(outcomes).into_iter().next().unwrap_or_else(|| "g_loss".to_owned());
    let curves: Vec<(String, Vec<(f64, f64)>)> = in_order.iter().map(|outcome| curve(outcome, &metric)).collect();
    if curves.iter().all(|(_, points)| points.is_empty()) {
        return Ok(None);
    }
    let svg = chart(&metric, &curves).map_err(|error| anyhow!("the chart: {error}"))?;
    Ok(Some(("sweep.svg".to_owned(), svg.into_bytes())))
}

/// A run's name, and a number over its steps.
fn curve(outcome: &Outcome, key: &str) -> (String, Vec<(f64, f64)>) {
    let settings: Vec<String> = outcome.settings().map(|(key, value)| format!("{key}={value}")).collect();
    let name = format!("{:03} {} seed {}", outcome.number, settings.join(" "), outcome.seed());
    let points =
        outcome.records.iter().filter_map(|record| Some((record["step"].as_f64()?, record.get(key)?.as_f64()?)));
    (name, points.filter(|(_, y)| y.is_finite()).collect())
}

/// The curves in one chart, best first.
fn chart(metric: &str, curves: &[(String, Vec<(f64, f64)>)]) -> Result<String, Box<dyn std::error::Error>> {
    let points = || curves.iter().flat_map(|(_, points)| points);
    let last = points().map(|(x, _)| *x).fold(1.0, f64::max);
    let low = points().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
    let high = points().map(|(_, y)| *y).fold(f64::NEG_INFINITY, f64::max);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (960, 600)).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .caption(metric, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(64)
            .build_cartesian_2d(0.0..last, low..high.max(low + 1e-9))?;
        chart
            .configure_mesh()
            .x_desc("step")
            .x_label_formatter(&|step| format!("{step:.0}"))
            .light_line_style(TRANSPARENT)
            .draw()?;
        for (i, (name, points)) in curves.iter().enumerate() {
            let color = Palette99::pick(i).stroke_width(2);
            let series = chart.draw_series(LineSeries::new(points.iter().copied(), color))?;
            // A legend of more would cover the chart.
            if i < 12 {
                series.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color));
            }
        }
        // Where curves end, on the side of the chart that they have left.
        let ends = curves.iter().filter_map(|(_, points)| points.last()).map(|(_, y)| *y);
        let high_ends = ends.clone().filter(|y| *y > f64::midpoint(low, high)).count();
        let place = if 2 * high_ends > ends.count() {
            SeriesLabelPosition::LowerRight
        } else {
            SeriesLabelPosition::UpperRight
        };
        chart
            .configure_series_labels()
            .position(place)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.2))
            .draw()?;
        root.present()?;
    }
    Ok(svg)
}
