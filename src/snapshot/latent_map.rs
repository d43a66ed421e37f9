//! The generator as a map of the latent space: lines of latents, and the samples that they become.

use serde::Serialize;

use crate::experiment::{Conditional, Experiment};
use crate::latent::prior::Prior;
use crate::typed_array::floats;

/// Latents on a line of samples, each standing for an equal share of the prior.
const ARROWS: usize = 48;
/// Lines of each direction of the grid, and points on each.
const LINES: usize = 17;
const POINTS: usize = 65;
/// The part of a normal coordinate that the grid covers, in standard deviations: 95% of it.
const NORMAL: f32 = 2.0;

/// Lines through the latent space, and where the generator maps them. All coordinates of a latent but the first, or the
/// first two, are 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LatentMap {
    /// Points on each line.
    pub points: usize,
    /// Coordinates of a latent, of which the first vary: one or two.
    pub latent_dim: usize,
    /// The coordinates that vary.
    pub varied: usize,
    /// The class of all of them, where the generator is conditioned.
    pub class: Option<u8>,
    /// Those coordinates of each point.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub latents: Vec<f32>,
    /// Their samples: x, or x, y.
    #[serde(serialize_with = "floats")]
    #[cfg_attr(test, ts(type = "Float32Array"))]
    pub samples: Vec<f32>,
}

impl LatentMap {
    /// The lines for the experiment's latents and data, without their samples; `None` for images
    /// and in more than two dimensions. For samples on a line, equal shares of the prior along the first coordinate; for samples in the plane, a grid of
    /// the first two coordinates, or the one line that there is.
    pub(super) fn of(e: &Experiment) -> Option<Self> {
        let latent_dim = e.latent_dim;
        let (points, varied, latents) = match (e.data_dim(), latent_dim) {
            _ if e.has_images() => return None,
            (1, _) => {
                let share = |i: usize| (i as f64 + 0.5) / ARROWS as f64;
                (ARROWS, 1, (0..ARROWS).map(|i| e.prior.quantile(share(i))).collect())
            }
            (2, 1) => (LINES * POINTS, 1, spread(e.prior, LINES * POINTS)),
            (2, _) => (POINTS, 2, grid(e.prior)),
            _ => return None,
        };
        let class = (e.conditional != Conditional::None).then(|| e.fixed_labels(1, e.seed)[0]);
        Some(Self { points, latent_dim, varied, class, latents, samples: Vec::new() })
    }

    /// The generator's inputs, `[lines × points, latent_dim]`.
    pub(super) fn inputs(&self, e: &Experiment) -> Vec<f32> {
        let padding = vec![0.0; self.latent_dim - self.varied];
        let latents: Vec<f32> = self.latents.chunks_exact(self.varied).flat_map(|z| [z, &padding].concat()).collect();
        let count = self.latents.len() / self.varied;
        e.concat_labels(latents, &vec![self.class.unwrap_or_default(); count])
    }
}

/// `n` values of a coordinate at equal distances.
fn spread(prior: Prior, n: usize) -> Vec<f32> {
    let end = match prior {
        Prior::Normal => NORMAL,
        Prior::Uniform => 1.0,
    };
    (0..n).map(|i| end * (2.0 * i as f32 / (n - 1) as f32 - 1.0)).collect()
}

fn grid(prior: Prior) -> Vec<f32> {
    let (lines, along) = (spread(prior, LINES), spread(prior, POINTS));
    let across = lines.iter().flat_map(|&a| along.iter().flat_map(move |&t| [t, a]));
    let up = lines.iter().flat_map(|&a| along.iter().flat_map(move |&t| [a, t]));
    across.chain(up).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_grid_keeps_a_coordinate() {
        let e = Experiment::preset("ring").unwrap();
        let map = LatentMap::of(&e).unwrap();
        let lines: Vec<_> = map.latents.chunks_exact(2 * map.points).collect();
        assert_eq!(lines.len(), 2 * LINES);
        for (i, line) in lines.iter().enumerate() {
            let [kept, moved] = if i < LINES { [1, 0] } else { [0, 1] };
            let of = |axis: usize| line.iter().skip(axis).step_by(2).copied().collect::<Vec<_>>();
            assert!(of(kept).iter().all(|z| *z == of(kept)[0]));
            assert_eq!((of(moved)[0], of(moved)[POINTS - 1]), (-NORMAL, NORMAL));
        }
    }

    #[test]
    fn latents_of_a_line_have_equal_shares_of_the_prior() {
        let mut e = Experiment::preset("mixture-1d-5").unwrap();
        e.prior = Prior::Uniform;
        let map = LatentMap::of(&e).unwrap();
        assert!((map.latents[0] + 1.0 - 1.0 / ARROWS as f32).abs() < 1e-6);
        let inputs = map.inputs(&e);
        assert_eq!(inputs.len(), e.latent_dim * ARROWS);
        assert_eq!((inputs[0], inputs[1], inputs[e.latent_dim]), (map.latents[0], 0.0, map.latents[1]));
        e.prior = Prior::Normal;
        let map = LatentMap::of(&e).unwrap();
        // Python: statistics.NormalDist().inv_cdf(36.5 / 48).
        assert!((map.latents[36] - 0.7076).abs() < 1e-3, "{}", map.latents[36]);
    }

    #[test]
    fn images_have_no_map_and_a_class_is_one_for_all() {
        assert_eq!(LatentMap::of(&Experiment::preset("digits-mlp").unwrap()), None);
        let mut e = Experiment::preset("ring").unwrap();
        e.set("conditional", "label").unwrap();
        let map = LatentMap::of(&e).unwrap();
        assert!(map.class.is_some());
        let inputs = map.inputs(&e);
        let rows: Vec<_> = inputs.chunks_exact(e.generator_inputs()).collect();
        assert_eq!(rows.len(), 2 * LINES * POINTS);
        assert!(rows.iter().all(|row| row[e.latent_dim..] == rows[0][e.latent_dim..]));
        assert_eq!(rows[0][e.latent_dim..].iter().sum::<f32>(), 1.0);
    }
}
