//! Operations on the CPU, on matrices of F32.

use burn::backend::Flex;
use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::ops::FloatTensorOps;
use burn::tensor::{Bytes, DType};

/// The same numbers row by row in a buffer without others: the buffer of the tensor where that is so already.
pub fn contiguous(tensor: FlexTensor) -> FlexTensor {
    tensor.to_contiguous()
}

/// The product of two matrices.
pub fn matmul(a: FlexTensor, b: FlexTensor) -> FlexTensor {
    #[cfg(target_family = "wasm")]
    {
        use super::product::{COLUMNS, Matrix, add_product};
        let ([m, k], n) = (a.layout().shape().dims(), b.layout().shape()[1]);
        if n >= COLUMNS && [&a, &b].iter().all(|tensor| tensor.layout().has_positive_strides()) {
            let [left, right] = [&a, &b].map(|tensor| Matrix {
                numbers: &tensor.storage()[tensor.layout().start_offset()..],
                strides: [0, 1].map(|dim| tensor.layout().strides()[dim].unsigned_abs()),
            });
            let mut out = vec![0.0; m * n];
            add_product(&mut out, n, left, right, [m, k, n]);
            return matrix(out, [m, n]);
        }
    }
    Flex::float_matmul(a, b)
}

/// A matrix of these numbers, row by row.
pub fn matrix(numbers: Vec<f32>, shape: [usize; 2]) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(numbers), Layout::contiguous(shape.into()), DType::F32)
}

/// Writes each part of `size` numbers, the last of which may be shorter, given its number; side by side where there are
/// threads.
pub fn each_part(numbers: &mut [f32], size: usize, write: impl Fn(usize, &mut [f32]) + Sync) {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        numbers.par_chunks_mut(size).enumerate().for_each(|(part, numbers)| write(part, numbers));
    }
    #[cfg(target_family = "wasm")]
    numbers.chunks_mut(size).enumerate().for_each(|(part, numbers)| write(part, numbers));
}
