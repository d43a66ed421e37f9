//! The images of a folder as training data: PNG, JPEG and WebP files of any size and shape, grey or in colour; each
//! folder in it is a class. The largest square in an image's middle is resized to the experiment's size.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::imageops::FilterType;
use image::{DynamicImage, imageops};
use rayon::prelude::*;

use super::failure::mistake;
use super::{picture, progress};
use crate::data::Images;
use crate::data::images::check_pixels;
use crate::experiment::Experiment;

/// The ends of their names.
const KINDS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];
/// Classes at most: a class is a byte.
const CLASSES: usize = 256;
/// Files of a folder at most.
const MOST: usize = 10_000_000;
/// Unreadable files that are named.
const NAMED: usize = 5;

/// The images of a folder, and what was left out of it.
pub struct Found {
    /// The images.
    pub images: Images,
    /// How many files could not be read, and why the first of them could not, in a sentence; none where all could.
    pub left_out: Option<String>,
}

/// Reads the images of a folder for an experiment, on all processors.
///
/// # Errors
/// When the folder cannot be read, or holds no image that can.
pub fn read(folder: &Path, experiment: &Experiment) -> Result<Found> {
    let files = list(folder)?;
    if files.is_empty() {
        return Err(mistake(format!(
            "--data {}: there are no images in it; it should have {} files, or folders of them, one a class",
            folder.display(),
            KINDS.join(", ")
        )));
    }
    let (size, planes) = (experiment.image_size, experiment.channels);
    check_pixels(files.len() * planes, size)?;
    let bar = progress::bar(files.len() as u64);
    bar.set_message(format!("reading {}", folder.display()));
    let decoded: Vec<Result<Vec<u8>>> = files
        .par_iter()
        .map(|(path, _)| {
            bar.inc(1);
            let image = picture::open(path)?;
            planes_of(&image, size, planes)
        })
        .collect();
    bar.finish_and_clear();
    let (mut pixels, mut labels, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for ((_, label), image) in files.iter().zip(decoded) {
        match image {
            Ok(image) => {
                pixels.extend(image);
                labels.push(*label);
            }
            Err(error) => failed.push(format!("{error:#}")),
        }
    }
    if labels.is_empty() {
        return Err(mistake(format!(
            "--data {}: none of its {} images can be read: {}",
            folder.display(),
            failed.len(),
            failed[0]
        )));
    }
    let images = Images::in_planes(planes, size, pixels, labels)?;
    Ok(Found { images, left_out: left_out(&failed, files.len()) })
}

fn left_out(failed: &[String], of: usize) -> Option<String> {
    let more = failed.len().saturating_sub(NAMED);
    let named = failed.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!failed.is_empty())
        .then(|| format!("{} of {of} images cannot be read and are left out: {named}{rest}", failed.len()))
}

/// The image files of a folder with their classes, in the order of their names: those in it are of class 0, or where it
/// has none, those in each of its folders of a class.
fn list(folder: &Path) -> Result<Vec<(PathBuf, u8)>> {
    let (own, folders) = entries(folder)?;
    if !own.is_empty() {
        return Ok(own.into_iter().map(|path| (path, 0)).collect());
    }
    let mut files = Vec::new();
    let mut class = 0;
    for folder in folders {
        let (own, _) = entries(&folder)?;
        if own.is_empty() {
            continue;
        }
        if class == CLASSES {
            return Err(mistake(format!(
                "{}: it is the folder of class {class}; there can be {CLASSES} classes",
                folder.display()
            )));
        }
        files.extend(own.into_iter().map(|path| (path, class as u8)));
        class += 1;
        if files.len() > MOST {
            return Err(mistake(format!("--data: more than {MOST} images")));
        }
    }
    Ok(files)
}

