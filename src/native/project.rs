//! `project`: the latents of images (GAN inversion), and inpainting.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use burn::tensor::Device;
use serde::Serialize;

use super::args::Project;
use super::failure::mistake;
use super::progress::{self, say};
use super::report::{print, print_json};
use super::sample::CHUNK;
use super::{device, files, folder, grid, picture};
use crate::data::images::{from_byte, to_byte};
use crate::experiment::Experiment;
use crate::latent::encoder::{self, Players};
use crate::latent::inpainting::Mask;
use crate::latent::projection::{Projected, Projection, Settings};
use crate::rng::{Rng, Stream};

/// The grey level of masked pixels in the output.
const HOLE: u8 = 128;

/// The line of an image in `--json`.
#[derive(Serialize)]
struct Line<'a> {
    image: String,
    /// The mean squared error over known pixels, whose values are in [-1, 1].
    error: f32,
    /// The smallest such error among the starting latents.
    start_error: f32,
    latent: &'a [f32],
}

/// The last line.
#[derive(Serialize)]
struct Done {
    event: &'static str,
    images: usize,
    error: f32,
    start_error: f32,
    samples: String,
}

/// Projects images, and with a mask inpaints them.
///
/// # Errors
/// When the checkpoint or an image cannot be used, or the file cannot be written.
pub fn run(args: &Project) -> Result<ExitCode> {
    let checkpoint = folder::load(&args.checkpoint)?;
    let size = checkpoint.experiment.image_size;
    if let Some(why) = encoder::unsupported_reason(&checkpoint.experiment) {
        let path = args.checkpoint.display();
        return Err(mistake(format!("{path}: {why}")));
    }
    if args.out.extension().is_none_or(|given| given != "png") {
        return Err(mistake(format!(
            "--out {}: what was found is shown as images; name a .png file",
            args.out.display()
        )));
    }
    let mask = match args.mask {
        Some(hole) => Mask::hiding(hole, size)?,
        None => Mask::none(size * size),
    };
    let images = read(&args.images, size)?;
    let opened = device::open(args.device)?;
    let (experiment, players) =
        checkpoint.players(&opened.device).with_context(|| args.checkpoint.display().to_string())?;
    let found = search(args, &experiment, &players, &images, &mask, &opened.device)?;
    let shown = show(&images, &found, &mask, args.mask.is_some(), size)?;
    files::write(&args.out, &shown).map_err(mistake)?;
    report(args, &found)?;
    Ok(ExitCode::SUCCESS)
}

/// The images' pixels; prints which of them were resized.
fn read(paths: &[PathBuf], size: usize) -> Result<Vec<Vec<u8>>> {
    paths
        .iter()
        .map(|path| {
            let picture = picture::read(path, size)?;
            if picture.was != size {
                say(&format!("{}: resized from {2} × {2} to the run's {1} × {1}", path.display(), size, picture.was));
            }
            Ok(picture.pixels)
        })
        .collect()
}

/// Projects all images, in batches of a bounded size.
fn search(
    args: &Project,
    experiment: &Experiment,
    players: &Players,
    images: &[Vec<u8>],
    mask: &Mask,
    device: &Device,
) -> Result<Vec<Projected>> {
    let settings = Settings {
        steps: usize::try_from(args.steps)?,
        restarts: encoder::restarts(experiment, usize::try_from(args.restarts)?),
        ..Settings::default()
    };
    let at_a_time = (CHUNK / settings.restarts).max(1);
    let chunks = images.chunks(at_a_time);
    let bar = progress::bar(args.steps * chunks.len() as u64);
    let mut found = Vec::new();
    for chunk in chunks {
        let model = encoder::model(experiment, players.clone(), settings.restarts);
        let targets: Vec<f32> = chunk.iter().flatten().copied().map(from_byte).collect();
        let rng = Rng::new(args.seed.unwrap_or(experiment.seed), Stream::Fixed);
        let weights = mask.weights();
        let mut projection = Projection::new(model, settings, &targets, &weights, rng, device);
        for _ in 0..settings.steps {
            projection.step();
            bar.inc(1);
        }
        found.extend(pollster::block_on(projection.read())?);
    }
    bar.finish_and_clear();
    Ok(found)
}

/// One row per image: the masked image, its projection and, with a mask, the inpainted image.
fn show(images: &[Vec<u8>], found: &[Projected], mask: &Mask, hole: bool, size: usize) -> Result<Vec<u8>> {
    let mut pixels = Vec::new();
    for (image, found) in images.iter().zip(found) {
        let sample: Vec<u8> = found.sample.iter().map(|&x| to_byte(x)).collect();
        pixels.extend(mask.fill(image, &vec![HOLE; image.len()]));
        pixels.extend(&sample);
        if hole {
            pixels.extend(mask.fill(image, &sample));
        }
    }
    grid::rows(&pixels, size, 1, if hole { 3 } else { 2 })
}

fn report(args: &Project, found: &[Projected]) -> Result<()> {
    let mean = |of: fn(&Projected) -> f32| found.iter().map(of).sum::<f32>() / found.len().max(1) as f32;
    let done = Done {
        event: "done",
        images: found.len(),
        error: mean(|found| found.error),
        start_error: mean(|found| found.start),
        samples: args.out.display().to_string(),
    };
    for (path, found) in args.images.iter().zip(found) {
        if args.json {
            print_json(&Line {
                image: path.display().to_string(),
                error: found.error,
                start_error: found.start,
                latent: &found.latent,
            })?;
        } else {
            print(&format!(
                "{}: error {:.4}, from {:.4} at the best of its starts",
                path.display(),
                found.error,
                found.start
            ))?;
        }
    }
    if args.json {
        print_json(&done)?;
    }
    say(&format!("what was found is in {}", done.samples));
    Ok(())
}
