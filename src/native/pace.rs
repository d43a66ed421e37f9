//! How many steps to ask for at a time, and training speed, without the time that reports, grids and checkpoints take.

use std::time::{Duration, Instant};

use crate::tensor::is_host;
use crate::trainer::Trainer;

/// Steps that may be queued on a device; more would only take memory.
pub const QUEUE: u64 = 256;
/// Steps to ask for at a time, at most. On a GPU several together take less of the host's time.
const TOGETHER: u64 = 32;

/// How many steps to ask for now. On the CPU one: an interrupt is noticed after each.
pub fn steps_to_queue<const N: usize>(trainer: &Trainer, every: [u64; N]) -> usize {
    if is_host(trainer.device()) {
        return 1;
    }
    together(trainer.step, trainer.experiment().steps, every)
}

/// The steps from `step` to the next multiple of any of `every`, of [`QUEUE`], or to `last`; at least 1, at most
/// [`TOGETHER`].
fn together<const N: usize>(step: u64, last: u64, every: [u64; N]) -> usize {
    let left = every.into_iter().chain([QUEUE]).map(|every| every - step % every);
    left.chain([last.saturating_sub(step).max(1)]).fold(TOGETHER, u64::min) as usize
}

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

    /// Continues from an earlier step.
    pub fn go_back(&mut self, step: u64) {
        self.start = step;
        self.go_on();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_where_something_is_due() {
        assert_eq!(together(0, 1000, [100, 250, 500]), 32);
        assert_eq!(together(96, 1000, [100, 250, 500]), 4);
        assert_eq!(together(248, 1000, [100, 250, 500]), 2, "the second of them");
        assert_eq!(together(250, 1000, [100, 1000, 500]), 6, "the queue is full at 256");
        assert_eq!(together(993, 1000, [100, 250, 500]), 7, "the last step");
        assert_eq!(together(7, 1000, [1]), 1);
        assert_eq!(together(1000, 1000, []), 1, "a run that is over");
    }
}
