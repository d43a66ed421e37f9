//! Progress on standard error: a bar in a terminal, one line per report elsewhere.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

use super::report::Report;

/// A run's progress.
pub struct Progress {
    bar: ProgressBar,
    /// Whether each report is printed as a line.
    lines: bool,
}

impl Progress {
    /// Progress from step `done` of `steps`; with `quiet`, only in a terminal.
    pub fn new(done: u64, steps: u64, quiet: bool) -> Self {
        let bar = ProgressBar::new(steps).with_position(done);
        bar.set_style(style("{bar:32.cyan} {pos}/{len} steps, {eta} left\n{msg}"));
        bar.reset_eta();
        bar.tick();
        Self { bar, lines: !quiet && !io::stderr().is_terminal() }
    }

    /// Counts `n` steps, which may still be queued on the device.
    pub fn advance(&self, n: usize) {
        self.bar.inc(n as u64);
    }

    /// Shows a report.
    pub fn report(&self, report: &Report) {
        if self.lines {
            say(&format!("step {}: {report}", report.step));
        } else {
            self.bar.set_message(format!("{report:#}"));
        }
    }

    /// Ends with this report.
    pub fn end(&self, report: &Report) {
        self.bar.finish_and_clear();
        // Printed already, as a line.
        if !self.lines {
            say(&format!("step {}: {report}", report.step));
        }
    }
}

impl Drop for Progress {
    /// Clears the bar, so that an error's line does not follow it.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Prints a line on standard error.
pub fn say(line: &str) {
    // A closed standard error is not an error.
    let _ = writeln!(io::stderr(), "{line}");
}

/// A bar for a download of `size` bytes, where known.
pub fn download(url: &str, size: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_length(size.unwrap_or(0));
    bar.set_style(style("{bar:32.cyan} {bytes}/{total_bytes} {msg}"));
    bar.set_message(url.to_owned());
    bar
}

/// A bar for `length` steps of a task other than training a run.
pub fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    bar.set_style(style("{bar:32.cyan} {percent}%, {eta} left {msg}"));
    bar
}

fn style(template: &str) -> ProgressStyle {
    // The template is constant; indicatif's default bar replaces one that is wrong.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
