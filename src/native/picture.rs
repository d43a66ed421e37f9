//! Pictures that users give: PNG files of any kind, made the square grey images that a generator knows.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::failure::mistake;
use super::files;
use crate::data::Images;

/// The most bytes that a picture's file may have, and the most that it may unpack to: 16 MiB, 64 MiB.
const FILE_LIMIT: u64 = 16 << 20;
const PIXEL_LIMIT: usize = 64 << 20;
/// Rec. 601's shares of red, green and blue in what the eye takes for brightness.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// A square grey picture, 0 black and 255 white.
pub struct Picture {
    /// Its pixels, row by row, as many as were asked for.
    pub pixels: Vec<u8>,
    /// Height and width that it had in the file.
    pub was: usize,
}

/// The picture in a file, grey and resized to `size` × `size`; what is transparent is black.
///
/// # Errors
/// When it cannot be read, is no whole PNG file, is too large, or not square.
pub fn read(path: &Path, size: usize) -> Result<Picture> {
    let bytes = files::read(path, FILE_LIMIT)?;
    decode(&bytes, size)
        .with_context(|| path.display().to_string())
        .map_err(mistake)
}

fn decode(bytes: &[u8], size: usize) -> Result<Picture> {
    let limits = png::Limits { bytes: PIXEL_LIMIT };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    // Palettes become colours, and everything a byte a channel.
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder
        .read_info()
        .context("it is not a whole PNG file, or too large")?;
    let unpacked = reader
        .output_buffer_size()
        .filter(|&unpacked| unpacked <= PIXEL_LIMIT)
        .context("it has too many pixels")?;
    let mut pixels = vec![0; unpacked];
    let frame = reader
        .next_frame(&mut pixels)
        .context("it is not a whole PNG file")?;
    ensure!(
        frame.width == frame.height,
        "it has {} × {} pixels; it should be square, of {size} × {size} at best",
        frame.width,
        frame.height
    );
    let was = usize::try_from(frame.width)?;
    let grey: Vec<u8> = pixels[..frame.buffer_size()]
        .chunks_exact(frame.color_type.samples())
        .map(grey)
        .collect();
    let (pixels, shrunk) = shrink(grey, was, was / size);
    let image = Images::new(shrunk, pixels, vec![0])?.resized(size)?;
    Ok(Picture {
        pixels: image.pixels().to_vec(),
        was,
    })
}

/// A pixel of one to four channels: grey or colour, with or without opacity.
fn grey(pixel: &[u8]) -> u8 {
    let (shade, opacity) = match *pixel {
        [grey] => return grey,
        [grey, opacity] => (grey.into(), opacity),
        [r, g, b] => (luma([r, g, b]), u8::MAX),
        [r, g, b, opacity] => (luma([r, g, b]), opacity),
        _ => (0.0, 0),
    };
    (shade * f32::from(opacity) / 255.0).round() as u8
}

fn luma(rgb: [u8; 3]) -> f32 {
    rgb.iter()
        .zip(LUMA)
        .map(|(&c, share)| f32::from(c) * share)
        .sum()
}

/// The means of blocks of `factor` × `factor` pixels, and how many are in a row: resizing alone would look at a few
/// pixels of a large image and miss the others. What is left over at the right and bottom edges is cut off.
fn shrink(image: Vec<u8>, side: usize, factor: usize) -> (Vec<u8>, usize) {
    if factor < 2 {
        return (image, side);
    }
    let small = side / factor;
    let mean = |i: usize| {
        let (left, top) = (i % small * factor, i / small * factor);
        let sum: usize = (top..top + factor)
            .flat_map(|y| &image[y * side + left..y * side + left + factor])
            .map(|&pixel| usize::from(pixel))
            .sum();
        ((sum + factor * factor / 2) / (factor * factor)) as u8
    };
    ((0..small * small).map(mean).collect(), small)
}

#[cfg(test)]
mod tests {
    use png::{BitDepth, ColorType};

    use super::*;

    fn png(color: ColorType, depth: BitDepth, side: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side, side);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if color == ColorType::Indexed {
            encoder.set_palette(vec![0, 0, 0, 255, 255, 255]);
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn every_kind_of_png_becomes_grey() {
        // Red is 76 in grey, white at half opacity 128; 16 bits keep their upper 8.
        let kinds: [(ColorType, BitDepth, &[u8], u8); 6] = [
            (ColorType::Grayscale, BitDepth::Eight, &[200], 200),
            (ColorType::Grayscale, BitDepth::Sixteen, &[200, 7], 200),
            (ColorType::GrayscaleAlpha, BitDepth::Eight, &[255, 128], 128),
            (ColorType::Rgb, BitDepth::Eight, &[255, 0, 0], 76),
            (ColorType::Rgba, BitDepth::Eight, &[255, 255, 255, 0], 0),
            (ColorType::Indexed, BitDepth::One, &[0x80], 255),
        ];
        for (color, depth, data, wanted) in kinds {
            let picture = decode(&png(color, depth, 1, data), 1).unwrap();
            assert_eq!(picture.pixels, [wanted], "{color:?} {depth:?}");
        }
    }

    #[test]
    fn a_large_picture_shrinks_to_the_means_of_its_blocks() {
        // 7 × 7 to 2 × 2 by way of blocks of 3 × 3: one row and one column are left over.
        let mut pixels = vec![0; 49];
        for y in 0..3 {
            pixels[7 * y..7 * y + 3].fill(90);
        }
        pixels[7 * 3] = 90;
        let file = png(ColorType::Grayscale, BitDepth::Eight, 7, &pixels);
        let picture = decode(&file, 2).unwrap();
        assert_eq!((picture.pixels, picture.was), (vec![90, 0, 10, 0], 7));
    }

    #[test]
    fn damage_is_an_error() {
        let whole = png(ColorType::Grayscale, BitDepth::Eight, 8, &[7; 64]);
        assert!(decode(&whole, 8).is_ok());
        for end in 0..whole.len() - 12 {
            assert!(decode(&whole[..end], 8).is_err(), "{end}");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            // Whatever it is now, it is no panic.
            let _ = decode(&damaged, 8);
        }
    }
}
