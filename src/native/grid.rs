//! Greyscale images side by side, as a PNG.

use anyhow::{Context, Result};

/// Pixels between images, so that dark ones stay apart.
const GAP: usize = 2;
const GAP_SHADE: u8 = 96;

/// A grid of square images of `size` × `size` bytes each, as square as their number allows.
///
/// # Errors
/// When there are too many for a PNG.
pub fn png(images: &[u8], size: usize) -> Result<Vec<u8>> {
    let count = images.len() / (size * size);
    let columns = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
    rows(images, size, columns)
}

/// The same in rows of so many.
///
/// # Errors
/// When there are too many for a PNG.
pub fn rows(images: &[u8], size: usize, columns: usize) -> Result<Vec<u8>> {
    let count = images.len() / (size * size);
    let rows = count.div_ceil(columns.max(1));
    let extent = |n: usize| n * (size + GAP) + GAP;
    let (width, height) = (extent(columns), extent(rows));
    let mut pixels = vec![GAP_SHADE; width * height];
    for (i, image) in images.chunks_exact(size * size).enumerate() {
        let (left, top) = (extent(i % columns), extent(i / columns));
        for (y, row) in image.chunks_exact(size).enumerate() {
            let start = (top + y) * width + left;
            pixels[start..start + size].copy_from_slice(row);
        }
    }
    encode(&pixels, width, height).context("the grid cannot be written as PNG")
}

fn encode(pixels: &[u8], width: usize, height: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, u32::try_from(width)?, u32::try_from(height)?);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn images_stand_in_rows_with_gaps_between() {
        // Five images of 2 × 2, image i all of shade i: a grid of 3 × 2 with one place free.
        let images: Vec<u8> = (0..5).flat_map(|i| [i; 4]).collect();
        let bytes = png(&images, 2).unwrap();
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (3 * 4 + 2, 2 * 4 + 2));
        let at = |x: usize, y: usize| pixels[y * info.width as usize + x];
        assert_eq!([at(2, 2), at(3, 3), at(6, 2), at(10, 2)], [0, 0, 1, 2]);
        assert_eq!([at(2, 6), at(6, 6)], [3, 4]);
        assert_eq!([at(0, 0), at(4, 2), at(10, 6)], [GAP_SHADE; 3]);
    }

    #[test]
    fn rows_are_as_long_as_asked() {
        let bytes = rows(&[0; 8 * 4], 2, 4).unwrap();
        let reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let info = reader.info();
        assert_eq!((info.width, info.height), (4 * 4 + 2, 2 * 4 + 2));
    }
}
