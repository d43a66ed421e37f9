//! `sample`: what a generator makes, as a grid of images or a table of points.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::args::Sample;
use super::failure::mistake;
use super::progress::say;
use super::{device, files, folder, grid};
use crate::error::Error;
use crate::nets::matrix;
use crate::snapshot::to_byte;

/// Samples that are computed at a time, to bound memory.
pub const CHUNK: usize = 250;

/// Draws samples from a checkpoint.
///
/// # Errors
/// When the checkpoint cannot be used, or the file cannot be written.
pub fn run(args: &Sample) -> Result<ExitCode> {
    let checkpoint = folder::load(&args.checkpoint)?;
    let images = checkpoint.experiment.has_images();
    let out = output(args, images)?;
    let opened = device::open(args.device)?;
    let (experiment, network, weights) = checkpoint
        .generator(&opened.device)
        .with_context(|| args.checkpoint.display().to_string())?;
    let count = usize::try_from(args.count)?;
    let width = experiment.generator_inputs();
    let inputs = experiment.fixed_inputs(count, args.seed.unwrap_or(experiment.seed));
    let mut samples = Vec::new();
    for inputs in inputs.chunks(CHUNK * width) {
        let inputs = matrix(
            inputs.to_vec(),
            [inputs.len() / width, width],
            &opened.device,
        );
        let data = network.sample(&weights, inputs).into_data();
        let values: Vec<f32> = data
            .try_to_vec()
            .map_err(|error| Error::Device(format!("{error:?}")))?;
        samples.extend(values);
    }
    let bytes = if images {
        let pixels: Vec<u8> = samples.into_iter().map(to_byte).collect();
        grid::png(&pixels, experiment.image_size)?
    } else {
        table(&samples, experiment.data_dim()).into_bytes()
    };
    files::write(&out, &bytes).map_err(mistake)?;
    say(&format!("{count} samples are in {}", out.display()));
    Ok(ExitCode::SUCCESS)
}

/// Where they go: images are PNG, points CSV.
fn output(args: &Sample, images: bool) -> Result<PathBuf> {
    let (what, extension) = if images {
        ("images", "png")
    } else {
        ("points", "csv")
    };
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

/// A header, then a point a line.
fn table(points: &[f32], dim: usize) -> String {
    let mut text = match dim {
        1 => "x".to_owned(),
        2 => "x,y".to_owned(),
        _ => (1..=dim)
            .map(|i| format!("x{i}"))
            .collect::<Vec<_>>()
            .join(","),
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
