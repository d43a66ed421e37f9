//! Products of matrices in lists of numbers.

#[cfg(any(target_family = "wasm", test))]
mod blocks;

#[cfg(target_family = "wasm")]
pub use self::blocks::{COLUMNS, add_product};

/// A matrix in a list of numbers, and the distances from a row to the next and from a column to the next.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    pub numbers: &'a [f32],
    pub strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// Rows of `columns` numbers.
    pub fn of_rows(numbers: &'a [f32], columns: usize) -> Self {
        Self { numbers, strides: [columns, 1] }
    }

    /// From this row and column on.
    pub fn skip(self, [row, column]: [usize; 2]) -> Self {
        let start = row * self.strides[0] + column * self.strides[1];
        Self { numbers: &self.numbers[start..], ..self }
    }

    pub fn transposed(self) -> Self {
        let [row, column] = self.strides;
        Self { strides: [column, row], ..self }
    }

    /// Whether this many rows and columns are in the list.
    #[cfg(not(target_family = "wasm"))]
    fn holds(self, [rows, columns]: [usize; 2]) -> bool {
        (rows - 1) * self.strides[0] + (columns - 1) * self.strides[1] < self.numbers.len()
    }
}

/// Adds the product of `a`, `[m, k]`, and `b`, `[k, n]`, to the rows of `out`, which are `stride` apart. On one thread.
///
/// # Panics
/// When a matrix has fewer numbers than its shape and strides say.
#[cfg(not(target_family = "wasm"))]
pub fn add_product(out: &mut [f32], stride: usize, a: Matrix, b: Matrix, [m, k, n]: [usize; 3]) {
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    assert!(a.holds([m, k]) && b.holds([k, n]) && n <= stride && Matrix::of_rows(out, stride).holds([m, n]));
    let [[a_row, a_column], [b_row, b_column]] = [a, b].map(|matrix| matrix.strides.map(usize::cast_signed));
    // SAFETY: every number of the three matrices is in its list, and the rows of `out` do not overlap.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            stride.cast_signed(),
            true,
            a.numbers.as_ptr(),
            a_column,
            a_row,
            b.numbers.as_ptr(),
            b_column,
            b_row,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Matrix, add_product, blocks};
    use crate::rng::{Rng, Stream};

    #[test]
    fn products_of_every_shape_and_order_are_those_of_their_definition() {
        let mut rng = Rng::new(1, Stream::Init);
        for [m, k, n] in [[1, 1, 1], [4, 3, 8], [5, 7, 9], [3, 1, 17], [9, 1025, 10], [1, 512, 30], [21, 513, 1]] {
            let mut numbers = |count: usize| -> Vec<f32> { (0..count).map(|_| rng.normal()).collect() };
            let (of_a, of_b) = (numbers(m * k), numbers(k * n));
            for (strides_a, strides_b) in [([k, 1], [n, 1]), ([k, 1], [1, k]), ([1, m], [n, 1])] {
                let a = Matrix { numbers: &of_a, strides: strides_a };
                let b = Matrix { numbers: &of_b, strides: strides_b };
                let at = |matrix: Matrix, i, j| f64::from(matrix.skip([i, j]).numbers[0]);
                // Rows that are a number apart, and are not empty.
                let (stride, before) = (n + 1, 0.5);
                for add_product in [add_product, blocks::add_product] {
                    let mut out = vec![before; m * stride];
                    add_product(&mut out, stride, a, b, [m, k, n]);
                    for (i, got) in out.into_iter().enumerate() {
                        let (row, column) = (i / stride, i % stride);
                        let terms: Vec<f64> = (0..k)
                            .filter(|_| column < n)
                            .map(|t| at(a, row, t) * at(b, t, column))
                            .chain([before.into()])
                            .collect();
                        let (wanted, scale): (f64, f64) = (terms.iter().sum(), terms.iter().map(|t| t.abs()).sum());
                        let off = (f64::from(got) - wanted).abs();
                        assert!(off <= 1e-6 * scale, "{m}×{k} by {k}×{n}, number {i}: {got}, not {wanted}");
                    }
                }
            }
        }
    }
}
