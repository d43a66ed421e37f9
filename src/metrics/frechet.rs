//! The Fréchet distance between two Gaussians, which is the squared Wasserstein-2 distance between them (Dowson &
//! Landau 1982): ‖μ₁ − μ₂‖² + tr(A + B − 2 (A^½ B A^½)^½).
//!
//! Heusel et al. 2017 take it between Gaussians fitted to a network's features of two sets of images. Which network is
//! part of the figure: only with Inception's features is it their "FID". Fitted to n images each, it is biased upwards,
//! the more so the fewer they are: figures compare only at the same n, and with the distance between two sets of real
//! images.

use nalgebra::{DMatrix, RowDVector};

use crate::quantity::{Better, Format, Quantity};

/// Classifier Fréchet.
pub const CLASSIFIER_FRECHET: Quantity = Quantity {
    name: "classifier_frechet",
    label: "Classifier Fréchet",
    help: "Fréchet distance between the classifier’s features of generated and of real images (Dowson & \
           Landau 1982); not comparable with the FID, which uses Inception’s features.",
    format: Format::Number,
    better: Better::Lower,
};

/// A Gaussian with its whole covariance.
#[derive(Clone, Debug)]
pub struct Gaussian {
    mean: RowDVector<f64>,
    covariance: DMatrix<f64>,
}

impl Gaussian {
    /// The Gaussian with the mean of these rows of `dim` numbers and their unbiased covariance; NaN with fewer than
    /// two.
    #[must_use]
    pub fn fitted(rows: &[f32], dim: usize) -> Self {
        let n = rows.len() / dim;
        let mut centred = DMatrix::from_row_iterator(n, dim, rows.iter().map(|&x| f64::from(x)));
        let mean = centred.row_mean();
        for mut row in centred.row_iter_mut() {
            row -= &mean;
        }
        let freedom = if n > 1 { (n - 1) as f64 } else { f64::NAN };
        let covariance = centred.tr_mul(&centred) / freedom;
        Self { mean, covariance }
    }

    /// The Fréchet distance to another Gaussian in as many dimensions: 0 where both are the same, NaN where one is not
    /// finite.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f64 {
        let traces = self.covariance.trace() + other.covariance.trace();
        // The search for eigenvalues of what is not finite would not end.
        if !traces.is_finite() {
            return f64::NAN;
        }
        let between = (&self.mean - &other.mean).norm_squared();
        let distance = between + traces - 2.0 * trace_of_root(&self.covariance, &other.covariance);
        distance.max(0.0)
    }
}

/// tr (A^½ B A^½)^½. With A = V diag(λ) Vᵀ the inner product has the eigenvalues of diag(λ)^½ Vᵀ B V diag(λ)^½, from
/// which it differs by the rotation V alone.
fn trace_of_root(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    let eigen = a.clone().symmetric_eigen();
    let scaled = eigen.eigenvectors * DMatrix::from_diagonal(&eigen.eigenvalues.map(root));
    let inner = scaled.tr_mul(&(b * &scaled));
    inner.symmetric_eigenvalues().map(root).sum()
}

/// A square root, for what is below 0 by rounding alone.
fn root(x: f64) -> f64 {
    x.max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn gaussian(mean: &[f64], covariance: impl FnMut(usize, usize) -> f64) -> Gaussian {
        Gaussian {
            mean: RowDVector::from_row_slice(mean),
            covariance: DMatrix::from_fn(mean.len(), mean.len(), covariance),
        }
    }

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b} to {tolerance}");
    }

    /// Rows of correlated numbers.
    fn rows(n: usize, dim: usize, seed: u64) -> Vec<f32> {
        let mut rng = Rng::new(seed, Stream::Metrics);
        (0..n)
            .flat_map(|_| {
                let common = rng.normal();
                let own: Vec<f32> = (0..dim).map(|i| common + i as f32 * rng.normal() + seed as f32).collect();
                own
            })
            .collect()
    }

    #[test]
    fn the_test_vector_of_compare_gan() {
        // fid_score_test.py of google/compare_gan: 89.091 to 1e-4. By hand 4² + 8² + (3.5 − .5)² · 100/99.
        let real: Vec<f32> = (0..100).flat_map(|i| [if i < 50 { 2.0 } else { 1.0 }, 1.0]).collect();
        let generated: Vec<f32> = (0..100).flat_map(|i| [if i < 50 { 9.0 } else { 2.0 }, 9.0]).collect();
        let [real, generated] = [real, generated].map(|rows| Gaussian::fitted(&rows, 2));
        close(real.distance(&generated), 89.091, 1e-4);
        close(real.distance(&generated), 80.0 + 900.0 / 99.0, 1e-9);
    }

    #[test]
    fn closed_forms() {
        // Equal covariances: the means' distance squared.
        let skew = |i: usize, j: usize| [[2.0, 1.0], [1.0, 3.0]][i][j];
        let distance = gaussian(&[1.0, 2.0], skew).distance(&gaussian(&[4.0, -2.0], skew));
        close(distance, 25.0, 1e-12);
        // Diagonal ones: Σ (σ − τ)².
        let diagonal = |variances: [f64; 3]| move |i, j| if i == j { variances[i] } else { 0.0 };
        let a = gaussian(&[0.0; 3], diagonal([1.0, 4.0, 0.0]));
        let b = gaussian(&[0.0; 3], diagonal([9.0, 1.0, 2.0]));
        close(a.distance(&b), 4.0 + 1.0 + 2.0, 1e-12);
        // Two that do not commute, (2 1; 1 2) and diag(4, 1): for 2 × 2 matrices tr (AB)^½ = √(tr AB + 2 √det AB)
        // = √(10 + 2 √12).
        let a = gaussian(&[0.0; 2], |i, j| if i == j { 2.0 } else { 1.0 });
        let b = gaussian(&[0.0; 2], |i, j| [[4.0, 0.0], [0.0, 1.0]][i][j]);
        let wanted = 4.0 + 5.0 - 2.0 * (10.0 + 2.0 * 12.0_f64.sqrt()).sqrt();
        close(a.distance(&b), wanted, 1e-12);
    }

    #[test]
    fn symmetric_and_zero_on_itself() {
        // Fewer rows than dimensions too: then covariances have eigenvalues of 0.
        for n in [200, 10] {
            let [a, b] = [1, 2].map(|seed| Gaussian::fitted(&rows(n, 32, seed), 32));
            let scale = a.covariance.trace();
            // Roots of eigenvalues that should be 0 come out as the root of the rounding.
            close(a.distance(&a) / scale, 0.0, 1e-7);
            let there = a.distance(&b);
            assert!(there > 0.01 * scale, "{there}");
            close(there / scale, b.distance(&a) / scale, 1e-7);
        }
    }

    #[test]
    fn samples_of_one_distribution_come_closer_with_n() {
        let distance = |n: usize| {
            let all = rows(2 * n, 8, 3);
            let (a, b) = all.split_at(all.len() / 2);
            Gaussian::fitted(a, 8).distance(&Gaussian::fitted(b, 8))
        };
        let (few, many) = (distance(100), distance(10_000));
        assert!(many < 0.1 * few && many > 0.0, "{few} {many}");
    }

    #[test]
    fn what_cannot_be_measured_is_nan() {
        let good = Gaussian::fitted(&rows(10, 3, 0), 3);
        for bad in [vec![], vec![1.0; 3], vec![f32::NAN; 9]] {
            let bad = Gaussian::fitted(&bad, 3);
            assert!(good.distance(&bad).is_nan() && bad.distance(&good).is_nan());
        }
    }
}
