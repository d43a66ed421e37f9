//! The desktop host: a command line around the core. Files, clocks, the terminal and blocking waits are only here.
//!
//! `args` is the command line; each command is a file; `plan` turns the arguments of `train` into a run, and `train`
//! runs it.
#![allow(clippy::disallowed_methods, reason = "a desktop has clocks")]

mod args;
mod bench;
mod classifier;
mod compare;
mod dataset;
mod device;
mod diagnosis;
mod download;
mod evaluate;
mod export;
mod failure;
mod files;
mod filmstrip;
mod folder;
mod grid;
mod image_folder;
mod import;
mod interpolate;
mod interrupt;
mod manual;
mod pace;
mod picture;
mod plan;
mod presets;
mod progress;
mod project;
mod protocol;
mod ranks;
mod records;
mod report;
mod reproduce;
mod results;
mod sample;
mod score;
mod settings;
mod sweep;
mod tensorboard;
mod train;

use std::panic;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use self::args::{Args, Command};
use self::progress::Level;

/// The whole program: 0 done, or interrupted and saved; 2 a usage or input error; 1 anything else.
#[must_use]
pub fn main() -> ExitCode {
    // A panic of a library ends in one line and exit code 1, not in a backtrace.
    panic::set_hook(Box::new(|info| {
        let what = info.payload_as_str().unwrap_or("no reason was given");
        let place = info.location().map_or(String::new(), |at| format!(" ({at})"));
        // Kernel autotuning on a device's threads tries kernels that may panic, and goes on with others.
        if std::thread::current().name() == Some("main") {
            failure::say(&format!("internal: {what}{place}; please report this"));
        }
    }));
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return failure::usage(&error),
    };
    progress::set_level(match (args.quiet, args.verbose) {
        (true, _) => Level::Quiet,
        (_, true) => Level::Verbose,
        _ => Level::Normal,
    });
    match panic::catch_unwind(|| run(args.command.unwrap_or_default())) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failure::exit(&error),
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Train(args) => train::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Interpolate(args) => interpolate::run(&args),
        Command::Project(args) | Command::Inpaint(args) => project::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Classifier(args) => classifier::run(&args),
        Command::Reproduce(args) => reproduce::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Presets(args) => presets::run(&args),
        Command::Schema => settings::run(),
        Command::Bench(args) => bench::run(&args),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::man(&args),
    }
}
