//! `sample`: samples of a generator, as a grid of images or a table of points.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::args::{Interpolate, Sample};
use super::device::{self, Choice};
use super::failure::mistake;
use super::progress::say;
use super::{files, folder, grid, interpolate};
use crate::data::images::to_byte;
use crate::error::Error;
use crate::experiment::Experiment;
use crate::latent;
use crate::latent::fixed_samples::{FixedSamples, STEPS};
use crate::nets::architectures::as_views;
use crate::tensor::matrix;

/// Samples per forward pass, which bounds memory.
pub const CHUNK: usize = 250;

/// The limit of `--count`.
const LATENTS: usize = 10_000;

/// The samples of a generator.
pub struct Drawn {
    /// Of its run.
    pub experiment: Experiment,
    /// Sample by sample.
    values: Vec<f32>,
}

impl Drawn {
    fn count(&self) -> usize {
        self.values.len() / self.experiment.data_dim()
    }

    /// The pixels, where the samples are images.
    pub fn pixels(&self) -> Option<Vec<u8>> {
        let images = self.experiment.has_images();
        images.then(|| self.values.iter().copied().map(to_byte).collect())
    }

    /// A header, then one point per line.
    pub fn table(&self) -> String {
        table(&self.values, self.experiment.data_dim())
    }
}

/// Draws samples from a checkpoint.
///
/// # Errors
/// When the checkpoint cannot be used, or the file cannot be written.
pub fn run(args: &Sample) -> Result<ExitCode> {
    if let Some(way) = args.interpolate {
        return interpolate::run(&as_interpolation(args, way)?);
    }
    if let Some(sum) = args.arithmetic.as_ref().filter(|sum| sum.largest() >= LATENTS) {
        return Err(mistake(format!(
            "--arithmetic: there is no sample {}; they are numbered from 0 to {}",
            sum.largest(),
            LATENTS - 1
        )));
    }
    let drawn = draw(&args.checkpoint, args.device, |experiment| {
        let n = args.arithmetic.as_ref().map_or(usize::try_from(args.count)?, |sum| sum.largest() + 1);
        let fixed = FixedSamples::new(experiment, n, args.seed.unwrap_or(experiment.seed), args.truncation);
        Ok(match &args.arithmetic {
            Some(sum) => fixed.arithmetic(sum),
            None => fixed.inputs(),
        })
    })?;
    let pixels = drawn.pixels();
    let out = output(args, pixels.is_some())?;
    let Drawn { experiment: e, .. } = &drawn;
    let bytes = match (&pixels, &args.arithmetic) {
        (None, _) => drawn.table().into_bytes(),
        (Some(pixels), None) => grid::png(pixels, e.image_size, e.channels)?,
        (Some(pixels), Some(_)) => grid::rows(pixels, e.image_size, e.channels, drawn.count())?,
    };
    files::write(&out, &bytes).map_err(mistake)?;
    say(&format!("{} samples are in {}", drawn.count(), out.display()));
    Ok(ExitCode::SUCCESS)
}

/// The samples of a checkpoint's generator for the inputs of its experiment.
///
/// # Errors
/// When the checkpoint cannot be used, or the inputs or the device fail.
pub fn draw(checkpoint: &Path, device: Choice, inputs: impl FnOnce(&Experiment) -> Result<Vec<f32>>) -> Result<Drawn> {
    let loaded = folder::load(checkpoint)?;
    let inputs = inputs(&loaded.experiment)?;
    let opened = device::open(device)?;
    let (experiment, network, weights) =
        loaded.generator(&opened.device).with_context(|| checkpoint.display().to_string())?;
    let width = experiment.generator_inputs();
    let mut values = Vec::new();
    for inputs in inputs.chunks(CHUNK * width) {
        let shape = [inputs.len() / width, width];
        let inputs = matrix(inputs.to_vec(), shape, &opened.device);
        let data = as_views(&experiment, network.eval(&weights, inputs)).into_data();
        values.extend(data.try_to_vec::<f32>().map_err(|error| Error::device(&error))?);
    }
    Ok(Drawn { experiment, values })
}

/// The same with the arguments of `interpolate`, which was an option of `sample`.
fn as_interpolation(args: &Sample, way: latent::path::Path) -> Result<Interpolate> {
    let count = args.count;
    if !count.is_multiple_of(STEPS as u64) {
        return Err(mistake(format!(
            "--count {count}: with --interpolate it should be a multiple of {STEPS}, the samples in a row"
        )));
    }
    let extension = if folder::load(&args.checkpoint)?.experiment.has_images() { "png" } else { "csv" };
    Ok(Interpolate {
        checkpoint: args.checkpoint.clone(),
        rows: count / STEPS as u64,
        way: Some(way),
        seed: args.seed,
        truncation: args.truncation,
        out: Some(args.out.clone().unwrap_or_else(|| format!("samples.{extension}").into())),
        device: args.device,
    })
}

/// The output file: PNG for images, CSV for points.
fn output(args: &Sample, images: bool) -> Result<PathBuf> {
    let (what, extension) = if images { ("images", "png") } else { ("points", "csv") };
    let Some(path) = &args.out else {
        return Ok(PathBuf::from(format!("samples.{extension}")));
    };
    if path.extension().is_none_or(|given| given != extension) {
        return Err(mistake(format!(
            "--out {}: samples of this checkpoint are {what}; name a .{extension} file",
            path.display()
        )));
    }
    Ok(path.clone())
}

/// A header, then one point per line.
fn table(points: &[f32], dim: usize) -> String {
    let mut text = match dim {
        1 => "x".to_owned(),
        2 => "x,y".to_owned(),
        _ => (1..=dim).map(|i| format!("x{i}")).collect::<Vec<_>>().join(","),
    };
    text.push('\n');
    for point in points.chunks_exact(dim) {
        for (i, x) in point.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            // Writing to a string does not fail.
            let _ = write!(text, "{comma}{x}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_a_table_with_a_header() {
        assert_eq!(table(&[1.0, -0.5], 1), "x\n1\n-0.5\n");
        assert_eq!(table(&[1.0, -0.5], 2), "x,y\n1,-0.5\n");
        assert_eq!(table(&[1.0, 2.0, 3.0], 3), "x1,x2,x3\n1,2,3\n");
    }
}
