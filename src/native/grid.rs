//! Images side by side, as a PNG.

use anyhow::{Context, Result};

/// Pixels between images, so that dark ones stay apart.
const GAP: usize = 2;
const GAP_SHADE: u8 = 96;

/// A grid of square images of `channels` × `size` × `size` bytes each, as square as their number allows: grey, or of three
/// channels red, green and blue.
///
/// # Errors
/// When there are too many for a PNG.
pub fn png(images: &[u8], size: usize, channels: usize) -> Result<Vec<u8>> {
    let count = images.len() / (channels * size * size);
    let columns = count.isqrt() + usize::from(count.isqrt().pow(2) < count);
    rows(images, size, channels, columns)
}

/// The same in rows of so many.
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
            // A PNG holds a pixel's channels together.
            let (channel, y, x) = (at / area, at % area / size, at % size);
            pixels[((top + y) * width + left + x) * channels + channel] = shade;
        }
    }
    let color = if channels == 3 {
        png::ColorType::Rgb
    } else {
        png::ColorType::Grayscale
    };
    encode(&pixels, width, height, color).context("the grid cannot be written as PNG")
}

fn encode(pixels: &[u8], width: usize, height: usize, color: png::ColorType) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, u32::try_from(width)?, u32::try_from(height)?);
    encoder.set_color(color);
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
        let bytes = png(&images, 2, 1).unwrap();
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
    fn three_channels_are_red_green_and_blue() {
        // Two images of 2 × 2 in planes: red 0 to 3, green 10 to 13, blue 20 to 23; and the same 100 lighter.
        let image: Vec<u8> = (0..4).chain(10..14).chain(20..24).collect();
        let lighter = image.iter().map(|shade| shade + 100);
        let images: Vec<u8> = image.iter().copied().chain(lighter).collect();
        let bytes = png(&images, 2, 3).unwrap();
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        assert_eq!((info.width, info.height), (2 * 4 + 2, 4 + 2));
        let at = |x: usize, y: usize| &pixels[3 * (y * info.width as usize + x)..][..3];
        assert_eq!(at(2, 2), [0, 10, 20]);
        assert_eq!(at(3, 2), [1, 11, 21]);
        assert_eq!(at(2, 3), [2, 12, 22]);
        assert_eq!(at(7, 3), [103, 113, 123]);
        assert_eq!(at(4, 2), [GAP_SHADE; 3]);
    }

    #[test]
    fn rows_are_as_long_as_asked() {
        let bytes = rows(&[0; 8 * 4], 2, 1, 4).unwrap();
        let reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let info = reader.info();
        assert_eq!((info.width, info.height), (4 * 4 + 2, 2 * 4 + 2));
    }
}
