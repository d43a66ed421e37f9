//! Training speed, without the time that reports, grids and checkpoints take.

use std::time::{Duration, Instant};

/// A stopwatch with a count of steps.
pub struct Pace {
    since: Instant,
    start: u64,
    steps: u64,
    spent: Duration,
}

impl Pace {
    /// Starts at this step.
    pub fn new(step: u64) -> Self {
        Self { since: Instant::now(), start: step, steps: 0, spent: Duration::ZERO }
    }

    /// Stops at `step`; gives the steps a second since the last [`Pace::go_on`].
    pub fn stop(&mut self, step: u64) -> f64 {
        let spent = self.since.elapsed();
        let steps = step - self.start;
        self.start = step;
        self.steps += steps;
        self.spent += spent;
        rate(steps, spent)
    }

    /// Continues.
    pub fn go_on(&mut self) {
        self.since = Instant::now();
    }

    /// Steps per second over the whole run.
    pub fn mean(&self) -> f64 {
        rate(self.steps, self.spent)
    }

    /// Time spent training.
    pub fn spent(&self) -> Duration {
        self.spent
    }
}

fn rate(steps: u64, spent: Duration) -> f64 {
    // The clock may not have advanced.
    steps as f64 / spent.as_secs_f64().max(1e-9)
}
