//! Inpainting (Yeh et al. 2017, without their last step, Poisson blending): a
//! [`Projection`](super::projection::Projection) compares the known pixels only, and its image fills the others.

use crate::error::{Error, Result};

/// Which pixels of an image are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    known: Vec<bool>,
}

/// A part of an image, in pixels from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// Columns to its left.
    pub x: usize,
    /// Rows above it.
    pub y: usize,
    /// Its columns.
    pub width: usize,
    /// Its rows.
    pub height: usize,
}

impl Mask {
    /// All of `pixels` are known.
    #[must_use]
    pub fn none(pixels: usize) -> Self {
        Self { known: vec![true; pixels] }
    }

    /// Just these pixels are known.
    ///
    /// # Errors
    /// [`Error::Setting`] when none is.
    pub fn of(known: Vec<bool>) -> Result<Self> {
        if known.contains(&true) {
            return Ok(Self { known });
        }
        Err(Error::setting("mask", "all of the image", "a part of it"))
    }

    /// All of an image of `size` × `size` pixels is known but `hole`.
    ///
    /// # Errors
    /// [`Error::Setting`] when the hole is empty, not within the image, or all of it.
    pub fn hiding(hole: Rectangle, size: usize) -> Result<Self> {
        let Rectangle { x, y, width, height } = hole;
        let within =
            |start: usize, extent: usize| extent > 0 && start.checked_add(extent).is_some_and(|end| end <= size);
        if !within(x, width) || !within(y, height) || width * height == size * size {
            return Err(Error::setting(
                "mask",
                format!("{x},{y},{width},{height}"),
                format!("x,y,width,height: at least a pixel, within the image's {size} × {size}, and not all of it"),
            ));
        }
        let hidden = |i: usize| (x..x + width).contains(&(i % size)) && (y..y + height).contains(&(i / size));
        Ok(Self { known: (0..size * size).map(|i| !hidden(i)).collect() })
    }

    /// What each pixel counts for in a projection: 1 where it is known, else 0.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        self.known.iter().map(|&known| known.into()).collect()
    }

    /// `image` where it is known, `other` in the hole.
    #[must_use]
    pub fn fill<T: Copy>(&self, image: &[T], other: &[T]) -> Vec<T> {
        self.known
            .iter()
            .zip(image.iter().zip(other))
            .map(|(&known, (&image, &other))| if known { image } else { other })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle([x, y, width, height]: [usize; 4]) -> Rectangle {
        Rectangle { x, y, width, height }
    }

    #[test]
    fn a_rectangle_is_hidden_and_filled() {
        let mask = Mask::hiding(rectangle([1, 0, 2, 1]), 3).unwrap();
        let weights = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(mask.weights(), weights);
        let image: Vec<f32> = (0..9_u8).map(f32::from).collect();
        let other: Vec<f32> = image.iter().map(|x| -x).collect();
        let filled = mask.fill(&image, &other);
        assert_eq!(filled, [0.0, -1.0, -2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(Mask::none(9).fill(&image, &other), image);
        let drawn = weights.iter().map(|&weight| weight > 0.0).collect();
        assert_eq!(Mask::of(drawn).unwrap(), mask);
        assert!(Mask::of(vec![false; 9]).is_err());
    }

    #[test]
    fn known_pixels_stay_as_they_are_to_the_bit() {
        let mask = Mask::hiding(rectangle([1, 1, 1, 1]), 2).unwrap();
        let image = [0.1 + 0.2, -0.0, f32::MIN_POSITIVE, 9.0];
        let filled = mask.fill(&image, &[0.5; 4]);
        let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&filled[..3]), bits(&image[..3]));
        assert_eq!(filled[3], 0.5);
    }

    #[test]
    fn a_hole_must_be_a_part_of_the_image() {
        for hole in [[0, 0, 0, 1], [0, 0, 1, 0], [28, 0, 1, 1], [20, 20, 8, 9], [usize::MAX, 0, 2, 1], [0, 0, 28, 28]] {
            let error = Mask::hiding(rectangle(hole), 28).unwrap_err().to_string();
            assert!(error.contains("28 × 28"), "{error}");
        }
        assert!(Mask::hiding(rectangle([0, 0, 28, 27]), 28).is_ok());
        assert!(Mask::hiding(rectangle([27, 27, 1, 1]), 28).is_ok());
    }
}
