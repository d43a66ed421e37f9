//! `interpolate`: ways through the latent space, as rows of images, an animation or a table of points.

use std::path::{Path as FilePath, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use image::imageops::{self, FilterType};
use image::{DynamicImage, load_from_memory};

use super::args::Interpolate;
use super::failure::mistake;
use super::progress::say;
use super::sample::{self, Drawn};
use super::{files, filmstrip, grid};
use crate::latent::Prior;
use crate::latent::fixed_samples::{FixedSamples, Interpolation, STEPS};
use crate::latent::path::Path;

/// The height of an animation, at least.
const HEIGHT: usize = 196;
/// A frame of an animation; both ends of a way are a frame each, and so stand still for two.
const FRAME: Duration = Duration::from_millis(100);

/// Draws samples on the way from each latent of the run's grid to the next.
///
/// # Errors
/// When the checkpoint cannot be used, or the file cannot be written.
pub fn run(args: &Interpolate) -> Result<ExitCode> {
    let rows = usize::try_from(args.rows)?;
    let out = args.out.as_deref();
    let animated = out.is_some_and(|out| out.extension().is_some_and(|end| end == "gif"));
    let drawn = sample::draw(&args.checkpoint, args.device, |experiment| {
        let path = args.way.unwrap_or(match experiment.prior {
            Prior::Normal => Path::Slerp,
            Prior::Uniform => Path::Lerp,
        });
        // An animation comes back to its first sample.
        let latents = if animated { rows } else { rows + 1 };
        let fixed = FixedSamples::new(experiment, latents, args.seed.unwrap_or(experiment.seed), args.truncation);
        let way = |from| fixed.interpolation(Interpolation { from, to: (from + 1) % latents, path });
        Ok((0..rows).flat_map(way).collect())
    })?;
    let (out, bytes) = match drawn.pixels() {
        Some(pixels) if animated => (name(out, "gif")?, animation(&drawn, &pixels)?),
        Some(pixels) => {
            let columns = STEPS * drawn.experiment.views();
            (name(out, "png")?, grid::rows(&pixels, drawn.experiment.image_size, drawn.experiment.channels, columns)?)
        }
        None => (name(out, "csv")?, drawn.table().into_bytes()),
    };
    files::write(&out, &bytes).map_err(mistake)?;
    say(&format!("{} samples, {STEPS} from one to the next, are in {}", rows * STEPS, out.display()));
    Ok(ExitCode::SUCCESS)
}

/// The file to write.
fn name(out: Option<&FilePath>, extension: &str) -> Result<PathBuf> {
    let Some(path) = out else {
        return Ok(PathBuf::from(format!("interpolation.{extension}")));
    };
    if path.extension().is_some_and(|given| given == extension) {
        return Ok(path.to_owned());
    }
    let wanted = if extension == "csv" { "points; name a .csv" } else { "images; name a .png or .gif" };
    Err(mistake(format!("--out {}: samples of this checkpoint are {wanted} file", path.display())))
}

/// A frame a sample, enlarged.
fn animation(drawn: &Drawn, pixels: &[u8]) -> Result<Vec<u8>> {
    let e = &drawn.experiment;
    let (size, views) = (e.image_size, e.views());
    let frames = pixels.chunks_exact(views * e.channels * size * size).map(|sample| {
        let image = load_from_memory(&grid::rows(sample, size, e.channels, views)?)?;
        let (scale, [width, height]) = (HEIGHT.div_ceil(size) as u32, [image.width(), image.height()]);
        let enlarged = imageops::resize(&image, width * scale, height * scale, FilterType::Nearest);
        Ok((DynamicImage::from(enlarged), FRAME))
    });
    filmstrip::animation(frames)
}
