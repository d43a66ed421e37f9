//! A part of a list of numbers as a matrix, without a copy.

use burn::backend::flex::FlexTensor;
#[cfg(feature = "gpu")]
use burn::backend::fusion::custom::TensorSpec;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Fusion: cfg(feature = "gpu"))]
trait Part: Backend {
    #[fusion(meta = |numbers, _, rows, columns| TensorSpec::new([*rows, *columns].into(), numbers.dtype))]
    fn part(numbers: FloatTensor<Self>, start: usize, rows: usize, columns: usize) -> FloatTensor<Self>;
}

impl Part for Flex {
    fn part(numbers: FlexTensor, start: usize, rows: usize, columns: usize) -> FlexTensor {
        numbers.narrow(0, start, rows * columns).reshape([rows, columns].into())
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use burn_cubecl::CubeBackend;
    use burn_cubecl::tensor::CubeTensor;

    use super::Part;

    impl Part for CubeBackend {
        fn part(numbers: CubeTensor, start: usize, rows: usize, columns: usize) -> CubeTensor {
            let CubeTensor { client, handle, device, dtype, .. } = numbers;
            let end = handle.size_in_used() - ((start + rows * columns) * dtype.size()) as u64;
            // The end of a view has to be aligned like its start.
            let unaligned = end % client.properties().memory.alignment;
            let handle = handle.offset_start((start * dtype.size()) as u64).offset_end(end - unaligned);
            CubeTensor::new_contiguous(client, device, [rows, columns].into(), handle, dtype)
        }
    }
}

/// The numbers from `start` on as a matrix, row by row. On a GPU the start has to be aligned: at a multiple of 64.
pub fn part(numbers: Tensor<1>, start: usize, [rows, columns]: [usize; 2]) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Part>::part(numbers.into_dispatch(), start, rows, columns))
}
