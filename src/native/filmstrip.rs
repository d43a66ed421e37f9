//! The course of a run in pictures, from the grids in its folder: `filmstrip.png` has a row of images for each of some
//! moments, of the same latents from top to bottom, and `filmstrip.gif` plays the grids.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, ImageFormat, ImageReader, RgbImage, imageops};

use super::files;
use super::grid::{GAP, GAP_SHADE};

const BEFORE: &str = "samples-";
/// Rows of the strip, and images in one.
const ROWS: usize = 16;
const COLUMNS: usize = 12;
/// Frames of the animation.
const FRAMES: usize = 100;
const FRAME: Duration = Duration::from_millis(120);
/// The last frame stands still.
const LAST: Duration = Duration::from_secs(2);

/// The name of the grid of images of a step.
pub fn grid_name(step: u64) -> String {
    format!("{BEFORE}{step:06}.png")
}

/// Writes both pictures of the grids up to `step`, of images of `size` pixels. None are written of fewer than two grids.
///
/// # Errors
/// When a grid cannot be read, or the disk fails.
pub fn write(folder: &Path, step: u64, size: usize) -> Result<()> {
    let grids = grids(folder, step)?;
    if grids.len() < 2 {
        return Ok(());
    }
    let shown = evenly(&grids, ROWS).map(|path| open(path)).collect::<Result<Vec<_>>>()?;
    files::write(&folder.join("filmstrip.png"), &strip(&shown, size)?)?;
    let mut grids = evenly(&grids, FRAMES).peekable();
    let frames = std::iter::from_fn(|| {
        let path = grids.next()?;
        Some(open(path).map(|grid| (grid, if grids.peek().is_some() { FRAME } else { LAST })))
    });
    files::write(&folder.join("filmstrip.gif"), &animation(frames)?)
}

/// The last grid of images in a run's folder.
///
/// # Errors
/// When it cannot be read.
pub fn last(folder: &Path) -> Result<Option<DynamicImage>> {
    grids(folder, u64::MAX)?.last().map(|path| open(path)).transpose()
}

/// The grids of a run's folder up to `step`, in the order of their steps.
fn grids(folder: &Path, step: u64) -> Result<Vec<PathBuf>> {
    let steps = files::numbered(folder, BEFORE, ".png")?.into_iter().filter(|of| *of <= step);
    Ok(steps.map(|of| folder.join(grid_name(of))).collect())
}

/// `most` of these at equal distances, with the first and the last; all where there are no more.
fn evenly<T>(all: &[T], most: usize) -> impl Iterator<Item = &T> {
    let shown = all.len().min(most);
    (0..shown).map(move |i| &all[i * (all.len() - 1) / (shown - 1).max(1)])
}

fn open(path: &Path) -> Result<DynamicImage> {
    let bytes = files::read(path, 1 << 28)?;
    let reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    reader.decode().with_context(|| path.display().to_string())
}

/// A row of each grid's first images, as PNG.
///
/// # Errors
/// When it is too large for one.
pub fn strip(grids: &[DynamicImage], size: usize) -> Result<Vec<u8>> {
    let side = (size + GAP) as u32;
    let per_row = (grids[0].width() - GAP as u32) / side;
    let count = COLUMNS.min((per_row * ((grids[0].height() - GAP as u32) / side)) as usize) as u32;
    let (width, height) = (count * side + GAP as u32, grids.len() as u32 * side + GAP as u32);
    let mut strip = RgbImage::from_pixel(width, height, image::Rgb([GAP_SHADE; 3]));
    for (row, grid) in (0_u32..).zip(grids) {
        for i in 0..count {
            let image = grid.crop_imm(i % per_row * side, i / per_row * side, side, side).to_rgb8();
            imageops::replace(&mut strip, &image, i64::from(i * side), i64::from(row * side));
        }
    }
    let strip = DynamicImage::from(strip);
    let strip = if grids[0].color().has_color() { strip } else { strip.into_luma8().into() };
    let mut png = Cursor::new(Vec::new());
    strip.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

/// Images, each with its time, as GIF that starts again at its end.
///
/// # Errors
/// When one of them is an error, or too large.
pub fn animation(frames: impl Iterator<Item = Result<(DynamicImage, Duration)>>) -> Result<Vec<u8>> {
    let mut gif = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut gif, 10);
    encoder.set_repeat(Repeat::Infinite)?;
    for frame in frames {
        let (image, time) = frame?;
        encoder.encode_frame(Frame::from_parts(image.into_rgba8(), 0, 0, Delay::from_saturating_duration(time)))?;
    }
    drop(encoder);
    Ok(gif)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;

    use super::*;
    use crate::native::grid;

    #[test]
    fn a_row_a_moment_and_a_frame_a_grid() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // Grid i of 16 images of 2 × 2: image j has the shade 16 i + j. The last is of a step that a resumed run has
        // not reached again.
        for i in 0..4 {
            let images: Vec<u8> = (0..16).flat_map(|j| [16 * i + j; 4]).collect();
            fs::write(at(&grid_name(500 * u64::from(i))), grid::png(&images, 2, 1).unwrap()).unwrap();
        }
        fs::write(at("samples-of-others.png"), "").unwrap();
        write(folder.path(), 0, 2).unwrap();
        assert!(!at("filmstrip.png").exists(), "one grid is no strip");
        write(folder.path(), 1000, 2).unwrap();
        let strip = open(&at("filmstrip.png")).unwrap();
        assert!(!strip.color().has_color());
        let strip = strip.into_luma8();
        assert_eq!(strip.dimensions(), (12 * 4 + 2, 3 * 4 + 2));
        let shade = |row: u32, column: u32| strip.get_pixel(column * 4 + 2, row * 4 + 3).0[0];
        assert_eq!([shade(0, 0), shade(0, 11), shade(2, 5)], [0, 11, 37]);
        assert_eq!(strip.get_pixel(4, 4).0, [GAP_SHADE]);
        let gif = fs::read(at("filmstrip.gif")).unwrap();
        let frames = GifDecoder::new(Cursor::new(gif)).unwrap().into_frames().collect_frames().unwrap();
        let shades: Vec<u8> = frames.iter().map(|frame| frame.buffer().get_pixel(3, 3).0[0]).collect();
        assert_eq!(shades, [0, 16, 32]);
        let times: Vec<Duration> = frames.iter().map(|frame| frame.delay().into()).collect();
        assert_eq!(times, [FRAME, FRAME, LAST]);
    }

    #[test]
    fn a_long_run_has_moments_from_start_to_end() {
        let all: Vec<usize> = (0..50).collect();
        let shown: Vec<usize> = evenly(&all, 16).copied().collect();
        assert_eq!((shown.len(), shown[0], shown[15]), (16, 0, 49));
        assert_eq!(evenly(&[7], 16).collect::<Vec<_>>(), [&7]);
    }
}
