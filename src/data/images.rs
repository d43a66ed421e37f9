//! [`Images`]: a finite set of labelled square images, grey or in colour, which samples are made of.

use super::Batch;
use crate::error::{Error, Result};

/// A pixel's byte, 0–255, as networks have it: in [-1, 1].
#[must_use]
pub fn from_byte(pixel: u8) -> f32 {
    f32::from(pixel) / 127.5 - 1.0
}

/// The way back; what lies beyond [-1, 1] is black or white.
#[must_use]
pub fn to_byte(value: f32) -> u8 {
    ((value + 1.0) * 127.5).round() as u8
}

/// The most pixels that a set may hold: a browser tab has to keep them.
pub(super) const PIXEL_LIMIT: usize = 512 << 20;

/// Labelled square images; never empty.
#[derive(Clone, Debug)]
pub struct Images {
    size: usize,
    /// Bytes of a pixel: 1 grey, or 3 red, green and blue, each a plane of its own.
    planes: usize,
    /// Images in a sample.
    channels: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Images {
    /// Images of `size` × `size` pixels, row-major from the top, 0 black and 255 white, with a label each.
    ///
    /// # Errors
    /// [`Error::Data`] when there are none, or the pixels are not one image a label.
    pub fn new(size: usize, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self> {
        Self::in_planes(1, size, pixels, labels)
    }

    /// The same of so many planes, one after the other: 1 of grey images, 3 of images in red, green and blue.
    ///
    /// # Errors
    /// [`Error::Data`] when there are none, or the pixels are not one image a label.
    pub fn in_planes(planes: usize, size: usize, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self> {
        let dim = size.checked_mul(size).and_then(|area| area.checked_mul(planes));
        if pixels.is_empty() || dim.and_then(|dim| dim.checked_mul(labels.len())) != Some(pixels.len()) {
            return Err(Error::Data {
                what: "the images".to_owned(),
                problem: format!("{} pixels are not {} images of {size} × {size}", pixels.len(), labels.len()),
                remedy: "give at least one image, and one label for each".to_owned(),
            });
        }
        Ok(Self { size, planes, channels: 1, pixels, labels })
    }

    /// The same images, with `channels` of them per sample, one per channel.
    #[must_use]
    pub fn stacked(self, channels: usize) -> Self {
        Self { channels, ..self }
    }

    /// Images in a sample: 1, unless they are stacked.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// How many there are: at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Bytes of one image.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.planes * self.size * self.size
    }

    /// Bytes of a pixel: 1 of a grey image, 3 of one in colour.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.planes
    }

    /// Height and width in pixels.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// All pixels: n × planes × size × size.
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
    #[must_use]
    pub fn batch(&self, indices: &[usize]) -> Batch {
        let dim = self.dim();
        let mut batch =
            Batch { values: Vec::with_capacity(indices.len() * dim), labels: Vec::with_capacity(indices.len()) };
        for &i in indices.iter().filter(|&&i| i < self.len()) {
            let image = &self.pixels[i * dim..(i + 1) * dim];
            batch.values.extend(image.iter().copied().map(from_byte));
            batch.labels.push(self.labels[i]);
        }
        batch
    }

    /// The images at these indices, in their order.
    ///
    /// # Errors
    /// [`Error::Data`] when there are none.
    ///
    /// # Panics
    /// When an index is beyond the end.
    pub fn select(&self, indices: &[usize]) -> Result<Self> {
        let dim = self.dim();
        let pixels = indices.iter().flat_map(|i| &self.pixels[i * dim..(i + 1) * dim]).copied().collect();
        let labels = indices.iter().map(|&i| self.labels[i]).collect();
        Ok(Self::in_planes(self.planes, self.size, pixels, labels)?.stacked(self.channels))
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
        Ok(Self { pixels, labels, ..*self })
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
        check_pixels(self.len() * self.planes, size)?;
        let canvas = if self.size == 28 && size >= 32 { 32 } else { self.size };
        let mut pixels = Vec::with_capacity(self.len() * self.planes * size * size);
        for image in self.pixels.chunks_exact(self.size * self.size) {
            let padded = pad(image, self.size, canvas);
            pixels.extend(bilinear(&padded, canvas, size));
        }
        Ok(Self { size, pixels, ..self })
    }

    /// MNIST's images at 28 × 28 pixels again, whatever size [`resized`](Self::resized) has given them, or a generator
    /// that learned from them: without the border, if they have one.
    ///
    /// # Errors
    /// Never for a size that `resized` gave.
    pub fn restored(self) -> Result<Self> {
        if self.size < 32 {
            return self.resized(28);
        }
        let grown = self.resized(32)?;
        let inside = |at: usize| (2..30).contains(&(at % 32)) && (2..30).contains(&(at / 32 % 32));
        let pixels = grown.pixels.into_iter().enumerate();
        Ok(Self { size: 28, pixels: pixels.filter_map(|(at, pixel)| inside(at).then_some(pixel)).collect(), ..grown })
    }
}

/// Refuses a set of `count` images of `size` × `size` that memory should not hold.
pub(crate) fn check_pixels(count: usize, size: usize) -> Result<()> {
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
            let mix = |row: &[u8]| f32::from(row[left]) * (1.0 - along) + f32::from(row[right]) * along;
            out.push((mix(top) * (1.0 - down) + mix(bottom) * down).round() as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four 2 × 2 images of classes 5, 3, 5, 5, each of one grey.
    fn four() -> Images {
        let pixels = [[10; 4], [20; 4], [30; 4], [40; 4]].concat();
        Images::new(2, pixels, vec![5, 3, 5, 5]).unwrap()
    }

    #[test]
    fn pixels_and_labels_must_fit_together() {
        assert_eq!((four().len(), four().dim(), four().size()), (4, 4, 2));
        for (size, pixels, labels) in [(2, 7, 2), (2, 8, 1), (0, 0, 0), (0, 0, 3), (2, 0, 0), (usize::MAX, 4, 1)] {
            assert!(Images::new(size, vec![0; pixels], vec![0; labels]).is_err());
        }
    }

    #[test]
    fn an_image_in_color_is_three_planes_of_one_image() {
        let images = Images::in_planes(3, 1, vec![0, 255, 0, 255, 0, 0], vec![4, 9]).unwrap();
        assert_eq!((images.len(), images.dim(), images.planes(), images.channels()), (2, 3, 3, 1));
        let batch = images.batch(&[1, 0]);
        assert_eq!((batch.values, batch.labels), (vec![1.0, -1.0, -1.0, -1.0, 1.0, -1.0], vec![9, 4]));
        assert_eq!(images.select(&[1]).unwrap().pixels(), [255, 0, 0]);
        assert_eq!(images.subset(&[9], 0).unwrap().pixels(), [255, 0, 0]);
        assert!(Images::in_planes(3, 1, vec![0; 4], vec![4]).is_err());
    }

    #[test]
    fn a_batch_is_scaled_to_minus_one_and_one() {
        let images = Images::new(1, vec![0, 255, 51], vec![7, 8, 9]).unwrap();
        let batch = images.batch(&[2, 1, 0, 99]);
        // 51 / 255 = 1/5 of the way.
        assert_eq!(batch.labels, [9, 8, 7]);
        assert!(batch.values.iter().zip([-0.6, 1.0, -1.0]).all(|(x, y): (&f32, f32)| (x - y).abs() < 1e-6));
    }

    #[test]
    fn a_subset_takes_the_first_of_each_class_in_order() {
        let some = four().subset(&[3, 5], 2).unwrap();
        assert_eq!((some.labels(), some.len()), (&[5, 3, 5][..], 3));
        assert_eq!(some.pixels(), [[10; 4], [20; 4], [30; 4]].concat());
        assert_eq!(four().subset(&[5], 0).unwrap().labels(), [5, 5, 5]);
        let error = four().subset(&[1, 2], 0).unwrap_err().to_string();
        assert_eq!(error, "`classes` is [1, 2]; it should be among the classes that the data hold: [3, 5]");
    }

    #[test]
    fn a_selection_is_in_the_order_of_its_indices() {
        let some = four().select(&[2, 1]).unwrap();
        assert_eq!((some.labels(), some.pixels()), (&[5, 3][..], &[[30; 4], [20; 4]].concat()[..]));
        assert!(four().select(&[]).is_err());
    }

    #[test]
    fn mnist_grows_by_a_border() {
        let image: Vec<u8> = (0..784_u32).map(|i| (i % 251) as u8).collect();
        let grown = Images::new(28, image.clone(), vec![0]).unwrap().resized(32).unwrap();
        assert_eq!((grown.size(), grown.dim()), (32, 1024));
        for (at, &pixel) in grown.pixels().iter().enumerate() {
            let (y, x) = (at / 32, at % 32);
            let inside = (2..30).contains(&y) && (2..30).contains(&x);
            let wanted = if inside { image[(y - 2) * 28 + x - 2] } else { 0 };
            assert_eq!(pixel, wanted, "({x}, {y})");
        }
        assert_eq!(Images::new(28, image.clone(), vec![0]).unwrap().resized(28).unwrap().pixels(), image);
    }

    #[test]
    fn mnist_shrinks_to_what_it_was() {
        let image: Vec<u8> = (0..784_u32).map(|i| (i % 251) as u8).collect();
        let pair = || Images::new(28, [&image[..], &[9; 784]].concat(), vec![0, 1]).unwrap();
        for size in [28, 32] {
            let again = pair().resized(size).unwrap().restored().unwrap();
            assert_eq!((again.size(), again.pixels()), (28, pair().pixels()));
        }
        // At 64 all is blended, but nothing moves: a slope stays, and so does the second image's grey.
        let slope: Vec<u8> = (0..784).map(|i| (i % 28 * 9) as u8).collect();
        let two = Images::new(28, [&slope[..], &[9; 784]].concat(), vec![0, 1]).unwrap();
        let again = two.resized(64).unwrap().restored().unwrap();
        for y in 1..27 {
            for x in 1..27 {
                let at = y * 28 + x;
                assert!(again.pixels()[at].abs_diff(slope[at]) <= 1, "({x}, {y})");
                assert_eq!(again.pixels()[784 + at], 9);
            }
        }
    }

    #[test]
    fn doubling_is_bilinear_about_pixel_centres() {
        // Targets lie at -¼, ¼, ¾ and 1¼ of the way from the first pixel's centre to the second's.
        let row = [0, 64, 191, 255];
        let doubled = Images::new(2, vec![0, 255, 0, 255], vec![0]).unwrap().resized(4).unwrap();
        assert_eq!(doubled.pixels(), [row; 4].concat());
        let turned = Images::new(2, vec![0, 0, 255, 255], vec![0]).unwrap().resized(4).unwrap();
        assert_eq!(turned.pixels(), row.map(|grey| [grey; 4]).concat());
        // By way of 32: a full 28 × 28 image keeps a border of black, 4 pixels less the blending at its edge.
        let full = Images::new(28, vec![255; 784], vec![0]).unwrap().resized(64).unwrap();
        let row = &full.pixels()[32 * 64..33 * 64];
        assert_eq!(&row[..6], [0, 0, 0, 64, 191, 255]);
    }

    #[test]
    fn sizes_that_memory_cannot_hold_are_refused() {
        assert!(four().resized(0).unwrap_err().to_string().contains("`image_size`"));
        let error = four().resized(1 << 20).unwrap_err().to_string();
        assert!(error.contains("`examples_per_class`"), "{error}");
        assert!(check_pixels(1, 1 << 14).is_ok());
        assert!(check_pixels(3, 1 << 14).is_err());
        assert!(check_pixels(1, usize::MAX).is_err());
    }
}
