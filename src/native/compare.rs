//! `compare`: in what runs differ: their settings, their last reports, and the course of each number.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use super::args::Compare;
use super::failure::mistake;
use super::folder;
use super::records::{self, Record};
use super::report::{print, print_json};
use crate::experiment::Experiment;

/// The bars of a curve, from low to high, and how many there are in one.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const WIDTH: usize = 16;

/// A run, read from its folder.
struct Run {
    path: PathBuf,
    experiment: Experiment,
    records: Vec<Record>,
}

/// A name with a cell for each run.
#[derive(Serialize)]
struct Row {
    name: String,
    cells: Vec<String>,
}

/// The comparison, as it is printed.
#[derive(Serialize)]
struct Comparison {
    runs: Vec<String>,
    /// Settings that differ.
    settings: Vec<Row>,
    /// The numbers of each run's last report.
    last: Vec<Row>,
}

/// Compares runs.
///
/// # Errors
/// When a folder holds no run.
pub fn run(args: &Compare) -> Result<ExitCode> {
    let runs = args.runs.iter().map(|path| Run::read(path)).collect::<Result<Vec<_>>>()?;
    let comparison =
        Comparison { runs: runs.iter().map(Run::name).collect(), settings: settings(&runs), last: last(&runs) };
    if args.json {
        print_json(&comparison)?;
        return Ok(ExitCode::SUCCESS);
    }
    let curves = comparison.last.iter().map(|row| curve_row(&row.name, &runs)).collect();
    let settings = if comparison.settings.is_empty() {
        vec![Row { name: "(no setting differs)".to_owned(), cells: Vec::new() }]
    } else {
        comparison.settings
    };
    let head = Row { name: String::new(), cells: comparison.runs };
    let last_with_curves = comparison.last.into_iter().zip::<Vec<Row>>(curves).flat_map(|(row, curve)| [row, curve]);
    let rows: Vec<Row> = [head].into_iter().chain(settings).chain(last_with_curves).collect();
    for line in columns(&rows) {
        print(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Run {
    fn read(path: &Path) -> Result<Self> {
        let experiment = folder::described(path)?.ok_or_else(|| {
            mistake(format!(
                "{}: there is no run in it; name the folders of runs, such as runs/NAME-001",
                path.display()
            ))
        })?;
        Ok(Self { path: path.to_owned(), experiment, records: records::read(path)? })
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The values of a number from the first report to the last.
    fn values(&self, key: &str) -> Vec<f64> {
        self.records.iter().filter_map(|record| record.get(key)?.as_f64()).collect()
    }
}

/// The settings in which a run differs from the first one.
fn settings(runs: &[Run]) -> Vec<Row> {
    let first = &runs[0].experiment;
    let mut rows: Vec<Row> = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        for difference in first.differences(&run.experiment) {
            let at = rows.iter().position(|row| row.name == difference.key).unwrap_or_else(|| {
                rows.push(Row { name: difference.key.clone(), cells: vec![difference.here.clone(); runs.len()] });
                rows.len() - 1
            });
            rows[at].cells[i] = difference.there;
        }
    }
    rows
}

/// The numbers of the last reports, by the names that any of them has.
fn last(runs: &[Run]) -> Vec<Row> {
    let names = records::names(runs.iter().filter_map(|run| run.records.last()));
    let cell = |run: &Run, name: &str| {
        run.records.last().and_then(|record| record.get(name)?.as_f64()).map_or_else(String::new, short)
    };
    let row = |name: String| Row { cells: runs.iter().map(|run| cell(run, &name)).collect(), name };
    names.into_iter().map(row).collect()
}

/// A number with four significant digits; whole numbers as they are.
fn short(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e9 {
        return format!("{value}");
    }
    let before = value.abs().log10().floor().clamp(-6.0, 6.0) as i32;
    format!("{value:.*}", usize::try_from(3 - before).unwrap_or(0))
}

/// The course of a number in each run, from one scale.
fn curve_row(name: &str, runs: &[Run]) -> Row {
    let all: Vec<Vec<f64>> = runs.iter().map(|run| run.values(name)).collect();
    let finite = all.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let moves = name != "step" && high > low;
    let cells = all.iter().map(|values| if moves { curve(values, low, high) } else { String::new() }).collect();
    Row { name: String::new(), cells }
}

/// The means of [`WIDTH`] parts of equal length, each as a bar; of a shorter list, of each number.
fn curve(values: &[f64], low: f64, high: f64) -> String {
    let bars = values.len().min(WIDTH);
    let bar = |i: usize| {
        let part = &values[i * values.len() / bars..(i + 1) * values.len() / bars];
        let mean = part.iter().sum::<f64>() / part.len() as f64;
        BARS[(((mean - low) / (high - low)) * (BARS.len() - 1) as f64).round() as usize % BARS.len()]
    };
    (0..bars).map(bar).collect()
}

/// The rows as lines with aligned columns; rows without content are left out.
fn columns(rows: &[Row]) -> Vec<String> {
    let width = |cells: &mut dyn Iterator<Item = &String>| cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let runs = rows[0].cells.len();
    let first = width(&mut rows.iter().map(|row| &row.name));
    let widths: Vec<usize> = (0..runs).map(|i| width(&mut rows.iter().filter_map(|row| row.cells.get(i)))).collect();
    let line = |row: &Row| {
        let cells = row.cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:<width$}"));
        format!("{:<first$}{}", row.name, cells.collect::<String>()).trim_end().to_owned()
    };
    rows.iter().map(line).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_rises_from_the_lowest_to_the_highest_bar() {
        assert_eq!(curve(&[0.0, 0.5, 1.0], 0.0, 1.0), "▁▅█");
        let long: Vec<f64> = (0..160).map(f64::from).collect();
        let drawn = curve(&long, 0.0, 159.0);
        assert_eq!(drawn.chars().count(), WIDTH);
        assert!(drawn.starts_with('▁') && drawn.ends_with('█'), "{drawn}");
        assert_eq!(curve(&[], 0.0, 1.0), "");
    }

    #[test]
    fn numbers_have_four_digits() {
        assert_eq!([0.012_345, 1234.56, 12.0, 1e-9].map(short), ["0.01235", "1235", "12", "0.000000001"]);
    }
}
