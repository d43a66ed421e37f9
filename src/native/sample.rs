//! `sample`: samples of a generator, as a grid of images or a table of points.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::args::Sample;
use super::failure::mistake;
use super::progress::say;
use super::{device, files, folder, grid};
use crate::data::images::to_byte;
use crate::error::Error;
use crate::experiment::Experiment;
use crate::latent::arithmetic::Expression;
use crate::latent::fixed_samples::{FixedSamples, Interpolation, STEPS};
use crate::latent::path::Path;
use crate::nets::architectures::as_views;
use crate::tensor::matrix;

/// Samples per forward pass, which bounds memory.
pub const CHUNK: usize = 250;

/// The limit of `--count`.
const LATENTS: usize = 10_000;

/// The latents to use.
#[derive(Clone, Copy)]
enum Request<'a> {
    /// This many latents of the run's grid.
    Grid(usize),
    /// This many rows, each an interpolation from one latent of the grid to the next.
    Interpolation(Path, usize),
    /// The terms of latent arithmetic, and their sum.
    Sum(&'a Expression),
}

/// Draws samples from a checkpoint.
///
/// # Errors
/// When the checkpoint cannot be used, or the file cannot be written.
pub fn run(args: &Sample) -> Result<ExitCode> {
    let request = request(args)?;
    let checkpoint = folder::load(&args.checkpoint)?;
    let images = checkpoint.experiment.has_images();
    let out = output(args, images)?;
    let opened = device::open(args.device)?;
    let (experiment, network, weights) =
        checkpoint.generator(&opened.device).with_context(|| args.checkpoint.display().to_string())?;
    let width = experiment.generator_inputs();
    let mut samples = Vec::new();
    let inputs = inputs(args, &experiment, request);
    for inputs in inputs.chunks(CHUNK * width) {
        let shape = [inputs.len() / width, width];
        let inputs = matrix(inputs.to_vec(), shape, &opened.device);
        let made = as_views(&experiment, network.eval(&weights, inputs));
        let data = made.into_data();
        let values: Vec<f32> = data.try_to_vec().map_err(|error| Error::device(&error))?;
        samples.extend(values);
    }
    let count = samples.len() / experiment.data_dim();
    let bytes = if images {
        let pixels: Vec<u8> = samples.into_iter().map(to_byte).collect();
        let (size, channels) = (experiment.image_size, experiment.channels);
        match request {
            Request::Grid(_) => grid::png(&pixels, size, channels)?,
            Request::Interpolation(..) => grid::rows(&pixels, size, channels, STEPS * experiment.views())?,
            Request::Sum(_) => grid::rows(&pixels, size, channels, count)?,
        }
    } else {
        table(&samples, experiment.data_dim()).into_bytes()
    };
    files::write(&out, &bytes).map_err(mistake)?;
    say(&format!("{count} samples are in {}", out.display()));
    Ok(ExitCode::SUCCESS)
}

/// The request, checked against the run.
fn request(args: &Sample) -> Result<Request<'_>> {
    let count = usize::try_from(args.count)?;
    match (&args.arithmetic, args.interpolate) {
        (Some(sum), _) if sum.largest() >= LATENTS => Err(mistake(format!(
            "--arithmetic: there is no sample {}; they are numbered from 0 to {}",
            sum.largest(),
            LATENTS - 1
        ))),
        (Some(sum), _) => Ok(Request::Sum(sum)),
        (None, Some(_)) if !count.is_multiple_of(STEPS) => Err(mistake(format!(
            "--count {count}: with --interpolate it should be a multiple of {STEPS}, the samples in a row"
        ))),
        (None, Some(path)) => Ok(Request::Interpolation(path, count / STEPS)),
        (None, None) => Ok(Request::Grid(count)),
    }
}

/// The latents and classes of the request, row by row.
fn inputs(args: &Sample, experiment: &Experiment, request: Request) -> Vec<f32> {
    let n = match request {
        Request::Grid(count) => count,
        Request::Interpolation(_, rows) => rows + 1,
        Request::Sum(sum) => sum.largest() + 1,
    };
    let seed = args.seed.unwrap_or(experiment.seed);
    let fixed = FixedSamples::new(experiment, n, seed, args.truncation);
    match request {
        Request::Grid(_) => fixed.inputs(),
        Request::Interpolation(path, rows) => {
            (0..rows).flat_map(|from| fixed.interpolation(Interpolation { from, to: from + 1, path })).collect()
        }
        Request::Sum(sum) => fixed.arithmetic(sum),
    }
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
