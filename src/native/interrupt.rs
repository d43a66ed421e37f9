//! Ctrl-C: once to stop after the step, twice to stop at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use super::progress;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Listens from now on, for a run that then saves.
///
/// # Errors
/// When the system does not let it.
pub fn listen() -> Result<()> {
    listen_and("finishing this step, then saving")
}

/// Listens from now on; when asked, says that it is doing `what`.
///
/// # Errors
/// When the system does not let it.
pub fn listen_and(what: &'static str) -> Result<()> {
    ctrlc::set_handler(move || {
        if ASKED.swap(true, Ordering::SeqCst) {
            // Nothing was saved: the one way out that is neither done nor a mistake of the user's.
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
