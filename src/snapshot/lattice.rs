//! Densities on a square lattice, for the plane's best discriminator.
//!
//! The lattice is coarser than the presets' narrowest modes. So both densities, the samples' and the mixture's, are
//! seen through the same Gaussian blur, a cell wide: equal densities stay equal, and no mode falls between the points.

use crate::data::Mixture;

/// A blurred sample reaches so many deviations.
const REACH: f32 = 4.0;
/// Samples are shared among the four points about them, which spreads them by f (1 − f) of a squared cell for f between
/// two points: a sixth in the mean.
const SHARING: f32 = 1.0 / 6.0;

/// `cells` × `cells` points from `low` to `high` on both axes.
#[derive(Clone, Copy, Debug)]
pub struct Lattice {
    /// Both axes' low end.
    pub low: f32,
    /// Both axes' high end.
    pub high: f32,
    /// Points on a side.
    pub cells: usize,
}

impl Lattice {
    fn width(self) -> f32 {
        (self.high - self.low) / (self.cells - 1) as f32
    }

    /// Points on one axis.
    pub fn axis(self) -> Vec<f32> {
        let width = self.width();
        (0..self.cells).map(|i| self.low + width * i as f32).collect()
    }

    /// x, y of every point, rows from the low y to the high one.
    pub fn points(self) -> Vec<f32> {
        let axis = self.axis();
        axis.iter().flat_map(|&y| axis.iter().flat_map(move |&x| [x, y])).collect()
    }

    /// The blurred density of a mixture in the plane, to which noise of this deviation is added.
    pub fn real(self, mixture: &Mixture, noise: f32) -> Vec<f32> {
        let blurred = mixture.clone().blurred((self.width() * (1.0 + SHARING).sqrt()).hypot(noise));
        let points = self.points();
        points.chunks_exact(2).map(|at| blurred.density(at) as f32).collect()
    }

    /// The blurred density of samples x, y, to which noise of this deviation is added; those beyond the lattice, or not
    /// finite, add nothing.
    pub fn generated(self, samples: &[f32], noise: f32) -> Vec<f32> {
        let (n, width) = (self.cells, self.width());
        let mut counts = vec![0.0; n * n];
        for sample in samples.chunks_exact(2) {
            let [x, y] = [sample[0], sample[1]].map(|v| (v - self.low) / width);
            let inside = |v: f32| v >= 0.0 && v < (n - 1) as f32;
            if inside(x) && inside(y) {
                let (column, row) = (x as usize, y as usize);
                let (right, up) = (x - column as f32, y - row as f32);
                let at = row * n + column;
                counts[at] += (1.0 - right) * (1.0 - up);
                counts[at + 1] += right * (1.0 - up);
                counts[at + n] += (1.0 - right) * up;
                counts[at + n + 1] += right * up;
            }
        }
        let scale = 1.0 / ((samples.len() / 2).max(1) as f32 * width * width);
        // Gaussians are products: along the rows, and then along the columns.
        let deviation = (noise / width).hypot(1.0);
        let once = blur(&counts, n, deviation);
        let twice = blur(&once, n, deviation);
        twice.iter().map(|count| count * scale).collect()
    }
}

/// Blurs along each row by this deviation, in cells, and gives the transpose.
fn blur(values: &[f32], n: usize, deviation: f32) -> Vec<f32> {
    let reach = ((REACH * deviation).ceil() as usize).min(n);
    let kernel: Vec<f32> = (0..=2 * reach)
        .map(|i| (-0.5 * ((i as f32 - reach as f32) / deviation).powi(2)).exp())
        .map(|height| height / (deviation * std::f32::consts::TAU.sqrt()))
        .collect();
    let mut blurred = vec![0.0; n * n];
    for (row, line) in values.chunks_exact(n).enumerate() {
        for (column, &value) in line.iter().enumerate() {
            if value == 0.0 {
                continue;
            }
            for at in column.saturating_sub(reach)..=(column + reach).min(n - 1) {
                blurred[at * n + row] += value * kernel[at + reach - column];
            }
        }
    }
    blurred
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::rng::{Rng, Stream};

    #[test]
    fn samples_of_a_mixture_have_its_density() {
        for name in ["ring", "grid"] {
            let mixture = Mixture::new(&Experiment::preset(name).unwrap().mixture).unwrap();
            let (low, high) = mixture.bounds();
            let lattice = Lattice { low, high, cells: 48 };
            let samples = mixture.sample(100_000, &mut Rng::new(0, Stream::Metrics));
            let cell = lattice.width().powi(2);
            let whole = |density: &[f32]| density.iter().sum::<f32>() * cell;
            for noise in [0.0, 0.3] {
                let real = lattice.real(&mixture, noise);
                let generated = lattice.generated(&samples.values, noise);
                // With noise some of it lies beyond the lattice.
                let is_whole = |density: &[f32]| (whole(density) - 1.0).abs() < 0.01;
                assert!(noise > 0.0 || is_whole(&real) && is_whole(&generated));
                let off: f32 = real.iter().zip(&generated).map(|(r, g)| (r - g).abs()).sum();
                assert!(off * cell < 0.1, "{name} {noise}: {}", off * cell);
            }
        }
    }

    #[test]
    fn rows_are_y_and_bad_samples_are_left_out() {
        let lattice = Lattice { low: 0.0, high: 10.0, cells: 11 };
        let density = lattice.generated(&[7.0, 3.0, f32::NAN, 1.0, 99.0, 1.0, 3.0, f32::INFINITY], 0.0);
        let (most, _) = density.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert_eq!(most, 3 * 11 + 7);
        assert_eq!(lattice.points()[2 * most..][..2], [7.0, 3.0]);
        assert!(lattice.generated(&[], 0.0).iter().all(|&d| d == 0.0));
    }
}
