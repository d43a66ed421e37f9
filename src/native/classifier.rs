//! `classifier`: trains the classifier that `evaluate` scores images with, and writes its file.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, anyhow};
use indicatif::ProgressBar;
use serde::Serialize;

use super::args::Classifier as Args;
use super::failure::mistake;
use super::progress::{self, say};
use super::report::{print, print_json};
use super::{dataset, device, files, interrupt, score};
use crate::classifier::{Classifier, Record, SIZE, Training};
use crate::data::{Images, MNIST};

/// The least useful accuracy on MNIST's test images.
const WANTED: f64 = 0.99;
/// Steps between readings of the loss.
const READ_EVERY: u64 = 50;

#[derive(Serialize)]
struct Outcome<'a> {
    event: &'static str,
    #[serde(flatten)]
    record: &'a Record,
    parameters: usize,
    seconds: f64,
    device: &'a str,
    classifier: String,
}

/// Trains and tests it.
///
/// # Errors
/// When MNIST is not available, the file cannot be written, or training is interrupted; no file is written then.
pub fn run(args: &Args) -> Result<ExitCode> {
    let out = output(args)?;
    let [images, test] = dataset::both_splits(&MNIST, args.data.as_deref())?;
    let (images, test) = (images.resized(SIZE)?, test.resized(SIZE)?);
    let opened = device::open(args.device)?;
    let training = Training::new(images, args.epochs, args.seed, &opened.device)?;
    interrupt::listen_and("stopping; nothing is written")?;
    let start = Instant::now();
    let mut classifier = train(training, args.epochs, &opened.name)?;
    check(&mut classifier, &test)?;
    let seconds = (start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    let bytes = pollster::block_on(classifier.save())?;
    Classifier::parse(&bytes, &opened.device).map_err(|error| anyhow!("training diverged: {error}"))?;
    files::write(&out, &bytes).map_err(mistake)?;

    let record = &classifier.record;
    if args.json {
        print_json(&Outcome {
            event: "done",
            record,
            parameters: classifier.num_params(),
            seconds,
            device: &opened.name,
            classifier: out.display().to_string(),
        })?;
    } else {
        print(&format!(
            "{:.2}% of {} test images right, after {seconds} s",
            100.0 * record.accuracy,
            record.tested_on
        ))?;
    }
    if record.accuracy < WANTED {
        say(&format!(
            "the accuracy is below {}%, too low for its metrics to mean much; use MNIST's own images, or more --epochs",
            100.0 * WANTED
        ));
    }
    say(&format!("saved as {}", out.display()));
    Ok(ExitCode::SUCCESS)
}

/// The file to write; its folder exists.
fn output(args: &Args) -> Result<PathBuf> {
    let path = args.out.clone().or_else(score::default_path);
    let path =
        path.ok_or_else(|| mistake("this user has no cache folder for the classifier; name a file with --out"))?;
    let refuse = |why: &str| mistake(format!("{} cannot be written: {why}", path.display()));
    if path.is_dir() {
        return Err(refuse("it is a folder; name a file with --out"));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| refuse(&error.to_string()))?;
    }
    Ok(path)
}

fn train(mut training: Training, epochs: u64, device: &str) -> Result<Classifier> {
    let steps = training.steps();
    say(&format!("a classifier: {epochs} epochs, {steps} steps, on {device}"));
    let bar = progress::bar(steps);
    for step in 1..=steps {
        let rows = training.step();
        bar.inc(1);
        if step % READ_EVERY == 0 {
            let loss: f32 = rows.mean().into_scalar();
            bar.set_message(format!("loss {loss:.3}"));
            if !loss.is_finite() {
                return Err(anyhow!("training diverged at step {step}: the loss is {loss}"));
            }
        }
        if interrupt::asked() {
            bar.finish_and_clear();
            return Err(anyhow!("interrupted after {step} of {steps} steps; nothing was written"));
        }
    }
    bar.finish_and_clear();
    Ok(training.end())
}

/// Adds the test accuracy to the classifier's record.
fn check(classifier: &mut Classifier, test: &Images) -> Result<()> {
    let predictions = score::predict(classifier, test, &ProgressBar::hidden())?;
    classifier.tested(predictions.right(test.labels()), test.len());
    Ok(())
}
