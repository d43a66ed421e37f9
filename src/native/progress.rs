//! What people see while a run goes on, on standard error: a bar in a terminal, a line a report elsewhere.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

use super::report::Report;

/// A run's progress.
pub struct Progress {
    bar: ProgressBar,
    /// Whether each report is a line of its own.
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

    /// A step was taken, or is under way on the device.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// A report was read.
    pub fn report(&self, report: &Report) {
        if self.lines {
            say(&format!("step {}: {report}", report.step));
        } else {
            self.bar.set_message(format!("{report:#}"));
        }
    }

    /// The run has ended with this report.
    pub fn end(&self, report: &Report) {
        self.bar.finish_and_clear();
        // A line of its own it has already.
        if !self.lines {
            say(&format!("step {}: {report}", report.step));
        }
    }
}

impl Drop for Progress {
    /// An error's line must not stand among the bar's remains.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A line for people.
pub fn say(line: &str) {
    // Whoever has closed standard error does not want to hear it.
    let _ = writeln!(io::stderr(), "{line}");
}

/// A bar for a download of `size` bytes, where the size is known.
pub fn download(url: &str, size: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_length(size.unwrap_or(0));
    bar.set_style(style("{bar:32.cyan} {bytes}/{total_bytes} {msg}"));
    bar.set_message(url.to_owned());
    bar
}

/// A bar for `length` steps of something else than a run.
pub fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    bar.set_style(style("{bar:32.cyan} {percent}%, {eta} left {msg}"));
    bar
}

fn style(template: &str) -> ProgressStyle {
    // A template of ours that is wrong shows at the first run; the default bar then does.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
