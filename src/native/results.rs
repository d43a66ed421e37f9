//! The table of `reproduce` in Markdown: means over seeds next to published figures, then every run.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::protocol::{Bar, Column, Name, Protocol};

/// The runs of a protocol so far.
pub struct Results {
    /// The protocol.
    pub protocol: Name,
    /// The runs by preset, in the protocol's order.
    pub sets: Vec<Set>,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// An ideal sampler's figures, one per column; empty before the first run.
    pub floors: Vec<f64>,
    /// Whether `--steps` shortened the runs.
    pub quick: bool,
    /// The command.
    pub command: String,
    /// The device.
    pub device: String,
    /// The date, as YYYY-MM-DD.
    pub date: String,
    /// Seconds since the start.
    pub seconds: f64,
}

/// The runs of one preset.
pub struct Set {
    /// The preset.
    pub preset: String,
    /// Steps per run.
    pub steps: u64,
    /// The runs, in the order of the seeds.
    pub runs: Vec<Run>,
}

/// One run.
#[derive(Clone, Serialize, Deserialize)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// The figures, one per column.
    pub figures: Vec<f64>,
    /// Seconds of training.
    pub seconds: f64,
}

/// The mean, and its standard error: the sample deviation over √n; NaN for fewer than two.
#[must_use]
pub fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

impl Set {
    /// One column's figures.
    fn column(&self, i: usize) -> Vec<f64> {
        self.runs.iter().map(|run| run.figures[i]).collect()
    }
}

impl Results {
    /// Takes these runs, each with the number of its preset and an ideal sampler's figures, in place of those it has.
    pub fn take(&mut self, runs: &[(usize, Run, Vec<f64>)]) {
        for (i, set) in self.sets.iter_mut().enumerate() {
            let own = runs.iter().filter(|(preset, ..)| *preset == i);
            set.runs = own.map(|(_, run, _)| run.clone()).collect();
            let place = |run: &Run| self.seeds.iter().position(|&seed| seed == run.seed);
            set.runs.sort_by_key(place);
        }
        if let Some((.., floors)) = runs.last() {
            self.floors.clone_from(floors);
        }
    }

    fn what(&self) -> &'static Protocol {
        self.protocol.protocol()
    }

    /// The number of finished runs.
    #[must_use]
    pub fn done(&self) -> usize {
        self.sets.iter().map(|set| set.runs.len()).sum()
    }

    /// The number of runs in the whole table.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.sets.len() * self.seeds.len()
    }

    /// The whole text; an incomplete table says so at its head.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut parts = vec![format!("## {}", self.protocol.word())];
        if self.done() < self.asked() {
            let (done, asked) = (self.done(), self.asked());
            parts.push(format!(
                "**Unfinished: {done} of {asked} runs are done.** The table is not the protocol's result."
            ));
        }
        if self.quick {
            parts.push(
                "**Shortened:** `--steps` cut the runs short. The table is not the protocol's result.".to_owned(),
            );
        }
        parts.push(self.what().about.to_owned());
        parts.push(self.means());
        parts.push("± is the standard error of the mean over runs.".to_owned());
        parts.extend(self.bars());
        let differences = self.what().differences;
        if !differences.is_empty() {
            parts.push(differences.to_owned());
        }
        parts.push(self.origin());
        parts.push("Every run:".to_owned());
        parts.push(self.every_run());
        parts.join("\n\n") + "\n"
    }

    /// The rows of our presets, of an ideal sampler, and of published methods.
    fn means(&self) -> String {
        let Protocol { columns, published, .. } = self.what();
        let titles = columns.iter().map(Column::title);
        let mut table =
            Table::new([String::new()].into_iter().chain(titles).chain(["runs", "from"].map(str::to_owned)));
        for set in &self.sets {
            let figures = columns.iter().enumerate().map(|(i, column)| {
                let (mean, error) = mean_and_error(&set.column(i));
                with_error(mean, error, column.digits())
            });
            let from = if set.runs.is_empty() {
                format!("{} steps", set.steps)
            } else {
                let spent: f64 = set.runs.iter().map(|run| run.seconds).sum();
                let each = spent / set.runs.len() as f64;
                format!("this program, {} steps, {each:.0} s a run", set.steps)
            };
            table.row(
                [format!("**`{}`**", set.preset)].into_iter().chain(figures).chain([set.runs.len().to_string(), from]),
            );
        }
        // Empty before the first run.
        let floors = self.floors.iter().copied().chain(std::iter::repeat(f64::NAN));
        table.row(
            ["an ideal sampler".to_owned()]
                .into_iter()
                .chain(columns.iter().zip(floors).map(|(column, floor)| number(floor, column.digits())))
                .chain([String::new(), "draws from the data".to_owned()]),
        );
        for row in *published {
            let figures = row.figures.iter().map(|&figure| figure.to_owned());
            table.row([row.method.to_owned()].into_iter().chain(figures).chain([String::new(), row.source.to_owned()]));
        }
        table.text
    }

    /// The bars of the first preset, and whether it reached them.
    fn bars(&self) -> Option<String> {
        let best = self.sets.first().filter(|set| !set.runs.is_empty())?;
        let columns = self.what().columns;
        let outcomes = self.what().bars.iter().map(|bar| {
            let column = &columns[bar.column];
            outcome(bar, column, &best.column(bar.column))
        });
        let outcomes: Vec<String> = outcomes.collect();
        if outcomes.is_empty() {
            return None;
        }
        Some(format!("Bars of `{}` for every seed: {}.", best.preset, outcomes.join("; ")))
    }

    /// Command, device, date and time.
    fn origin(&self) -> String {
        format!(
            "`{}`, seeds {}, on {}, {}, in {}.",
            self.command,
            listed(&self.seeds),
            self.device,
            self.date,
            duration(self.seconds)
        )
    }

    fn every_run(&self) -> String {
        let columns = self.what().columns;
        let titles = self.sets.iter().flat_map(|set| {
            let titled = |column: &Column| format!("`{}`: {}", set.preset, column.title());
            columns.iter().map(titled)
        });
        let mut table = Table::new(["seed".to_owned()].into_iter().chain(titles));
        for (at, seed) in self.seeds.iter().enumerate() {
            let figures = self.sets.iter().flat_map(|set| {
                columns.iter().enumerate().map(move |(i, column)| {
                    let run = set.runs.get(at);
                    run.map_or(String::new(), |run| number(run.figures[i], column.digits()))
                })
            });
            table.row([seed.to_string()].into_iter().chain(figures));
        }
        table.text
    }
}

