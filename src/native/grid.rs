//! Images side by side, as a PNG.

use std::io::Cursor;

use anyhow::{Context, Result};
use image::{ExtendedColorType, ImageFormat};

/// Pixels between images.
pub const GAP: usize = 2;
/// Their shade.
pub const GAP_SHADE: u8 = 96;

/// A grid of square images of `channels` × `size` × `size` bytes each, as square as their number allows: grey, or of
/// three channels red, green and blue.
///
/// # Errors
/// When there are too many for a PNG.
pub fn png(images: &[u8], size: usize, channels: usize) -> Result<Vec<u8>> {
    let count = images.len() / (channels * size * size);
    let columns = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
    rows(images, size, channels, columns)
}

/// A grid with `columns` images per row.
///
/// # Errors
/// When there are too many for a PNG.
pub fn rows(images: &[u8], size: usize, channels: usize, columns: usize) -> Result<Vec<u8>> {
    let area = size * size;
    let count = images.len() / (channels * area);
    let rows = count.div_ceil(columns.max(1));
    let extent = |n: usize| n * (size + GAP) + GAP;
    let (width, height) = (extent(columns), extent(rows));
    let mut pixels = vec![GAP_SHADE; width * height * channels];
    for (i, image) in images.chunks_exact(channels * area).enumerate() {
        let (left, top) = (extent(i % columns), extent(i / columns));
        for (at, &shade) in image.iter().enumerate() {
            // A PNG interleaves channels.
            let (channel, y, x) = (at / area, at % area / size, at % size);
            pixels[((top + y) * width + left + x) * channels + channel] = shade;
        }
    }
    let color = match channels {
        3 => ExtendedColorType::Rgb8,
        _ => ExtendedColorType::L8,
    };
    let mut png = Cursor::new(Vec::new());
    let [width, height] = [width, height].map(|extent| extent as u32);
    image::write_buffer_with_format(&mut png, &pixels, width, height, color, ImageFormat::Png)
        .context("the grid cannot be written as PNG")?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use image::{ColorType, load_from_memory};

    use super::*;

    #[test]
    fn images_stand_in_rows_with_gaps_between() {
        // Five images of 2 × 2, image i all of shade i: a grid of 3 × 2 with one place free.
        let images: Vec<u8> = (0..5).flat_map(|i| [i; 4]).collect();
        let grid = load_from_memory(&png(&images, 2, 1).unwrap()).unwrap();
        assert_eq!(grid.color(), ColorType::L8);
        let grid = grid.into_luma8();
        assert_eq!(grid.dimensions(), (3 * 4 + 2, 2 * 4 + 2));
        let at = |x, y| grid.get_pixel(x, y).0[0];
        assert_eq!([at(2, 2), at(3, 3), at(6, 2), at(10, 2)], [0, 0, 1, 2]);
        assert_eq!([at(2, 6), at(6, 6)], [3, 4]);
        assert_eq!([at(0, 0), at(4, 2), at(10, 6)], [GAP_SHADE; 3]);
    }

    #[test]
    fn three_channels_are_red_green_and_blue() {
        // Two images of 2 × 2 in planes: red 0 to 3, green 10 to 13, blue 20 to 23; and the same 100 lighter.
        let image: Vec<u8> = (0..4).chain(10..14).chain(20..24).collect();
        let lighter = image.iter().map(|shade| shade + 100);
        let images: Vec<u8> = image.iter().copied().chain(lighter).collect();
        let grid = load_from_memory(&png(&images, 2, 3).unwrap()).unwrap();
        assert_eq!(grid.color(), ColorType::Rgb8);
        let grid = grid.into_rgb8();
        assert_eq!(grid.dimensions(), (2 * 4 + 2, 4 + 2));
        let at = |x, y| grid.get_pixel(x, y).0;
        assert_eq!(at(2, 2), [0, 10, 20]);
        assert_eq!(at(3, 2), [1, 11, 21]);
        assert_eq!(at(2, 3), [2, 12, 22]);
        assert_eq!(at(7, 3), [103, 113, 123]);
        assert_eq!(at(4, 2), [GAP_SHADE; 3]);
    }

    #[test]
    fn rows_are_as_long_as_asked() {
        let grid = load_from_memory(&rows(&[0; 8 * 4], 2, 1, 4).unwrap()).unwrap();
        assert_eq!((grid.width(), grid.height()), (4 * 4 + 2, 2 * 4 + 2));
    }
}
