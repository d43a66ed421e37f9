//! Eigenvalues of symmetric matrices, by Jacobi's rotations.
//!
//! Cyclic Jacobi (Golub & Van Loan, Matrix Computations, §8.5): slow for thousands of rows, and for a hundred short, sure,
//! and accurate to the last bits also where eigenvalues are tiny or equal.

/// Sweeps over all pairs at most; convergence is quadratic, and ten are hardly ever needed. It bounds the work where the
/// numbers are not finite.
const SWEEPS: usize = 40;

/// A square matrix, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Square {
    n: usize,
    values: Vec<f64>,
}

/// The eigenvalues of a symmetric matrix, in no order, and its eigenvectors: the columns of `vectors`.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// λ
    pub values: Vec<f64>,
    /// V, with A = V diag(λ) Vᵀ.
    pub vectors: Square,
}

impl Square {
    /// The n × n matrix whose element in row i and column j is `at(i, j)`.
    #[must_use]
    pub fn from_fn(n: usize, mut at: impl FnMut(usize, usize) -> f64) -> Self {
        let values = (0..n * n).map(|k| at(k / n, k % n)).collect();
        Self { n, values }
    }

    /// Rows, and columns.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// The element in row i and column j.
    #[must_use]
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.n + j]
    }

    /// The sum of the diagonal.
    #[must_use]
    pub fn trace(&self) -> f64 {
        (0..self.n).map(|i| self.at(i, i)).sum()
    }

    /// Aᵀ B, of a size with A.
    #[must_use]
    pub fn transposed_times(&self, other: &Self) -> Self {
        let mut product = vec![0.0; self.n * self.n];
        for k in 0..self.n {
            let right = &other.values[k * self.n..][..self.n];
            for (i, row) in product.chunks_exact_mut(self.n).enumerate() {
                let left = self.at(k, i);
                for (sum, &x) in row.iter_mut().zip(right) {
                    *sum += left * x;
                }
            }
        }
        Self {
            n: self.n,
            values: product,
        }
    }

    /// Eigenvalues and eigenvectors, where the matrix is symmetric; NaN where it holds what is not finite.
    #[must_use]
    pub fn eigen(&self) -> Eigen {
        let n = self.n;
        let mut a = self.clone();
        let mut vectors = Self::from_fn(n, |i, j| f64::from(u8::from(i == j)));
        let whole: f64 = a.values.iter().map(|x| x * x).sum();
        for _ in 0..SWEEPS {
            let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
            let off: f64 = pairs.clone().map(|(i, j)| a.at(i, j).powi(2)).sum();
            // Below the rounding of the diagonal.
            if off <= whole * 1e-34 {
                break;
            }
            for (q, p) in pairs {
                if let Some((cos, sin)) = rotation(a.at(p, p), a.at(p, q), a.at(q, q)) {
                    a.rotate_columns(p, q, cos, sin);
                    a.rotate_rows(p, q, cos, sin);
                    vectors.rotate_columns(p, q, cos, sin);
                }
            }
        }
        Eigen {
            values: (0..n).map(|i| a.at(i, i)).collect(),
            vectors,
        }
    }

    fn rotate_columns(&mut self, p: usize, q: usize, cos: f64, sin: f64) {
        for row in self.values.chunks_exact_mut(self.n) {
            (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
        }
    }

    fn rotate_rows(&mut self, p: usize, q: usize, cos: f64, sin: f64) {
        for column in 0..self.n {
            let (x, y) = (self.at(p, column), self.at(q, column));
            self.values[p * self.n + column] = cos * x - sin * y;
            self.values[q * self.n + column] = sin * x + cos * y;
        }
    }
}

/// Cosine and sine of the smaller rotation that makes the off-diagonal element 0; `None` where it is.
fn rotation(pp: f64, pq: f64, qq: f64) -> Option<(f64, f64)> {
    if pq == 0.0 {
        return None;
    }
    let half = (qq - pp) / (2.0 * pq);
    let tan = half.signum() / (half.abs() + half.hypot(1.0));
    let cos = 1.0 / tan.hypot(1.0);
    Some((cos, tan * cos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn sorted(mut values: Vec<f64>) -> Vec<f64> {
        values.sort_by(f64::total_cmp);
        values
    }

    #[test]
    fn eigenvalues_of_matrices_that_are_known() {
        let of = |n: usize, values: &[f64]| {
            sorted(Square::from_fn(n, |i, j| values[i * n + j]).eigen().values)
        };
        assert_eq!(of(2, &[3.0, 0.0, 0.0, -1.0]), [-1.0, 3.0]);
        // (2 1; 1 2): 1 and 3. Equal diagonals turn by 45°.
        for (got, wanted) in of(2, &[2.0, 1.0, 1.0, 2.0]).iter().zip([1.0, 3.0]) {
            assert!((got - wanted).abs() < 1e-15, "{got} {wanted}");
        }
        // The second difference, (-1 2 -1), has 2 − 2 cos(kπ / (n + 1)).
        let n = 40;
        let difference = Square::from_fn(n, |i, j| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        });
        let angle = |k: usize| k as f64 * std::f64::consts::PI / (n + 1) as f64;
        for (k, got) in (1..).zip(sorted(difference.eigen().values)) {
            assert!((got - (2.0 - 2.0 * angle(k).cos())).abs() < 1e-13, "{k}");
        }
    }

    #[test]
    fn eigenvectors_are_orthonormal_and_give_the_matrix_back() {
        let n = 60;
        let mut rng = Rng::new(0, Stream::Metrics);
        let root = Square::from_fn(n, |_, _| rng.normal().into());
        let a = root.transposed_times(&root);
        let Eigen { values, vectors } = a.eigen();
        let unit = vectors.transposed_times(&vectors);
        for i in 0..n {
            for j in 0..n {
                let wanted = f64::from(u8::from(i == j));
                assert!((unit.at(i, j) - wanted).abs() < 1e-13);
                let again: f64 = (0..n)
                    .map(|k| vectors.at(i, k) * values[k] * vectors.at(j, k))
                    .sum();
                assert!((again - a.at(i, j)).abs() < 1e-11, "{i} {j}");
            }
        }
        assert!((values.iter().sum::<f64>() / a.trace() - 1.0).abs() < 1e-13);
    }

    #[test]
    fn what_is_not_finite_ends_too() {
        let a = Square::from_fn(5, |i, j| if i == j { 1.0 } else { f64::NAN });
        assert!(a.eigen().values.iter().any(|value| value.is_nan()));
        assert!(Square::from_fn(0, |_, _| 0.0).eigen().values.is_empty());
    }
}