/// Whether every run reaches the bar, and the worst figure.
fn outcome(bar: &Bar, column: &Column, figures: &[f64]) -> String {
    let missed = figures.iter().filter(|&&figure| !column.reaches(bar.value, figure));
    let missed = missed.count();
    // NaN is worse than any number.
    let worst = figures.iter().copied().reduce(|a, b| match column.is_better_lower() {
        _ if a.is_nan() || b.is_nan() => f64::NAN,
        true => a.max(b),
        false => a.min(b),
    });
    let worst = worst.unwrap_or(f64::NAN);
    let side = if column.is_better_lower() { "at most" } else { "at least" };
    let outcome = match missed {
        0 => "reached".to_owned(),
        _ => format!("**missed** in {missed} of {} runs", figures.len()),
    };
    let [value, mean, worst] =
        [bar.value, mean_and_error(figures).0, worst].map(|figure| number(figure, column.digits()));
    format!("{} {side} {value}: {outcome} (mean {mean}, worst {worst})", column.title())
}

/// A Markdown table.
struct Table {
    text: String,
    width: usize,
}

impl Table {
    fn new(titles: impl IntoIterator<Item = String>) -> Self {
        let mut table = Self { text: String::new(), width: usize::MAX };
        table.row(titles);
        table.width = table.text.matches('|').count() - 1;
        table.text += "\n";
        table.text += &"|---".repeat(table.width);
        table.text += "|";
        table
    }

    /// Missing cells are empty.
    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        if !self.text.is_empty() {
            self.text += "\n";
        }
        let mut count = 0;
        for cell in cells {
            // Writing to a string does not fail.
            let _ = write!(self.text, "| {cell} ");
            count += 1;
        }
        if self.width != usize::MAX {
            self.text += &"| ".repeat(self.width.saturating_sub(count));
        }
        self.text += "|";
    }
}

/// The mean, with its standard error where there is one.
fn with_error(mean: f64, error: f64, digits: usize) -> String {
    if error.is_finite() {
        format!("{} ± {}", number(mean, digits), number(error, digits))
    } else {
        number(mean, digits)
    }
}

fn number(value: f64, digits: usize) -> String {
    if value.is_finite() { format!("{value:.digits$}") } else { "–".to_owned() }
}

/// Consecutive seeds as a range.
fn listed(seeds: &[u64]) -> String {
    match seeds {
        [first, .., last] if seeds.iter().copied().eq(*first..=*last) => {
            format!("{first} to {last}")
        }
        _ => {
            let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
            seeds.join(", ")
        }
    }
}