/// The image files and the folders in a folder, each in the order of their names.
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let entries = fs::read_dir(folder).map_err(|error| mistake(format!("--data {}: {error}", folder.display())))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let is_image = |path: &PathBuf| {
        let end = path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
        end.is_some_and(|end| KINDS.contains(&end.as_str()))
    };
    Ok((files.into_iter().filter(is_image).collect(), folders))
}

/// The square in the middle at `size` × `size`, grey or as three planes; transparent pixels are black.
fn planes_of(image: &DynamicImage, size: usize, planes: usize) -> Result<Vec<u8>> {
    let (width, height) = (image.width(), image.height());
    let side = width.min(height);
    let square = imageops::crop_imm(image, (width - side) / 2, (height - side) / 2, side, side).to_image();
    let extent = u32::try_from(size).context("image_size")?;
    let resized = imageops::resize(&square, extent, extent, FilterType::Triangle);
    let opaque = |pixel: &image::Rgba<u8>| {
        let [r, g, b, opacity] = pixel.0.map(u16::from);
        [r, g, b].map(|shade| ((shade * opacity + 127) / 255) as u8)
    };
    let colors: Vec<[u8; 3]> = resized.pixels().map(opaque).collect();
    Ok(match planes {
        3 => (0..3).flat_map(|plane| colors.iter().map(move |color| color[plane])).collect(),
        _ => DynamicImage::from(image::RgbImage::from_raw(extent, extent, colors.concat()).context("the image")?)
            .into_luma8()
            .into_raw(),
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn experiment(settings: &[(&str, &str)]) -> Experiment {
        let mut e = Experiment::preset("digits-mlp").unwrap();
        e.set_all([("data", "folder"), ("channels", "3")].iter().chain(settings).copied()).unwrap();
        e
    }

    #[test]
    fn an_image_is_the_square_in_its_middle_in_planes() {
        // 4 × 2: the outer columns are white.
        let image = RgbImage::from_fn(4, 2, |x, _| if (1..3).contains(&x) { Rgb([10, 20, 30]) } else { Rgb([255; 3]) });
        let image = DynamicImage::from(image);
        assert_eq!(planes_of(&image, 2, 3).unwrap(), [[10; 4], [20; 4], [30; 4]].concat());
        // Rec. 709 luma, 18.6.
        assert_eq!(planes_of(&image, 1, 1).unwrap(), [19]);
        let clear = image::RgbaImage::from_pixel(3, 3, image::Rgba([200, 200, 200, 0]));
        assert_eq!(planes_of(&clear.into(), 2, 1).unwrap(), [0; 4]);
    }

    #[test]
    fn folders_are_classes_and_what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (class, name, shade) in [("a", "1.png", 10), ("b", "2.jpg", 20), ("b", "3.WebP", 30), ("b", "4.png", 40)] {
            let path = folder.path().join(class);
            fs::create_dir_all(&path).unwrap();
            let image = RgbImage::from_pixel(30, 40, Rgb([shade; 3]));
            image.save_with_format(path.join(name), image::ImageFormat::from_path(name).unwrap()).unwrap();
        }
        fs::create_dir(folder.path().join("empty")).unwrap();
        fs::write(folder.path().join("b/notes.txt"), "not an image").unwrap();
        fs::write(folder.path().join("b/0.png"), "nor this").unwrap();
        let found = read(folder.path(), &experiment(&[])).unwrap();
        assert_eq!(found.images.labels(), [0, 1, 1, 1]);
        let first: Vec<u8> = found.images.pixels().chunks(3 * 28 * 28).map(|image| image[0]).collect();
        assert!(first.iter().zip([10, 20, 30, 40]).all(|(got, wanted)| got.abs_diff(wanted) <= 2), "{first:?}");
        let left_out = found.left_out.unwrap();
        assert!(left_out.starts_with("1 of 5 images") && left_out.contains("0.png"), "{left_out}");
        let error = read(&folder.path().join("empty"), &experiment(&[])).err().unwrap().to_string();
        assert!(error.contains("no images") && error.contains("webp"), "{error}");
    }
}
