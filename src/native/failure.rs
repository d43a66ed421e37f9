//! How the program fails: one line on standard error, and an exit code.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::progress;
use crate::error::Error;

/// A usage or input error.
const USAGE: u8 = 2;

/// Something that was asked or given is wrong, and whoever asked can put it right.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Mistake(String);

/// An error that ends the program with exit code 2.
pub fn mistake(what: impl Display) -> anyhow::Error {
    // The alternate form, for `anyhow` errors: the whole chain of causes.
    Mistake(format!("{what:#}")).into()
}

/// Prints a line about what went wrong.
pub fn say(message: &str) {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line: String = words.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    progress::say(&format!("error: {line}"));
}

/// Says what went wrong, and gives the exit code.
pub fn exit(error: &anyhow::Error) -> ExitCode {
    // Whoever reads our output has stopped, as `head` does: there is nobody to tell.
    let broken_pipe = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error.chain().any(|cause| cause.downcast_ref().is_some_and(broken_pipe)) {
        return ExitCode::FAILURE;
    }
    say(&format!("{error:#}"));
    if error.chain().any(is_mistake) { USAGE.into() } else { ExitCode::FAILURE }
}

fn is_mistake(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<Mistake>()
        || matches!(
            cause.downcast_ref(),
            Some(
                Error::Setting { .. }
                    | Error::UnknownSetting { .. }
                    | Error::Syntax(_)
                    | Error::UnknownPreset { .. }
                    | Error::Data { .. }
                    | Error::Checkpoint(_)
                    | Error::Classifier(_)
            )
        )
}

/// clap's errors: help and version as they are, anything else on one line.
pub fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let text = error.to_string();
    let cause: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    let cause = cause.join("; ").replace(":; ", ": ");
    say(&format!("{}; `--help` says more", cause.trim_start_matches("error: ")));
    USAGE.into()
}
