//! Ctrl-C: once to stop after the current step, twice to stop at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use super::progress;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Handles Ctrl-C from now on, for a run that saves before it ends.
///
/// # Errors
/// When the system refuses the handler.
pub fn listen() -> Result<()> {
    listen_and("finishing this step, then saving")
}

/// Handles Ctrl-C from now on; the first one prints `what` the program will do.
///
/// # Errors
/// When the system refuses the handler.
pub fn listen_and(what: &'static str) -> Result<()> {
    ctrlc::set_handler(move || {
        if ASKED.swap(true, Ordering::SeqCst) {
            // Nothing was saved: exit code 1, neither success nor a usage error.
            process::exit(1);
        }
        progress::say(&format!("\n{what}; Ctrl-C again quits at once"));
    })
    .context("Ctrl-C cannot be listened for")
}

/// Whether the run should stop.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
