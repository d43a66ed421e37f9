//! The training image nearest to a given one, by which a generator that copies its data is recognised.

use serde::Serialize;

use super::Images;
use crate::typed_array::bytes;

/// The training image nearest to a given image, by Euclidean distance with pixels in [−1, 1].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NearestImage {
    /// Its number among the training images: of equally near ones the first.
    #[cfg_attr(test, ts(type = "number"))]
    pub index: usize,
    /// The number of training images.
    #[cfg_attr(test, ts(type = "number"))]
    pub count: usize,
    /// Its distance from the given image.
    pub distance: f32,
    /// Its distance from the nearest other training image; `null` where it is the only one.
    pub neighbour: Option<f32>,
    /// The training image, one byte a pixel.
    #[serde(serialize_with = "bytes")]
    #[cfg_attr(test, ts(type = "Uint8Array"))]
    pub image: Vec<u8>,
}

/// The nearest of single images; `None` where the given one is not of their size.
#[must_use]
pub fn nearest(images: &Images, image: &[u8]) -> Option<NearestImage> {
    if image.len() != images.dim() {
        return None;
    }
    let (index, distance) = search(images, image, None)?;
    let own = &images.pixels()[index * images.dim()..(index + 1) * images.dim()];
    let neighbour = search(images, own, Some(index)).map(|(_, distance)| distance);
    Some(NearestImage { index, count: images.len(), distance, neighbour, image: own.to_vec() })
}

fn search(images: &Images, image: &[u8], except: Option<usize>) -> Option<(usize, f32)> {
    let mut best: Option<(usize, u64)> = None;
    for (i, other) in images.pixels().chunks_exact(images.dim()).enumerate() {
        if Some(i) == except {
            continue;
        }
        let bound = best.map_or(u64::MAX, |(_, least)| least);
        if let Some(squares) = squared_distance(image, other, images.size(), bound) {
            best = Some((i, squares));
        }
    }
    // A byte's step is 2/255.
    best.map(|(i, squares)| (i, (squares as f64).sqrt() as f32 / 127.5))
}

/// In steps of a byte, row by row; `None` as soon as it is no smaller than `bound`.
fn squared_distance(a: &[u8], b: &[u8], size: usize, bound: u64) -> Option<u64> {
    let mut sum = 0;
    for (a, b) in a.chunks_exact(size).zip(b.chunks_exact(size)) {
        let row: u32 = a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum();
        sum += u64::from(row);
        if sum >= bound {
            return None;
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four() -> Images {
        let pixels = [[10; 4], [20; 4], [36; 4], [20; 4]].concat();
        Images::new(2, pixels, vec![5, 3, 5, 5]).unwrap()
    }

    #[test]
    fn the_nearest_is_found_with_its_distance() {
        let found = nearest(&four(), &[30, 36, 36, 44]).unwrap();
        // √(6² + 8²) steps of 2/255; its neighbours are four times 16 steps away.
        assert_eq!((found.index, found.count, &found.image[..]), (2, 4, &[36; 4][..]));
        assert!((found.distance - 10.0 / 127.5).abs() < 1e-6);
        assert!((found.neighbour.unwrap() - 32.0 / 127.5).abs() < 1e-6);
    }

    #[test]
    fn a_copy_is_at_0_and_a_twin_is_a_neighbour() {
        let found = nearest(&four(), &[20; 4]).unwrap();
        assert_eq!((found.index, found.distance, found.neighbour), (1, 0.0, Some(0.0)));
    }

    #[test]
    fn one_image_has_no_neighbour_and_another_size_is_refused() {
        let one = Images::new(2, vec![0; 4], vec![1]).unwrap();
        let found = nearest(&one, &[255; 4]).unwrap();
        // Black and white differ by 2 in each of four pixels.
        assert_eq!((found.distance, found.neighbour), (4.0, None));
        assert_eq!(nearest(&one, &[0; 3]), None);
    }

    #[test]
    fn it_is_the_least_of_all_distances() {
        let mut rng = crate::rng::Rng::new(0, crate::rng::Stream::Data);
        let mut byte = || rng.below(256) as u8;
        let pixels: Vec<u8> = (0..50 * 9).map(|_| byte()).collect();
        let image: Vec<u8> = (0..9).map(|_| byte()).collect();
        let distance = |other: &[u8]| -> f32 {
            let squares = image.iter().zip(other).map(|(a, b)| ((f32::from(*a) - f32::from(*b)) / 127.5).powi(2));
            squares.sum::<f32>().sqrt()
        };
        let least = pixels.chunks_exact(9).map(distance).fold(f32::MAX, f32::min);
        let found = nearest(&Images::new(3, pixels.clone(), vec![0; 50]).unwrap(), &image).unwrap();
        assert!((found.distance - least).abs() < 1e-5, "{found:?} {least}");
        assert!((distance(&pixels[found.index * 9..][..9]) - least).abs() < 1e-6);
    }
}
