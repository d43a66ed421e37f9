//! `completions` and `man`: what a shell and its manual know of the command line, from its definition.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::CommandFactory;

use super::args::{Args, Completions, Man};
use super::failure::mistake;
use super::progress::say;

/// The name of the program.
const NAME: &str = "counterfeit";

/// Prints a shell's completions on standard output.
///
/// # Errors
/// When standard output is closed.
pub fn completions(args: &Completions) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), NAME, &mut script);
    io::stdout().lock().write_all(&script).context("standard output")?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a manual page for the program and for each command.
///
/// # Errors
/// When the folder cannot be written to.
pub fn man(args: &Man) -> Result<ExitCode> {
    let folder = &args.folder;
    std::fs::create_dir_all(folder).map_err(|error| mistake(format!("{}: {error}", folder.display())))?;
    clap_mangen::generate_to(Args::command().disable_help_subcommand(true), folder).map_err(mistake)?;
    say(&format!("the pages are in {0}; read the first with: man {0}/{NAME}.1", folder.display()));
    Ok(ExitCode::SUCCESS)
}
