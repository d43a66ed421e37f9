//! Second views of an image, for GANs that learn two at once: the image at half its size, and its edges.

use crate::experiment::{Architecture, Experiment};

/// Square images `[n, side²]` at half the size, `[n, (side / 2)²]`: each pixel is the mean of four.
#[must_use]
pub fn coarse(images: &[f32], side: usize) -> Vec<f32> {
    let half = side / 2;
    let mut out = Vec::with_capacity(images.len() / 4);
    for image in images.chunks_exact(side * side) {
        for y in 0..half {
            for x in 0..half {
                let at = 2 * y * side + 2 * x;
                let four = [image[at], image[at + 1], image[at + side], image[at + side + 1]];
                out.push(four.iter().sum::<f32>() / 4.0);
            }
        }
    }
    out
}

/// The edges of square images in [-1, 1], white on black: the length of the Sobel gradient, cut at 1.
#[must_use]
pub fn edges(images: &[f32], side: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(images.len());
    for image in images.chunks_exact(side * side) {
        // Counted from 1, so that a neighbour is never below 0; beyond its border an image goes on as it ends.
        let at = |y: usize, x: usize| {
            let inside = |v: usize| v.clamp(1, side) - 1;
            image[inside(y) * side + inside(x)]
        };
        for y in 1..=side {
            for x in 1..=side {
                let column = |x| at(y - 1, x) + 2.0 * at(y, x) + at(y + 1, x);
                let row = |y| at(y, x - 1) + 2.0 * at(y, x) + at(y, x + 1);
                let (across, down) = (column(x + 1) - column(x - 1), row(y + 1) - row(y - 1));
                // A full step from black to white has the length 8.
                let length = across.hypot(down) / 4.0;
                out.push(length.min(2.0) - 1.0);
            }
        }
    }
    out
}

/// Real images as all views of an experiment's samples: the image alone, or with its second view.
#[must_use]
pub fn all(e: &Experiment, images: Vec<f32>) -> Vec<f32> {
    let (side, dim) = (e.image_size, e.data_dim());
    match e.architecture {
        Architecture::Coupled => concat_rows(&images, &edges(&images, side), [dim, dim]),
        Architecture::Stacked => {
            let small = coarse(&images, side);
            let half = side / 2;
            let large: Vec<f32> = small
                .chunks_exact(half * half)
                .flat_map(|small| (0..dim).map(move |i| small[i / side / 2 * half + i % side / 2]))
                .collect();
            concat_rows(&large, &images, [dim, dim])
        }
        _ => images,
    }
}

/// Each row of `left` followed by that of `right`, given their widths.
#[must_use]
pub fn concat_rows(left: &[f32], right: &[f32], widths: [usize; 2]) -> Vec<f32> {
    let rows = left.chunks_exact(widths[0]).zip(right.chunks_exact(widths[1]));
    rows.flat_map(|(left, right)| left.iter().chain(right).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_size_is_the_mean_of_four() {
        let image: Vec<f32> = (0..16_u8).map(f32::from).collect();
        assert_eq!(coarse(&image, 4), [2.5, 4.5, 10.5, 12.5]);
        assert_eq!(coarse(&image.repeat(2), 4).len(), 8);
    }

    #[test]
    fn two_views_follow_one_another() {
        let mut e = Experiment::preset("digits-stacked").unwrap();
        let image: Vec<f32> = (0..784).map(|i| (i % 2) as f32).collect();
        let pair = all(&e, image.clone());
        assert!(pair[..784].iter().all(|&v| v == 0.5) && pair[784..] == image[..]);
        e = Experiment::preset("digits-coupled").unwrap();
        let pair = all(&e, image.clone());
        assert!(pair[..784] == image[..] && pair[784..] == edges(&image, 28)[..]);
        e = Experiment::preset("digits-mlp").unwrap();
        assert_eq!(all(&e, image.clone()), image);
    }

    #[test]
    fn edges_are_where_black_meets_white() {
        // Left half black, right half white: an upright line two pixels wide.
        let image: Vec<f32> = (0..64).map(|i| if i % 8 < 4 { -1.0 } else { 1.0 }).collect();
        for row in edges(&image, 8).chunks(8) {
            assert_eq!(row, [-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0, -1.0]);
        }
        assert!(edges(&[0.5; 64], 8).iter().all(|&v| v == -1.0));
    }
}
