//! Errors of the program: one line on standard error, and an exit code.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::progress;
use crate::error::Error;

/// A usage or input error.
const USAGE: u8 = 2;
/// Any other.
const FAILED: u8 = 1;

/// An error in the arguments or input files, which the user can correct.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Mistake(String);

/// An error that another process reports, of those that were started together, with its exit code.
#[derive(Debug, thiserror::Error)]
#[error("another process has failed")]
pub struct Elsewhere(pub u8);

/// An error that ends the program with exit code 2.
pub fn mistake(what: impl Display) -> anyhow::Error {
    // The alternate form, for `anyhow` errors: the whole chain of causes.
    Mistake(format!("{what:#}")).into()
}

/// Prints an error as one line.
pub fn say(message: &str) {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line: String = words.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    progress::print_error(&format!("error: {line}"));
}

/// Prints the error and returns the exit code.
pub fn exit(error: &anyhow::Error) -> ExitCode {
    print(error);
    code(error).into()
}

/// Prints the error as one line, if it is one to report.
pub fn print(error: &anyhow::Error) {
    // The reader of standard output has closed it, as `head` does.
    let broken_pipe = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    let is_broken_pipe = error.chain().any(|cause| cause.downcast_ref().is_some_and(broken_pipe));
    if !is_broken_pipe && !error.is::<Elsewhere>() {
        say(&format!("{error:#}"));
    }
}

/// The exit code of the error.
pub fn code(error: &anyhow::Error) -> u8 {
    match error.downcast_ref() {
        Some(Elsewhere(code)) => *code,
        None if error.chain().any(is_mistake) => USAGE,
        None => FAILED,
    }
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

/// clap's errors: help and version unchanged, anything else as one line.
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
    say(&format!("{}; see `--help`", cause.trim_start_matches("error: ")));
    USAGE.into()
}
