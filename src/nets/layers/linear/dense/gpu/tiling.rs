//! Blocks of a product: a thread computes `side` × `side` numbers from as many rows and columns, each of which it loads
//! once.

use cubecl::prelude::*;

/// The block of a thread, `side` × `side` numbers of a product of `rows` by `columns`, by its first row and column.
#[cube]
pub(super) fn block(at: usize, columns: usize, #[comptime] side: usize) -> (usize, usize) {
    let across = columns.div_ceil(side);
    (at / across * side, at % across * side)
}

/// Blocks in a product.
#[cube]
pub(super) fn blocks(rows: usize, columns: usize, #[comptime] side: usize) -> usize {
    rows.div_ceil(side) * columns.div_ceil(side)
}

/// Adds the products of a column's and a row's `side` numbers to a block.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "on the device they are as long as they were made")]
#[cube]
pub(super) fn add_outer(sums: &mut Array<f32>, left: &Array<f32>, right: &Array<f32>, #[comptime] side: usize) {
    #[unroll]
    for i in 0..side {
        #[unroll]
        for j in 0..side {
            sums[i * side + j] += left[i] * right[j];
        }
    }
}

/// A block of zeros.
#[cube]
pub(super) fn zeros(#[comptime] side: usize) -> Array<f32> {
    let mut sums = Array::<f32>::new(side * side);
    #[unroll]
    for i in 0..side * side {
        sums[i] = 0.0;
    }
    sums
}
