//! Images from PNG, JPEG and WebP files, converted to square greyscale images of the generator's size.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageError, ImageReader, Limits};

use super::failure::mistake;
use super::files;

/// Limits of an image file and of its decoded pixels: 64 MiB and 128 MiB.
const FILE_LIMIT: u64 = 64 << 20;
const PIXEL_LIMIT: u64 = 128 << 20;

/// A square greyscale image, 0 black and 255 white.
#[derive(Debug)]
pub struct Picture {
    /// `size` × `size` pixels, row by row.
    pub pixels: Vec<u8>,
    /// Height and width in the file.
    pub was: usize,
}

/// Reads an image file, as greyscale of `size` × `size`; transparent pixels are black.
///
/// # Errors
/// When it cannot be read, is not a complete PNG, JPEG or WebP file, is too large, or is not square.
pub fn read(path: &Path, size: usize) -> Result<Picture> {
    let bytes = files::read(path, FILE_LIMIT)?;
    decode(&bytes, size).with_context(|| path.display().to_string()).map_err(mistake)
}

/// Reads an image file, as it is.
///
/// # Errors
/// When it cannot be read, is not a complete PNG, JPEG or WebP file, or is too large.
pub fn open(path: &Path) -> Result<DynamicImage> {
    let bytes = files::read(path, FILE_LIMIT)?;
    open_bytes(&bytes).with_context(|| path.display().to_string())
}

fn open_bytes(bytes: &[u8]) -> Result<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(PIXEL_LIMIT);
    reader.limits(limits);
    match reader.decode() {
        Err(ImageError::Limits(_)) => bail!("it has too many pixels"),
        image => image.context("it is not a whole PNG, JPEG or WebP file"),
    }
}

fn decode(bytes: &[u8], size: usize) -> Result<Picture> {
    let image = open_bytes(bytes)?;
    let (width, height) = (image.width(), image.height());
    ensure!(width == height, "it has {width} × {height} pixels; it should be square, of {size} × {size} at best");
    let mut grey = GrayImage::new(width, height);
    for (shade, pixel) in grey.iter_mut().zip(image.to_luma_alpha8().pixels()) {
        let [luma, opacity] = pixel.0.map(u16::from);
        *shade = ((luma * opacity + 127) / 255) as u8;
    }
    let extent = u32::try_from(size)?;
    let resized = imageops::resize(&grey, extent, extent, FilterType::Triangle);
    Ok(Picture { pixels: resized.into_raw(), was: usize::try_from(width)? })
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;

    fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.into().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
        encoded(image, ImageFormat::Png)
    }

    /// A PNG of one pixel of one bit: the second of a palette of black and white.
    const INDEXED: [u8; 85] = [
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 1, 3, 0, 0, 0, 37, 219,
        86, 202, 0, 0, 0, 6, 80, 76, 84, 69, 0, 0, 0, 255, 255, 255, 165, 217, 159, 221, 0, 0, 0, 10, 73, 68, 65, 84,
        120, 156, 99, 104, 0, 0, 0, 130, 0, 129, 119, 205, 114, 182, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
    ];

    #[test]
    fn every_kind_of_picture_becomes_grey() {
        use image::{ImageBuffer, Luma, LumaA, Rgb, RgbImage, Rgba};
        // Red is 54 in grey by Rec. 709, white at half opacity 128; of 16 bits 51,207 / 257 = 199.2.
        let kinds: [(DynamicImage, u8); 5] = [
            (GrayImage::from_pixel(1, 1, Luma([200])).into(), 200),
            (ImageBuffer::from_pixel(1, 1, Luma([200_u16 << 8 | 7])).into(), 199),
            (ImageBuffer::from_pixel(1, 1, LumaA([255_u8, 128])).into(), 128),
            (RgbImage::from_pixel(1, 1, Rgb([255, 0, 0])).into(), 54),
            (ImageBuffer::from_pixel(1, 1, Rgba([255_u8, 255, 255, 0])).into(), 0),
        ];
        for (image, wanted) in kinds {
            let picture = decode(&png(image.clone()), 1).unwrap();
            assert_eq!(picture.pixels, [wanted], "{:?}", image.color());
        }
        assert_eq!(decode(&INDEXED, 1).unwrap().pixels, [255]);
        let jpeg = encoded(RgbImage::from_pixel(8, 8, Rgb([90; 3])), ImageFormat::Jpeg);
        let picture = decode(&jpeg, 8).unwrap();
        assert!(picture.pixels.iter().all(|shade| shade.abs_diff(90) < 2));
    }

    #[test]
    fn every_pixel_of_a_large_picture_counts() {
        // The left half white, the upper right quarter a chequerboard: of single pixels, which a mean makes grey.
        let large = GrayImage::from_fn(80, 80, |x, y| {
            let white = x < 40 || (y < 40 && (x + y) % 2 == 0);
            image::Luma([if white { 255 } else { 0 }])
        });
        let picture = decode(&png(large), 8).unwrap();
        assert_eq!(picture.was, 80);
        let at = |x: usize, y: usize| picture.pixels[8 * y + x];
        assert_eq!([at(1, 1), at(1, 6), at(6, 6)], [255, 255, 0]);
        assert!(at(6, 1).abs_diff(128) < 3, "{}", at(6, 1));
    }

    #[test]
    fn damage_is_an_error() {
        let whole = png(GrayImage::from_pixel(8, 8, image::Luma([7])));
        assert_eq!(decode(&whole, 8).unwrap().pixels, [7; 64]);
        for end in 0..whole.len() - 12 {
            assert!(decode(&whole[..end], 8).is_err(), "{end}");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            // Any result but a panic.
            let _ = decode(&damaged, 8);
        }
        let wide = decode(&png(GrayImage::new(8, 6)), 8).unwrap_err();
        assert!(wide.to_string().contains("8 × 6"), "{wide}");
        let vast = decode(&png(GrayImage::new(11_600, 11_600)), 8).unwrap_err();
        assert_eq!(vast.to_string(), "it has too many pixels");
    }
}
