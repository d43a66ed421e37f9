//! Progress on standard error: a bar in a terminal, one line per report elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU8, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Report;

/// How much is said on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Errors.
    Quiet,
    /// Messages, and progress.
    Normal,
    /// In a terminal, too, a line for each report.
    Verbose,
}

static LEVEL: AtomicU8 = AtomicU8::new(Level::Normal as u8);

/// Sets how much is said from here on.
pub fn set_level(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
}

fn level() -> Level {
    let set = LEVEL.load(Ordering::Relaxed);
    [Level::Quiet, Level::Normal, Level::Verbose].into_iter().find(|&level| level as u8 == set).unwrap_or(Level::Normal)
}

/// A run's progress.
pub struct Progress {
    bar: ProgressBar,
    /// Whether each report is printed as a line.
    lines: bool,
    /// Whether the bar has the last report.
    messages: bool,
}

impl Progress {
    /// Progress from step `done` of `steps`; where `json` reports, only in a terminal.
    pub fn new(done: u64, steps: u64, json: bool) -> Self {
        let bar = shown(ProgressBar::new(steps).with_position(done));
        bar.set_style(style("{bar:32.cyan} {pos}/{len} steps, {eta} left\n{msg}"));
        bar.reset_eta();
        bar.tick();
        let (level, terminal) = (level(), io::stderr().is_terminal());
        let lines = level == Level::Verbose || level == Level::Normal && !json && !terminal;
        Self { bar, lines, messages: terminal && level == Level::Normal }
    }

    /// Counts `n` steps, which may still be queued on the device.
    pub fn advance(&self, n: usize) {
        self.bar.inc(n as u64);
    }

    /// Goes back to an earlier step.
    pub fn go_back(&self, step: u64) {
        self.bar.set_position(step);
        self.bar.reset_eta();
    }

    /// Shows a report.
    pub fn report(&self, report: &Report) {
        if self.messages {
            self.bar.set_message(format!("{report:#}"));
        }
        if self.lines {
            self.bar.suspend(|| say(&format!("step {}: {report}", report.step)));
        }
    }

    /// Prints a message.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| say(line));
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

/// Prints a line on standard error, unless only errors are wanted.
pub fn say(line: &str) {
    if level() > Level::Quiet {
        print_error(line);
    }
}

/// Prints a line on standard error.
pub fn print_error(line: &str) {
    // A closed standard error is not an error.
    let _ = writeln!(io::stderr(), "{line}");
}

/// The bar, unless only errors are wanted.
fn shown(bar: ProgressBar) -> ProgressBar {
    if level() == Level::Quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

/// A bar for a download of `size` bytes, where known.
pub fn download(url: &str, size: Option<u64>) -> ProgressBar {
    let bar = shown(ProgressBar::no_length());
    bar.set_length(size.unwrap_or(0));
    bar.set_style(style("{bar:32.cyan} {bytes}/{total_bytes} {msg}"));
    bar.set_message(url.to_owned());
    bar
}

/// A bar for `length` steps of a task other than training a run.
pub fn bar(length: u64) -> ProgressBar {
    let bar = shown(ProgressBar::new(length));
    bar.set_style(style("{bar:32.cyan} {percent}%, {eta} left {msg}"));
    bar
}

fn style(template: &str) -> ProgressStyle {
    // The template is constant; indicatif's default bar replaces one that is wrong.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
