//! Matrix products in WebAssembly, where registers are 16 vectors of 4 numbers.
//!
//! The usual blocks (Goto & van de Geijn 2008): tiles of 4 rows by 8 columns are summed in 8 registers, from factors
//! that have been rearranged to be read in order. A tile of 3 × 16, the size elsewhere, needs more registers than there
//! are, and is a fifth slower.

use std::array;

use super::Matrix;

const ROWS: usize = 4;
/// Columns of a tile; products of fewer waste time.
pub const COLUMNS: usize = 8;
/// Terms of a sum that are rearranged at once: 16 KiB of the second factor, which stay in the first cache.
const DEPTH: usize = 512;

type Tile = [[f32; COLUMNS]; ROWS];

/// Adds the product of `a`, `[m, k]`, and `b`, `[k, n]`, to the rows of `out`, which are `stride` apart.
///
/// # Panics
/// When a matrix has fewer numbers than its shape and strides say.
pub fn add_product(out: &mut [f32], stride: usize, a: Matrix, b: Matrix, [m, k, n]: [usize; 3]) {
    let mut packed_a = vec![0.0; m.next_multiple_of(ROWS) * k.min(DEPTH)];
    let mut packed_b = vec![0.0; COLUMNS * k.min(DEPTH)];
    for start in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - start);
        let packed_b = &mut packed_b[..COLUMNS * depth];
        let blocks = || (0..m).step_by(ROWS);
        for (block, row) in packed_a.chunks_exact_mut(ROWS * depth).zip(blocks()) {
            pack::<ROWS>(a.skip([row, start]), ROWS.min(m - row), block);
        }
        for column in (0..n).step_by(COLUMNS) {
            let width = COLUMNS.min(n - column);
            pack::<COLUMNS>(b.skip([start, column]).transposed(), width, packed_b);
            for (block, row) in packed_a.chunks_exact(ROWS * depth).zip(blocks()) {
                let sums = tile(block, packed_b);
                for (sums, row) in sums.iter().zip(row..m) {
                    add(&mut out[row * stride + column..][..width], sums);
                }
            }
        }
    }
}

/// The first `count` rows of a matrix, at most N, column by column; the others as 0.
fn pack<const N: usize>(Matrix { numbers, strides: [row, column] }: Matrix, count: usize, out: &mut [f32]) {
    let columns = out.as_chunks_mut::<N>().0;
    if row == 1 && count == N {
        for (i, out) in columns.iter_mut().enumerate() {
            out.copy_from_slice(&numbers[i * column..][..N]);
        }
    } else if column == 1 && count == N {
        let rows: [&[f32]; N] = array::from_fn(|i| &numbers[i * row..][..columns.len()]);
        for (i, out) in columns.iter_mut().enumerate() {
            for (out, row) in out.iter_mut().zip(rows) {
                *out = row[i];
            }
        }
    } else {
        for (i, out) in columns.iter_mut().enumerate() {
            *out = array::from_fn(|j| if j < count { numbers[j * row + i * column] } else { 0.0 });
        }
    }
}

/// The product of packed rows and packed columns.
fn tile(a: &[f32], b: &[f32]) -> Tile {
    let mut sums = [[0.0; COLUMNS]; ROWS];
    for (a, b) in a.as_chunks::<ROWS>().0.iter().zip(b.as_chunks::<COLUMNS>().0) {
        for (sums, a) in sums.iter_mut().zip(a) {
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

/// Adds a row of a tile to the result. The two loops differ in their length alone: a full row's is constant, so that it
/// is compiled to vector instructions.
fn add(out: &mut [f32], sums: &[f32; COLUMNS]) {
    if let Ok(out) = <&mut [f32; COLUMNS]>::try_from(&mut *out) {
        out.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
    } else {
        out.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
    }
}
