//! `evaluate`: the metrics of a checkpoint.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use burn::tensor::Tensor;

use super::args::Evaluate;
use super::device::Opened;
use super::failure::mistake;
use super::progress::say;
use super::report::{Report, Seen, print, print_json};
use super::sample::CHUNK;
use super::score::{self, Scorer};
use super::{dataset, device, files, folder, grid};
use crate::experiment::Experiment;
use crate::metrics::Metric;
use crate::objective::Targets;
use crate::snapshot::{GanStats, METRIC_SAMPLES, Observer, Picture};
use crate::tensor::detach;
use crate::trainer::Trainer;

const GRID: usize = 64;

/// Evaluates a checkpoint.
///
/// # Errors
/// When it cannot be used, or its data are not available.
pub fn run(args: &Evaluate) -> Result<ExitCode> {
    let checkpoint = folder::load(&args.checkpoint)?;
    let experiment = checkpoint.experiment.clone();
    let source = dataset::training_source(&experiment, args.data.as_deref())?;
    let opened = device::open(args.device)?;
    let scorer = scorer(args, &experiment, &opened)?;
    let trainer = checkpoint.resume_on(|experiment| source.data(experiment), &opened.device);
    let mut trainer =
        source.name_folder(trainer).map_err(|error| error.context(args.checkpoint.display().to_string()))?;
    trainer.measure_statistics();
    let observer = Observer::new(&trainer, GRID);
    let snapshot = pollster::block_on(observer.observe(&trainer, None))?;
    let mut report = Report::new(trainer.step, gan_stats(&trainer)?, snapshot.metrics);
    report.event = Some("done");
    if let Some(Picture::Gallery(gallery)) = snapshot.picture {
        let out = args.out.clone().unwrap_or_else(|| next_to(&args.checkpoint));
        let png = grid::png(&gallery.generated, gallery.size, gallery.channels)?;
        files::write(&out, &png).map_err(mistake)?;
        report.samples = Some(out.display().to_string());
    }
    if let Some(scorer) = &scorer
        && let held_out = dataset::held_out(&experiment, args.data.as_deref())?
        && let Some((metrics, seen)) = scorer.score(&trainer, &held_out)?
    {
        report.metrics.0.extend(metrics);
        report.seen = Some(seen);
    }
    if args.json {
        print_json(&report)?;
    } else {
        describe(&report)?;
    }
    if report.seen.is_none() && experiment.has_images() {
        let why = why_unscored(&experiment, scorer.as_ref());
        if args.json { say(&why) } else { print(&why)? }
    }
    Ok(ExitCode::SUCCESS)
}

fn why_unscored(experiment: &Experiment, scorer: Option<&Scorer>) -> String {
    match scorer {
        None if !experiment.data.has_digits() => {
            "Images that are no digits have no metric: the classifier that scores images knows digits.".to_owned()
        }
        Some(_) => "The data hold too few images to score others by.".to_owned(),
        None => score::remedy(),
    }
}

/// The classifier for a run on images.
fn scorer(args: &Evaluate, experiment: &Experiment, opened: &Opened) -> Result<Option<Scorer>> {
    if experiment.data.has_digits() {
        return Scorer::find(args.classifier.as_deref(), opened);
    }
    match &args.classifier {
        None => Ok(None),
        Some(path) => {
            let made = if experiment.has_images() { "images that are no digits" } else { "points, not images" };
            Err(mistake(format!("--classifier {}: this run makes {made}; leave it out", path.display())))
        }
    }
}

fn next_to(checkpoint: &std::path::Path) -> PathBuf {
    if checkpoint.is_dir() { checkpoint.join("evaluation.png") } else { checkpoint.with_file_name("evaluation.png") }
}

/// The losses and outputs of the networks in eval mode, over as many samples as the metrics use.
fn gan_stats(trainer: &Trainer) -> Result<GanStats> {
    let e = trainer.experiment();
    let device = trainer.device();
    let n = CHUNK / e.pack * e.pack;
    let mut sums = [0.0; 4];
    let chunks = METRIC_SAMPLES / n;
    for [real_logits, fake_logits] in trainer.evaluation_logits(chunks, n) {
        let logits = Tensor::cat(vec![real_logits.clone(), fake_logits.clone()], 0);
        let sides = Targets::new(n / e.pack, e.label_smoothing, device);
        let d_rows = detach(e.objective.game().d_loss(logits.autodiff(), &sides));
        let g_rows = e.objective.game().g_loss(fake_logits.clone());
        let belief = |logits| burn::tensor::activation::sigmoid(logits).mean();
        let values = [d_rows.mean() * 2.0, g_rows.mean(), belief(real_logits), belief(fake_logits)];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += scalar(value)? / chunks as f32;
        }
    }
    let [d_loss, g_loss, d_real, d_fake] = sums;
    Ok(GanStats { d_loss, g_loss, d_real, d_fake, terms: Vec::new() })
}

fn scalar(value: Tensor<1>) -> Result<f32> {
    let data = value.into_data();
    let values: Vec<f32> = data.try_to_vec().map_err(|error| anyhow!("the device failed: {error:?}"))?;
    values.first().copied().ok_or_else(|| anyhow!("the device failed: it returned nothing"))
}

fn describe(report: &Report) -> Result<()> {
    print(&format!("step               {:>9}", report.step))?;
    let outputs =
        [("D loss", report.d_loss), ("G loss", report.g_loss), ("D(x)", report.d_real), ("D(G(z))", report.d_fake)];
    for (name, value) in outputs {
        print(&format!("{name:<18} {value:>9.4}"))?;
    }
    for metric in &report.metrics.0 {
        let Metric { quantity, value, floor } = metric;
        print(&format!(
            "{:<20} {:>9}   an ideal sampler: {}",
            quantity.label,
            quantity.text(*value),
            quantity.text(*floor)
        ))?;
    }
    if let Some(seen) = &report.seen {
        histogram(seen)?;
    }
    if let Some(path) = &report.samples {
        print(&format!("samples            {path}"))?;
    }
    Ok(())
}

/// The share of each class, as a bar of one mark per 2%.
fn histogram(seen: &Seen) -> Result<()> {
    let percent = |share: f64| format!("{:.1}%", 100.0 * share);
    let classes = seen.classes.iter().zip(&seen.classes_floor);
    for (class, (&share, &real)) in classes.enumerate() {
        let bar = "#".repeat((50.0 * share).round() as usize);
        print(&format!("class {class}            {:>9}   real: {:>5}   {bar}", percent(share), percent(real)))?;
    }
    print(&format!(
        "{} samples of each kind, seen by {}, which tells {:.2}% of its test images right",
        seen.metric_samples,
        seen.classifier,
        100.0 * seen.classifier_accuracy
    ))
}
