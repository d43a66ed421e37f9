//! [`Images`]: a finite set of labelled square greyscale images, one byte a pixel.

use super::Batch;
use crate::error::{Error, Result};

/// The most pixels that a set may hold: a browser tab has to keep them.
pub(super) const PIXEL_LIMIT: usize = 512 << 20;

/// Labelled square greyscale images; never empty.
#[derive(Clone, Debug)]
pub struct Images {
    size: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Images {
    /// Images of `size` × `size` pixels, row-major from the top, 0 black and 255 white, with a label each.
    ///
    /// # Errors
    /// [`Error::Data`] when there are none, or the pixels are not one image a label.
    pub fn new(size: usize, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self> {
        let wanted = size.checked_mul(size).and_then(|dim| dim.checked_mul(labels.len()));
        if pixels.is_empty() || wanted != Some(pixels.len()) {
            return Err(Error::Data {
                what: "the images".to_owned(),
                problem: format!(
                    "{} pixels are not {} images of {size} × {size}",
                    pixels.len(),
                    labels.len()
                ),
                remedy: "give at least one image, and one label for each".to_owned(),
            });
        }
        Ok(Self { size, pixels, labels })
    }

    /// How many there are: at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Pixels in one image.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.size * self.size
    }

    /// Height and width in pixels.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// All pixels: n × size × size.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The class of each image.
    #[must_use]
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The images at these indices as values in [-1, 1]; an index beyond the end is left out.
    pub(super) fn batch(&self, indices: &[usize]) -> Batch {
        let dim = self.dim();
        let mut batch = Batch {
            values: Vec::with_capacity(indices.len() * dim),
            labels: Vec::with_capacity(indices.len()),
        };
        for &i in indices.iter().filter(|&&i| i < self.len()) {
            let image = &self.pixels[i * dim..(i + 1) * dim];
            batch.values.extend(image.iter().map(|&pixel| f32::from(pixel) / 127.5 - 1.0));
            batch.labels.push(self.labels[i]);
        }
        batch
    }

    /// The first `per_class` images of each of `classes`, in the order in which they stand; 0 takes all.
    ///
    /// # Errors
    /// [`Error::Setting`] when no image is of these classes.
    pub fn subset(&self, classes: &[u8], per_class: usize) -> Result<Self> {
        let most = if per_class == 0 { usize::MAX } else { per_class };
        let mut taken = [0; 256];
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for (image, &label) in self.pixels.chunks_exact(self.dim()).zip(&self.labels) {
            let taken = &mut taken[usize::from(label)];
            if *taken < most && classes.contains(&label) {
                *taken += 1;
                pixels.extend_from_slice(image);
                labels.push(label);
            }
        }
        if labels.is_empty() {
            let mut present = self.labels.clone();
            present.sort_unstable();
            present.dedup();
            return Err(Error::setting(
                "classes",
                format!("{classes:?}"),
                format!("among the classes that the data hold: {present:?}"),
            ));
        }
        Ok(Self { size: self.size, pixels, labels })
    }

    /// The same images at `size` × `size` pixels: 28 grow to 32 by a border of 2 black pixels, as is usual for MNIST,
    /// and everything else is interpolated bilinearly (28 to 64 by way of 32).
    ///
    /// # Errors
    /// [`Error::Setting`] when `size` is 0, or so large that the pixels would not fit in memory.
    pub fn resized(self, size: usize) -> Result<Self> {
        if size == self.size {
            return Ok(self);
        }
        check_pixels(self.len(), size)?;
        let canvas = if self.size == 28 && size >= 32 { 32 } else { self.size };
        let mut pixels = Vec::with_capacity(self.len() * size * size);
        for image in self.pixels.chunks_exact(self.dim()) {
            let padded = pad(image, self.size, canvas);
            pixels.extend(bilinear(&padded, canvas, size));
        }
        Ok(Self { size, pixels, labels: self.labels })
    }
}

/// Refuses a set of `count` images of `size` × `size` that memory should not hold.
pub(super) fn check_pixels(count: usize, size: usize) -> Result<()> {
    let most = PIXEL_LIMIT / size.saturating_mul(size).max(1);
    if size == 0 {
        return Err(Error::setting("image_size", size, "at least 1"));
    }
    if count > most {
        return Err(Error::setting(
            "examples_per_class",
            format!("too large: {count} images of {size} × {size} in all"),
            format!("small enough for {most} images in all"),
        ));
    }
    Ok(())
}

/// One image in the middle of a black canvas that is no smaller.
fn pad(image: &[u8], size: usize, canvas: usize) -> Vec<u8> {
    let border = (canvas - size) / 2;
    let mut out = vec![0; canvas * canvas];
    for (row, y) in image.chunks_exact(size).zip(border..) {
        let start = y * canvas + border;
        out[start..start + size].copy_from_slice(row);
    }
    out
}

/// One square image from `from` to `to` pixels a side. Pixels are areas: their centres lie at half-integers.
fn bilinear(image: &[u8], from: usize, to: usize) -> Vec<u8> {
    if from == to {
        return image.to_vec();
    }
    let ratio = from as f32 / to as f32;
    // The two source pixels on either side of a target's centre, and how far it lies towards the second.
    let taps: Vec<(usize, usize, f32)> = (0..to)
        .map(|i| {
            let at = ((i as f32 + 0.5) * ratio - 0.5).clamp(0.0, (from - 1) as f32);
            let first = at as usize;
            (first, (first + 1).min(from - 1), at - first as f32)
        })
        .collect();
    let mut out = Vec::with_capacity(to * to);
    for &(top, bottom, down) in &taps {
        let (top, bottom) = (&image[top * from..], &image[bottom * from..]);
        for &(left, right, along) in &taps {
            let mix = |row: &[u8]| {
                f32::from(row[left]) * (1.0 - along) + f32::from(row[right]) * along
            };
            out.push((mix(top) * (1.0 - down) + mix(bottom) * down).round() as u8);
        }
    }
    out
}