/// In minutes, or in seconds below one minute.
fn duration(seconds: f64) -> String {
    if seconds < 120.0 { format!("{seconds:.0} s") } else { format!("{:.0} minutes", seconds / 60.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(preset: &str, figures: &[[f64; 2]]) -> Set {
        let runs = figures.iter().zip(3..);
        Set {
            preset: preset.to_owned(),
            steps: 100,
            runs: runs.map(|(figures, seed)| Run { seed, figures: figures.to_vec(), seconds: 2.0 }).collect(),
        }
    }

    fn results(sets: Vec<Set>) -> Results {
        Results {
            protocol: Name::Ring,
            sets,
            seeds: vec![3, 4],
            floors: vec![8.0, 98.9],
            quick: false,
            command: "counterfeit reproduce ring".to_owned(),
            device: "a machine".to_owned(),
            date: "2026-11-21".to_owned(),
            seconds: 150.0,
        }
    }

    #[test]
    fn means_and_their_errors() {
        // Of 2, 4, 4, 4, 5, 5, 7, 9 the mean is 5 and the squares sum to 32: √(32 / 7 / 8).
        let (mean, error) = mean_and_error(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(mean, 5.0);
        assert!((error - (32.0_f64 / 56.0).sqrt()).abs() < 1e-12, "{error}");
        let (mean, error) = mean_and_error(&[3.0]);
        assert!(mean == 3.0 && error.is_nan(), "one run has no error");
        assert!(mean_and_error(&[]).0.is_nan());
    }

    #[test]
    fn a_table_holds_our_rows_beside_the_published_ones() {
        let results = results(vec![
            set("ring", &[[8.0, 96.0], [8.0, 98.0]]),
            set("ring-vanilla", &[[6.0, 90.0], [7.0, f64::NAN]]),
        ]);
        let text = results.markdown();
        for wanted in [
            "## ring\n",
            "| **`ring`** | 8.0 ± 0.0 | 97.0 ± 1.0 | 2 | this program, 100 steps, 2 s a run |\n",
            // A run that diverged has no share of high quality, and neither has the mean.
            "| **`ring-vanilla`** | 6.5 ± 0.5 | – | 2 | this program, 100 steps, 2 s a run |\n",
            "| an ideal sampler | 8.0 | 98.9 |  | draws from the data |\n",
            "| PacGAN2 | 7.9 ± 0.1 | 95.6 |  | Lin et al. 2018, table 1, 10 runs |\n",
            "Bars of `ring` for every seed: Modes at least 8.0: reached (mean 8.0, worst 8.0); Within 3σ \
             of a mode, % at least 95.0: reached (mean 97.0, worst 96.0).\n",
            "`counterfeit reproduce ring`, seeds 3 to 4, on a machine, 2026-11-21, in 2 minutes.\n",
            "| 4 | 8.0 | 98.0 | 7.0 | – |\n",
        ] {
            assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
        }
        assert!(!text.contains("**Unfinished") && !text.contains("**Shortened"));
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| ")).collect();
        for row in &rows[..rows.len() - 3] {
            assert_eq!(row.matches('|').count(), 6, "{row}");
        }
    }

    #[test]
    fn what_is_not_the_protocols_result_says_so() {
        let mut partial = results(vec![set("ring", &[[8.0, 96.0]]), set("ring-vanilla", &[])]);
        let text = partial.markdown();
        assert!(text.contains("**Unfinished: 1 of 4 runs are done.**"), "{text}");
        assert!(text.contains("| **`ring`** | 8.0 | 96.0 | 1 |"), "{text}");
        assert!(text.contains("| **`ring-vanilla`** | – | – | 0 |"), "{text}");
        assert!(text.contains("| 4 |  |  |  |  |"), "{text}");
        partial.quick = true;
        assert!(partial.markdown().contains("**Shortened:**"));
        partial.floors.clear();
        let row = "| an ideal sampler | – | – |  | draws from the data |";
        assert!(partial.markdown().contains(row), "{}", partial.markdown());
    }

    #[test]
    fn seeds_are_named_one_by_one_unless_they_follow() {
        assert_eq!(listed(&[0, 1, 2, 3]), "0 to 3");
        assert_eq!(listed(&[7]), "7");
        assert_eq!(listed(&[3, 5, 4]), "3, 5, 4");
        assert_eq!(listed(&[0, 2, 1, 3]), "0, 2, 1, 3");
    }

    #[test]
    fn a_bar_is_for_every_run() {
        let coverage = &Name::Ring.protocol().columns[1];
        let of = |column, value, figures: &[f64]| outcome(&Bar { column: 0, value }, column, figures);
        assert_eq!(
            of(coverage, 95.0, &[99.1, 94.9, 97.0]),
            "Within 3σ of a mode, % at least 95.0: **missed** in 1 of 3 runs (mean 97.0, worst 94.9)"
        );
        let w1 = &Name::Mixture1d5.protocol().columns[2];
        assert_eq!(of(w1, 2.0, &[1.5, 2.0]), "W1, floors at most 2.00: reached (mean 1.75, worst 2.00)");
        assert_eq!(
            of(w1, 2.0, &[1.0, f64::NAN]),
            "W1, floors at most 2.00: **missed** in 1 of 2 runs (mean –, worst –)"
        );
    }
}
