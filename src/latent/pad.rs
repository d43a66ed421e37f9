//! A map of a part of the latent space: the plane through three latents, by two coordinates.

use serde::Deserialize;

use super::{Prior, path};
use crate::error::{Error, Result};

/// Points of the map that a query may name.
const LIMIT: usize = 32;
/// The least dimension in which a normal latent has a typical norm: the norm's standard deviation is 1/√(2 d) of its
/// mean, here a quarter.
const SHELL_DIM: usize = 8;

/// Points of the plane through three fixed samples.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Pad {
    /// The samples A, B and C, by their numbers.
    #[cfg_attr(test, ts(type = "[number, number, number]"))]
    pub samples: [usize; 3],
    /// The coordinates x, y of each point A + x (B − A) + y (C − A); at least one, 32 at most.
    pub points: Vec<[f32; 2]>,
}

impl Pad {
    /// Checks the number of points, and that their coordinates are finite.
    ///
    /// # Errors
    /// [`Error::Setting`] when they are not.
    pub fn check(&self) -> Result<()> {
        let n = self.points.len();
        if !(1..=LIMIT).contains(&n) {
            return Err(Error::setting("pad", format!("of {n} points"), format!("of 1 to {LIMIT}")));
        }
        if self.points.iter().flatten().any(|x| !x.is_finite()) {
            return Err(Error::setting(
                "pad",
                "at coordinates that are not finite",
                "at finite ones, such as [0.3, 0.3]",
            ));
        }
        Ok(())
    }
}

/// Whether points of the map have the norm of latents at the map's corners, rather than a smaller one.
#[must_use]
pub fn keeps_norm(prior: Prior, dim: usize) -> bool {
    prior == Prior::Normal && dim >= SHELL_DIM
}

/// The latent at x, y of the map whose corners A, B and C are at (0, 0), (1, 0) and (0, 1).
///
/// Normal latents in many dimensions lie near a sphere, and the plane through three of them passes far inside it: see
/// [`path::lerp`]. Each point of the plane is then scaled to the mean of the corners' norms, weighted as the point is;
/// straight lines of the map are great circles, as those of [`path::slerp`]. In few dimensions, and with a uniform
/// prior, whose latents stay within ±1, points are those of the plane.
#[must_use]
pub fn point(prior: Prior, [a, b, c]: [&[f32]; 3], [x, y]: [f32; 2]) -> Vec<f32> {
    let weights = [1.0 - x - y, x, y];
    let sum = |(i, a): (usize, &f32)| weights[0] * a + x * b[i] + y * c[i];
    let mut z: Vec<f32> = a.iter().enumerate().map(sum).collect();
    if prior == Prior::Uniform {
        for z in &mut z {
            *z = z.clamp(-1.0, 1.0);
        }
    }
    let length = path::norm(&z);
    if keeps_norm(prior, z.len()) && length > 0.0 {
        // Beyond the triangle a weight is negative, and counts as 0.
        let shares = weights.map(|weight| weight.max(0.0));
        let wanted: f32 = shares.iter().zip([a, b, c]).map(|(share, corner)| share * path::norm(corner)).sum();
        let scale = wanted / shares.iter().sum::<f32>() / length;
        for z in &mut z {
            *z *= scale;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    const DIM: usize = 64;

    fn corners(prior: Prior) -> [Vec<f32>; 3] {
        let mut rng = Rng::new(0, Stream::Latent);
        [(); 3].map(|()| prior.draw(&mut rng, 1, DIM))
    }

    fn at(prior: Prior, corners: &[Vec<f32>; 3], x: f32, y: f32) -> Vec<f32> {
        point(prior, [&corners[0], &corners[1], &corners[2]], [x, y])
    }

    fn close(got: &[f32], wanted: &[f32]) {
        assert_eq!(got.len(), wanted.len());
        for (g, w) in got.iter().zip(wanted) {
            assert!((g - w).abs() < 1e-5, "{got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn the_corners_are_the_samples() {
        for prior in [Prior::Normal, Prior::Uniform] {
            let all = corners(prior);
            for ([x, y], corner) in [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]].into_iter().zip(&all) {
                close(&at(prior, &all, x, y), corner);
            }
        }
    }

    #[test]
    fn normal_latents_keep_a_norm_between_those_of_the_corners() {
        let all = corners(Prior::Normal);
        let norms = all.each_ref().map(|z| path::norm(z));
        let (least, most) = norms.iter().fold((f32::MAX, 0.0_f32), |(l, m), &n| (l.min(n), m.max(n)));
        for x in -10..=20 {
            for y in -10..=20 {
                let norm = path::norm(&at(Prior::Normal, &all, x as f32 / 10.0, y as f32 / 10.0));
                assert!(norm > least - 1e-3 && norm < most + 1e-3, "{x} {y}: {norm}");
            }
        }
    }

    #[test]
    fn a_straight_line_is_a_great_circle() {
        // Three points of a circle about 0 lie in a plane through 0: the middle one is a combination of the others.
        let all = corners(Prior::Normal);
        let [from, middle, to] = [[0.1, 0.2], [0.4, 0.35], [0.7, 0.5]].map(|[x, y]| at(Prior::Normal, &all, x, y));
        let best = (0..=1000)
            .map(|i| {
                let near = path::slerp(&from, &to, i as f32 / 1000.0);
                let gap: Vec<f32> = near.iter().zip(&middle).map(|(a, b)| a - b).collect();
                path::norm(&gap)
            })
            .fold(f32::MAX, f32::min);
        // Their norms differ by some hundredths of 8.
        assert!(best < 0.1, "{best}");
        assert!(path::norm(&path::lerp(&from, &to, 0.5)) < path::norm(&middle) - 0.3, "the chord is inside");
    }

    #[test]
    fn in_few_dimensions_it_is_the_plane_itself() {
        let corners = [vec![1.0, 0.0], vec![0.0, 1.0], vec![-1.0, -1.0]];
        close(&at(Prior::Normal, &corners, 0.25, 0.5), &[-0.25, -0.25]);
        // Equal weights: their mean, which no direction belongs to.
        close(&at(Prior::Normal, &corners, 1.0 / 3.0, 1.0 / 3.0), &[0.0, 0.0]);
    }

    #[test]
    fn uniform_latents_stay_within_their_cube() {
        let corners = [vec![0.5, 0.0], vec![1.0, 0.5], vec![0.5, -0.5]];
        close(&at(Prior::Uniform, &corners, 0.5, 0.0), &[0.75, 0.25]);
        close(&at(Prior::Uniform, &corners, 2.0, 0.0), &[1.0, 1.0]);
    }

    #[test]
    fn latents_that_are_all_zero_stay_zero() {
        let none = [(); 3].map(|()| vec![0.0; DIM]);
        assert_eq!(at(Prior::Normal, &none, 0.3, 0.3), [0.0; DIM]);
    }
}
